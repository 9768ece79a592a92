"""Roll-ups of who sees only some of the children: filtered, sorted, paged and summed up as they are shown, by figures of their own."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.integration.engine.records.making import leaf, make, names, walked
from tests.integration.world import World

from kundig.base.context import Workspace
from kundig.base.database import Database
from kundig.base.errors import Invalid
from kundig.engine.policy.scope import Scope
from kundig.engine.records import counting
from kundig.engine.records.aggregates import aggregate
from kundig.engine.records.reading import ListQuery, list_records

ROOMS: dict[str, list[tuple[str, int | None]]] = {
    "a": [("me", 10), ("other", 500)],
    "b": [],
    "c": [("other", 20), ("other", 30)],
    "d": [("me", 30), ("me", 40), ("me", None)],
    "e": [("me", 10), ("other", None), ("other", 1)],
    "f": [("me", None)],
    "g": [("me", 25), ("me", 45)],
}
"""The rooms of each house, by whose they are, with their areas."""
IN_TOWN = leaf("city", "is", "Rollstadt")


def figures(house: str, seen: set[str]) -> tuple[int, int | None]:
    """Rooms and area of a house over the rooms of some people."""
    areas = [area for owner, area in ROOMS[house] if owner in seen]
    known = [area for area in areas if area is not None]
    return len(areas), sum(known) if known else None


@dataclass
class Town:
    """Houses, somebody who sees their own rooms, and somebody who sees all; each with the figures that are right for them."""

    world: World
    readers: dict[str, UUID]

    def of(self, reader: str) -> dict[str, tuple[int, int | None]]:
        return {house: figures(house, {"me", "other"} if reader == "all" else {reader}) for house in ROOMS}


@pytest.fixture(scope="module")
async def town(database: Database, new_workspace: Callable[[], Awaitable[Workspace]]) -> Town:
    world = await World.made(database, await new_workspace())
    readers = {"me": await world.user("sees"), "other": await world.user("sees"), "all": await world.user("level_all")}
    for house, rooms in ROOMS.items():
        id_ = await world.create("house", name=house, city="Rollstadt")
        for owner, area in rooms:
            await world.create("room", name=f"{house} {owner} {area}", house=id_, owner=readers[owner], area=area)
    return Town(world, readers)


TESTS: dict[str, Callable[[int | None], bool]] = {
    "empty": lambda area: area is None,
    "not_empty": lambda area: area is not None,
    "is 10": lambda area: area == 10,
    "is_not 10": lambda area: area != 10,
    "gt 10": lambda area: area is not None and area > 10,
    "lte 70": lambda area: area is not None and area <= 70,
    "between 20,70": lambda area: area is not None and 20 <= area <= 70,
    "in 10,510": lambda area: area in (10, 510),
}


@pytest.mark.parametrize("reader", ["me", "other", "all"])
async def test_a_filter_compares_what_is_shown(town: Town, reader: str) -> None:
    known = town.of(reader)
    async with town.world.scope(town.readers[reader]) as scope:
        for asked, holds in TESTS.items():
            operator, _, given = asked.partition(" ")
            values = [int(part) for part in given.split(",") if part]
            test = leaf("area", operator, *([values] if len(values) > 1 else values))
            wanted = sorted(house for house, (_, area) in known.items() if holds(area))
            assert await names(scope, "house", {"all": [IN_TOWN, test]}, order="name") == wanted, asked
            left = sorted(set(known) - set(wanted))
            assert await names(scope, "house", {"all": [IN_TOWN, {"none": [test]}]}, order="name") == left, asked
        both = {"all": [IN_TOWN, leaf("rooms", "gte", 1), leaf("area", "lt", 50)]}
        wanted = sorted(house for house, (rooms, area) in known.items() if rooms >= 1 and area is not None and area < 50)
        assert await names(scope, "house", both, order="name") == wanted
        either = {"all": [IN_TOWN, {"any": [leaf("rooms", "is", 0), leaf("area", "gt", 50)]}]}
        wanted = sorted(house for house, (rooms, area) in known.items() if rooms == 0 or (area is not None and area > 50))
        page = await list_records(scope, ListQuery("house", either, ["name"], "name", count="exact"))
        assert [record["name"] for record in page.records()] == wanted
        assert page.count == len(wanted)


@pytest.mark.parametrize("reader", ["me", "other", "all"])
@pytest.mark.parametrize("descending", [False, True])
async def test_an_order_puts_what_is_shown_in_order_page_by_page(town: Town, reader: str, descending: bool) -> None:
    known, sign = town.of(reader), "-" if descending else ""

    def place(house: str) -> tuple[bool, int, str]:
        area = known[house][1]
        return area is None, (-(area or 0) if descending else area or 0), house

    wanted = sorted(known, key=place)
    async with town.world.scope(town.readers[reader]) as scope:
        for limit in (1, 2, 3, 50):
            assert await walked(scope, "house", IN_TOWN, limit=limit, order=f"{sign}area,name") == wanted, limit
        filled = {"all": [IN_TOWN, leaf("area", "not_empty")]}
        assert await walked(scope, "house", filled, limit=2, order=f"{sign}area,name") == [
            h for h in wanted if known[h][1] is not None
        ]
        by_two = sorted(sorted(known, key=place), key=lambda house: known[house][0])
        assert await walked(scope, "house", IN_TOWN, limit=2, order=f"rooms,{sign}area,name") == by_two


@pytest.mark.parametrize("reader", ["me", "other", "all"])
async def test_figures_are_grouped_and_summed_up(town: Town, reader: str) -> None:
    known = town.of(reader)
    async with town.world.scope(town.readers[reader]) as scope:
        rows = json.loads(
            await aggregate(scope, "house", IN_TOWN, ["rooms"], ["count", "sum:area", "max:area", "count_distinct:area"])
        )
        assert [row["rooms"] for row in rows] == sorted({rooms for rooms, _ in known.values()})
        for row in rows:
            areas = [area for rooms, area in known.values() if rooms == row["rooms"]]
            filled = [area for area in areas if area is not None]
            assert (row["count"], row["count_distinct:area"]) == (len(areas), len(set(filled)))
            assert (row["sum:area"], row["max:area"]) == ((sum(filled), max(filled)) if filled else (None, None))
        [whole] = json.loads(await aggregate(scope, "house", {"all": [IN_TOWN, leaf("area", "gt", 10)]}, [], ["sum:rooms"]))
        assert whole["sum:rooms"] == (sum(rooms for rooms, area in known.values() if area is not None and area > 10) or None)


async def test_figures_of_linked_records(town: Town) -> None:
    known = town.of("me")
    async with town.world.scope(town.readers["me"]) as scope:
        own = [(house, area) for house, rooms in ROOMS.items() for owner, area in rooms if owner == "me"]
        in_town = leaf("house.city", "is", "Rollstadt")
        big = {"all": [in_town, leaf("house.area", "gte", 70)]}
        wanted = sorted(f"{house} me {area}" for house, area in own if (known[house][1] or 0) >= 70)
        assert await names(scope, "room", big, order="name") == wanted
        by_area = sorted(own, key=lambda room: (known[room[0]][1] is None, known[room[0]][1] or 0, f"{room[0]} me {room[1]}"))
        expected = [f"{house} me {area}" for house, area in by_area]
        assert await walked(scope, "room", in_town, limit=2, order="house.area,name") == expected
        rows = json.loads(await aggregate(scope, "room", in_town, ["house.rooms"], ["count"]))
        counts = {n: sum(known[house][0] == n for house, _ in own) for n in {known[house][0] for house, _ in own}}
        assert {row["house.rooms"]: row["count"] for row in rows} == counts


async def test_sorting_too_many_by_figures_of_ones_own_is_refused(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MOST_SORTED", -1)
    async with town.world.scope(town.readers["me"]) as scope:
        with pytest.raises(Invalid) as raised:
            await list_records(scope, ListQuery("house", IN_TOWN, order="area"))
    assert [error.code for error in raised.value.errors] == ["no_index"]


async def test_who_has_gone_silent_is_another_question_for_everybody(crm: World, scope: Scope) -> None:
    """By their own calls, and what has been planned since: a colleague's call of yesterday is none that the reader knows of."""
    me, colleague = [
        await make(scope, "user", name=name, email=f"{name}@silent.example", role=["sales_representative"])
        for name in ("me", "other")
    ]
    ago = {"loud": (5, None), "silent": (90, 1), "quiet": (60, 45), "new": (None, 2)}
    for name, days in ago.items():
        account = await make(scope, "account", name=name, owner=me)
        for owner, past in zip((me, colleague), days, strict=True):
            if past is not None:
                at = (datetime.now(UTC) - timedelta(days=past)).isoformat()
                related = [{"object": "account", "id": account}]
                await make(scope, "call", subject="x", started_at=at, owner=owner, related_to=related)

    async def asked(owner: str, *further: Any, by: Scope = scope) -> list[str]:
        return await walked(by, "account", {"all": [leaf("owner", "is", owner), *further]}, limit=1, order="last_activity_at")

    silent = leaf("last_activity_at", "lt", "last_30_days")
    mine, theirs = [await crm.scopes.of_user(scope.connection, crm.workspace, user, "test") for user in (me, colleague)]
    assert await asked("me", silent, by=mine) == ["silent", "quiet"]
    assert await asked("me", by=mine) == ["silent", "quiet", "loud", "new"]
    assert await asked(str(me), silent, by=theirs) == []
    assert await asked(str(me), silent) == ["quiet"]
