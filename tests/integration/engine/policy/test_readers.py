"""Users whom something that a record owns names as its readers: they read it, and nothing more, for as long as they are named."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from tests.integration.engine.policy.test_configuration import queued, refused
from tests.integration.engine.policy.test_visibility import may, sees
from tests.integration.world import World

from kundig.base.errors import Denied, KundigError
from kundig.engine.configuration.yaml import load
from kundig.engine.policy import principals
from kundig.engine.policy.shares import grant_share
from kundig.engine.records.bulk import derive
from kundig.engine.records.reading import read_record
from kundig.engine.records.undo import undo
from kundig.engine.records.writing import Change, Create, Delete, Item, Restore, Update, write

KEY = """
kind: object
name: key
label: {en: Key, de: Schlüssel}
label_plural: {en: Keys, de: Schlüssel}
storage: owned
parent: visitor
readers: [holder]
title: '{holder}'
fields:
  - {name: visitor, type: link, label: {en: Visitor, de: Besuch}, options: {target: visitor}}
  - {name: holder, type: user, label: {en: Holder, de: Wer ihn hat}}
"""


async def invited(world: World, *guests: UUID, **values: Any) -> UUID:
    """A house with visitors."""
    return await world.create("house", name="x", visitor=[{"user": str(guest)} for guest in guests], **values)


async def visitors(world: World, house: UUID) -> list[UUID]:
    async with world.system() as scope:
        return await scope.connection.values("select id from {ws}.visitor where house = %(id)s order by id", {"id": house})


async def do(world: World, *items: Item, object_: str = "visitor") -> UUID:
    async with world.system() as scope:
        change = (await write(scope, object_, items)).change
    assert change is not None
    return change


async def test_a_guest_reads_and_does_nothing_else(world: World) -> None:
    team = await world.team()
    owner, guest, mate = await world.user("level_own"), await world.user("level_own"), await world.user("level_team", teams=(team,))
    await world.update("user", guest, teams=[str(team)])
    house = await invited(world, guest, owner=owner)
    [visitor] = await visitors(world, house)
    assert await sees(world, guest, house) == await sees(world, guest, visitor, object_="visitor") == [True]
    assert await sees(world, mate, house) == [False], "one is invited, not one's team"
    for deed in ("edit", "delete", "assign", "share"):
        assert await may(world, guest, deed, house) == [False], deed
    assert await may(world, guest, "edit", visitor, object_="visitor") == [False]
    assert await may(world, guest, "delete", visitor, object_="visitor") == [False]
    refusals: Sequence[tuple[str, Item]] = (
        ("house", Update(house, {"name": "mine"})),
        ("house", Update(house, {"visitor": [{"user": str(mate)}]})),
        ("house", Delete(house)),
        ("visitor", Create({"house": str(house), "user": str(mate)})),
        ("visitor", Update(visitor, {"user": str(mate)})),
        ("visitor", Delete(visitor)),
    )
    for object_, item in refusals:
        async with world.scope(guest) as scope:
            with pytest.raises(Denied):
                await write(scope, object_, [item])
    async with world.scope(guest) as scope:
        with pytest.raises(Denied):
            await grant_share(scope, "house", house, principals.user(mate), "read")
    assert await sees(world, mate, house) == [False]


async def test_nobody_lets_themselves_in(world: World) -> None:
    owner, stranger = await world.user("level_own"), await world.user("level_own")
    house, own = await invited(world, owner=owner), await invited(world, owner=stranger)
    mine = await world.create("visitor", house=own, name="x")
    for item in (Create({"house": str(house), "user": str(stranger)}), Update(mine, {"house": str(house), "user": str(stranger)})):
        async with world.scope(stranger) as scope:
            with pytest.raises(KundigError):
                await write(scope, "visitor", [item])
    assert await sees(world, stranger, house) == [False]


async def test_only_whose_role_reads_the_object_reads_it(world: World) -> None:
    careful, nobody, hidden = await world.user("not_cheap"), await world.user(), await world.user("no_price")
    house = await invited(world, careful, nobody, hidden, price=10)
    assert await sees(world, careful, house) == [False], "a forbid wins"
    assert await sees(world, nobody, house) == [False], "who may read no house reads none"
    async with world.scope(hidden) as scope:
        assert "price" not in (await read_record(scope, "house", house)).text
    await world.update("house", house, price=500)
    assert await sees(world, careful, house) == [True]


async def test_sight_comes_and_goes_with_the_name_on_the_list(world: World) -> None:
    first, second = await world.user("level_own"), await world.user("level_own")
    house, other = await invited(world, first, first), await invited(world)
    once, again = await visitors(world, house)
    await do(world, Delete(once))
    assert await sees(world, first, house) == [True], "the same guest is there twice"
    taken_off = await do(world, Delete(again))
    assert await sees(world, first, house) == [False]
    async with world.system() as scope:
        await undo(scope, taken_off)
    assert await sees(world, first, house) == [True]
    replaced = await do(world, Update(again, {"user": str(second)}))
    assert [await sees(world, user, house) for user in (first, second)] == [[False], [True]]
    async with world.system() as scope:
        await undo(scope, replaced)
    assert [await sees(world, user, house) for user in (first, second)] == [[True], [False]]
    moved = await do(world, Update(again, {"house": str(other)}))
    assert await sees(world, first, house, other) == [False, True]
    async with world.system() as scope:
        await undo(scope, moved)
    assert await sees(world, first, house, other) == [True, False]


async def test_the_trash_forgets_no_guest(world: World) -> None:
    """What is told of a deletion reaches those who saw the record; who had been taken off before does not come back with it."""
    guest, before = await world.user("level_own"), await world.user("level_own")
    house = await invited(world, guest, before)
    await do(world, Delete((await visitors(world, house))[1]))
    await do(world, Delete(house), object_="house")
    assert await _heard_by(world, house) == {str(guest)}
    assert await sees(world, guest, house) == [False]
    await do(world, Restore(house), object_="house")
    assert [await sees(world, user, house) for user in (guest, before)] == [[True], [False]]


async def _heard_by(world: World, house: UUID) -> set[str]:
    """The users in the audience of a house."""
    async with world.system() as scope:
        found = await scope.connection.values(
            "select p.ref from {ws}.house h join {ws}.principal p on p.id = any(h.audience) where h.id = %(id)s and p.kind = 'user'",
            {"id": house},
        )
    return set(found)


async def test_who_may_no_longer_sign_in_sees_nothing(world: World) -> None:
    guest = await world.user("level_own")
    house = await invited(world, guest)
    await world.update("user", guest, is_active=False)
    with pytest.raises(KundigError):
        await sees(world, guest, house)


async def test_many_guests_at_once_are_read_like_one(world: World) -> None:
    """As imports and sample data write: what follows is worked out afterwards."""
    guest = await world.user("level_own")
    async with world.system() as scope:
        change = Change(scope.because("demo"), trusted=True, derive_later=True)
        [house] = await change.write("house", [Create({"name": "x", "visitor": [{"user": str(guest)}]})])
        await derive(scope, "is_sample")
    assert await sees(world, guest, house) == [True]
    assert await sees(world, guest, *(await visitors(world, house)), object_="visitor") == [True]


async def test_of_two_who_invite_at_the_same_time_both_count(world: World) -> None:
    first, second, third = [await world.user("level_own") for _ in range(3)]
    house = await invited(world)

    async def invite() -> None:
        await world.create("visitor", house=house, user=second)

    async def add() -> UUID:
        return await world.create("visitor", house=house, name="somebody without an account")

    async def share() -> None:
        async with world.system() as scope:
            await grant_share(scope, "house", house, principals.user(third), "read")

    async with world.system() as scope:
        await Change(scope).write("visitor", [Create({"house": str(house), "user": str(first)})])
        later = [asyncio.create_task(work()) for work in (invite, share, add)]
        await world.until_waiting(3)
    *_, added = await asyncio.gather(*later)
    for user in (first, second, third):
        assert await sees(world, user, house) == [True]
        assert await sees(world, user, added, object_="visitor") == [True], "what is added meanwhile is seen with its house"


async def test_a_company_turns_it_off_and_on_again(world: World) -> None:
    guest = await world.user("level_own")
    house = await invited(world, guest)
    before = (await queued(world)).count("house")
    await world.apply(*load("kind: object\nname: visitor\nreaders: []", "off.yaml"))
    assert (await queued(world)).count("house") == before + 1
    await world.fill("house")
    assert await sees(world, guest, house) == [False]
    another = await invited(world, guest)
    await world.apply(*load("kind: object\nname: visitor\nreaders: [user]", "on.yaml"))
    assert (await queued(world)).count("house") == before + 2
    assert await sees(world, guest, house, another) == [False, False]
    await world.fill("house")
    assert await sees(world, guest, house, another) == [True, True]
    await world.apply(*load("kind: object\nname: visitor\nicon: star", "other.yaml"))
    assert (await queued(world)).count("house") == before + 2, "nothing is to do where nothing has changed"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("kind: object\nname: visitor\nreaders: [name]", "visitor.name"),
        ("kind: object\nname: visitor\nreaders: [nobody]", "visitor"),
        ("kind: object\nname: house\nreaders: [owner]", "house.owner"),
        (KEY, "key.holder"),
    ],
)
async def test_readers_that_make_no_sense_are_refused(world: World, text: str, place: str) -> None:
    await refused(world, load(text, "readers.yaml"), place)
