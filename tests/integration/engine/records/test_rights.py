"""The read door under limited rights: what can't be seen is not there, is not linked, and can't be asked for."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.integration.engine.records.making import leaf, names, walked
from tests.integration.world import World

from kundig.base.errors import Invalid, Malformed, Missing
from kundig.engine.configuration.yaml import load
from kundig.engine.records import counting
from kundig.engine.records.aggregates import aggregate
from kundig.engine.records.reading import ListQuery, count_records, list_records, read_record


async def test_lists_counts_and_groups_hold_only_what_is_visible(world: World) -> None:
    me, other = await world.user("level_own"), await world.user("level_own")
    mine = [await world.create("house", name=f"mine {n}", city="Oslo", owner=me) for n in range(3)]
    theirs = await world.create("house", name="theirs", city="Oslo", owner=other)
    async with world.scope(me) as scope:
        assert await names(scope, "house", leaf("city", "is", "Oslo"), field="id", order="name") == [str(id_) for id_ in mine]
        assert await walked(scope, "house", field="id", order="-city,name", limit=2) == [str(id_) for id_ in mine]
        assert await count_records(scope, "house") == 3
        page = await list_records(scope, ListQuery("house", limit=1, count="estimate"))
        assert page.count == 3
        assert await aggregate(scope, "house", None, ["city"]) == '[{"city":"Oslo","count":3}]'
        with pytest.raises(Missing):
            await read_record(scope, "house", theirs)


ROOMS = {"related": "room.house", "where": leaf("area", "is", 7)}


@pytest.mark.parametrize(
    ("role", "object_", "where", "told"),
    [
        ("sees", "house", None, True),
        ("sees", "house", leaf("city", "is", "Oslo"), True),
        ("sees", "house", ROOMS, False),
        ("sees", "house", {**ROOMS, "count": ["gte", 2]}, False),
        ("sees", "house", {"any": [leaf("city", "is", "Oslo"), {"none": [ROOMS]}]}, False),
        ("sees", "house", leaf("rooms", "gt", 1), False),
        ("sees", "house", leaf("owner.name", "is", "Ada"), True),
        ("sees", "room", None, False),
        ("sees_rooms", "room", leaf("area", "is", 7), True),
        ("sees_rooms", "room", leaf("house.city", "is", "Oslo"), False),
        ("sees_rooms", "room", leaf("house.rooms", "gt", 1), False),
        ("level_all", "house", ROOMS, True),
        ("level_all", "house", leaf("rooms", "gt", 1), True),
        ("level_all", "room", leaf("house.rooms", "gt", 1), True),
        ("not_cheap", "house", leaf("city", "is", "Oslo"), False),
    ],
)
async def test_what_the_database_guesses_is_told_to_who_reads_all_that_it_leans_on(
    world: World, monkeypatch: pytest.MonkeyPatch, role: str, object_: str, where: Any, *, told: bool
) -> None:
    async def guess(_: object) -> int:
        return 123_456_789

    monkeypatch.setattr(counting, "_planned_rows", guess)
    await world.apply(*load(SEES_ROOMS, "role.yaml"))
    async with world.scope(await world.user(role)) as scope:
        page = await list_records(scope, ListQuery(object_, where, limit=1, count="estimate"))
        assert (page.count == 123_456_789) is told
        if not told:
            assert page.count == await count_records(scope, object_, where)


SEES_ROOMS = """
kind: role
name: sees_rooms
label: {en: Sees rooms, de: Sieht Zimmer}
objects: {house: {read: own}, room: {read: all}}
"""


async def test_a_cursor_is_of_one_user(world: World) -> None:
    me, other = await world.user("level_all"), await world.user("level_all")
    for n in range(3):
        await world.create("house", name=f"cursor {n}")
    query = {"where": leaf("name", "starts_with", "cursor"), "order": "name", "limit": 1}
    async with world.scope(me) as scope:
        cursor = (await list_records(scope, ListQuery("house", **query))).next_cursor
    async with world.scope(other) as scope:
        with pytest.raises(Malformed):
            await list_records(scope, ListQuery("house", **query, cursor=cursor))


async def test_a_link_to_the_invisible_is_no_link(world: World) -> None:
    """It reads null, counts as empty, orders as missing, groups as null, and is found by no filter."""
    me = await world.user("sees", "level_own")
    other = await world.user()
    hidden = await world.create("house", name="hidden", city="Bern")
    rooms = {
        "linked": await world.create("room", name="linked", house=hidden, area=5, owner=me),
        "alone": await world.create("room", name="alone", area=5, owner=me),
        "theirs": await world.create("room", name="theirs", house=hidden, area=5, owner=other),
    }
    async with world.scope(me) as scope:
        assert json.loads((await read_record(scope, "room", rooms["linked"]))[0])["house"]["label"] == "hidden"
    mine = await world.user("level_own")
    await world.update("room", rooms["linked"], owner=mine)
    await world.update("room", rooms["alone"], owner=mine)
    async with world.scope(mine) as scope:
        linked = json.loads((await read_record(scope, "room", rooms["linked"]))[0])
        assert linked["house"] is None
        for where, wanted in (
            (leaf("house", "empty"), ["alone", "linked"]),
            (leaf("house", "is", str(hidden)), []),
            (leaf("house", "is_not", str(hidden)), ["alone", "linked"]),
            (leaf("house.city", "is", "Bern"), []),
            (leaf("house.city", "is_not", "Bern"), ["alone", "linked"]),
            ({"none": [leaf("house.city", "is", "Bern")]}, ["alone", "linked"]),
        ):
            assert await names(scope, "room", where, order="name") == wanted, where
        assert await names(scope, "room", order="house.name,name") == ["alone", "linked"]
        assert await aggregate(scope, "room", None, ["house"], ["count", "sum:house.price"]) == (
            '[{"house":null,"count":2,"sum:house.price":null}]'
        )


async def test_children_are_counted_as_far_as_they_are_visible(world: World) -> None:
    """`sees` reads all houses but only its own rooms: roll-ups are worked out for it."""
    me = await world.user("sees")
    other = await world.user()
    house = await world.create("house", name="rolled", city="Rom")
    for owner, area in ((me, 10), (other, 20), (other, 40)):
        await world.create("room", name="r", house=house, area=area, owner=owner)
    async with world.scope(me) as scope:
        record = json.loads((await read_record(scope, "house", house))[0])
        assert (record["rooms"], record["area"]) == (1, 10)
        listed = await names(scope, "house", leaf("name", "is", "rolled"), field="rooms")
        assert listed == [1]
        for count, wanted in ((["gte", 1], ["rolled"]), (["gte", 2], []), (["is", 1], ["rolled"])):
            assert (
                await names(scope, "house", {"all": [leaf("name", "is", "rolled"), {"related": "room.house", "count": count}]})
                == wanted
            )
        assert await names(scope, "house", {"all": [leaf("name", "is", "rolled"), leaf("rooms", "gt", 1)]}) == []
    async with world.system() as scope:
        assert json.loads((await read_record(scope, "house", house))[0])["area"] == 70
        assert await names(scope, "house", {"all": [leaf("name", "is", "rolled"), leaf("rooms", "is", 3)]}) == ["rolled"]


async def test_a_hidden_field_is_an_unknown_field(world: World) -> None:
    me = await world.user("no_price")
    house = await world.create("house", name="priced", price=5)
    async with world.scope(me) as scope:
        assert "price" not in json.loads((await read_record(scope, "house", house))[0])
        for query in (
            ListQuery("house", leaf("price", "gt", 1)),
            ListQuery("house", order="-price"),
            ListQuery("house", fields=["price"]),
        ):
            with pytest.raises(Invalid) as raised:
                await list_records(scope, query)
            assert [error.code for error in raised.value.errors] == ["unknown_field"]
        for group, measures in ((["price"], []), ([], ["max:price"])):
            with pytest.raises(Invalid) as raised:
                await aggregate(scope, "house", None, group, measures)
            assert [error.code for error in raised.value.errors] == ["unknown_field"]
