"""Audiences that follow from figures and linked records, while somebody else changes who may read the same record."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from tests.integration.engine.policy.test_visibility import sees
from tests.integration.world import World

from kundig.engine.configuration.yaml import load
from kundig.engine.policy import principals
from kundig.engine.policy.shares import grant_share
from kundig.engine.records.writing import Change, Update

RULES = """
kind: sharing_rule
name: big_houses
label: {en: Big houses, de: Große Häuser}
object: house
where: {field: rooms, op: gt, value: 1}
to: ['role:level_own']
---
kind: sharing_rule
name: rooms_in_bern
label: {en: Rooms in Bern, de: Zimmer in Bern}
object: room
where: {field: house.city, op: is, value: Bern}
to: ['role:level_own']
"""


@pytest.fixture
async def ruled(world: World) -> AsyncIterator[World]:
    await world.apply(*load(RULES, "rules.yaml"))
    yield world
    gone = "---\n".join(f"kind: sharing_rule\nname: {name}\nhidden: true\n" for name in ("big_houses", "rooms_in_bern"))
    await world.apply(*load(gone, "rules.yaml"))


async def test_a_figure_takes_back_no_share_of_the_same_moment(ruled: World) -> None:
    guest, neighbour = await ruled.user("level_team"), await ruled.user("level_own")
    house = await ruled.create("house", name="x")
    await ruled.create("room", name="first", house=house)
    async with ruled.system() as scope:
        await grant_share(scope, "house", house, principals.user(guest), "read")
        built = asyncio.create_task(ruled.create("room", name="second", house=house))
        await ruled.until_waiting(1)
    await built
    assert await sees(ruled, neighbour, house) == [True], "of more than one room"
    assert await sees(ruled, guest, house) == [True], "shared while the room was added"


async def test_a_linked_record_takes_back_no_share_of_the_same_moment(ruled: World) -> None:
    guest, neighbour = await ruled.user("level_team"), await ruled.user("level_own")
    house = await ruled.create("house", name="x", city="Rome")
    room = await ruled.create("room", name="y", house=house)
    async with ruled.system() as scope:
        await grant_share(scope, "room", room, principals.user(guest), "read")
        moved = asyncio.create_task(ruled.update("house", house, city="Bern"))
        await ruled.until_waiting(1)
    await moved
    assert await sees(ruled, neighbour, room, object_="room") == [True], "in Bern"
    assert await sees(ruled, guest, room, object_="room") == [True], "shared while the house moved"


async def test_what_is_linked_while_its_target_changes_follows_the_change(ruled: World) -> None:
    neighbour = await ruled.user("level_own")
    house = await ruled.create("house", name="x", city="Rome")
    moving = await ruled.create("room", name="z", house=await ruled.create("house", name="w", city="Rome"))
    assert await sees(ruled, neighbour, moving, object_="room") == [False]
    async with ruled.system() as scope:
        await Change(scope).write("house", [Update(house, {"city": "Bern"})])
        built = asyncio.create_task(ruled.create("room", name="y", house=house))
        moved = asyncio.create_task(ruled.update("room", moving, house=house))
        await ruled.until_waiting(2)
    await moved
    for room in (moving, await built):
        assert await sees(ruled, neighbour, room, object_="room") == [True], "in Bern"
