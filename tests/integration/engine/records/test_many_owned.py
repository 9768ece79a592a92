"""What records own follows them in any number: more than one list of writes takes."""

from __future__ import annotations

from uuid import UUID

import pytest
from tests.integration.engine.records.making import leaf
from tests.integration.world import World

from kundig.engine.policy.scope import Scope
from kundig.engine.records import undo as undoing
from kundig.engine.records import writing
from kundig.engine.records.reading import count_records
from kundig.engine.records.undo import undo
from kundig.engine.records.writing import Change, Create, Delete, Restore, write


@pytest.fixture(autouse=True)
def small_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists of ten items, so that few are too many."""
    monkeypatch.setattr(writing, "MAX_ITEMS", 10)
    monkeypatch.setattr(undoing, "MAX_ITEMS", 10)


async def _rooms(world: World, name: str, many: int, windows: int) -> list[UUID]:
    """Rooms with windows."""
    async with world.system() as scope:
        change = Change(scope)
        rooms = await change.write("room", [Create({"name": f"{name} {n}"}) for n in range(many)])
        for room in rooms:
            for start in range(0, windows, 10):
                made = [Create({"name": f"{name} {n}", "room": str(room)}) for n in range(start, min(start + 10, windows))]
                await change.write("window", made)
    return rooms


async def _windows(scope: Scope, name: str) -> int:
    return await count_records(scope, "window", leaf("name", "starts_with", name))


async def test_many_records_with_what_they_own_go_and_come_back(world: World) -> None:
    """A list that is full, whose records own several each: all goes in one change, and undo brings all of it back."""
    rooms = await _rooms(world, "Voll", 10, 3)
    async with world.system() as scope:
        change = (await write(scope, "room", [Delete(room) for room in rooms])).change
        assert change is not None
        assert await _windows(scope, "Voll") == 0
    async with world.system() as scope:
        await undo(scope, change)
        assert await _windows(scope, "Voll") == 30


async def test_a_record_that_owns_more_than_a_list_takes(world: World) -> None:
    """It can be deleted and restored."""
    [room] = await _rooms(world, "Viele", 1, 25)
    async with world.system() as scope:
        await write(scope, "room", [Delete(room)])
        assert await _windows(scope, "Viele") == 0
    async with world.system() as scope:
        await write(scope, "room", [Restore(room)])
        assert await _windows(scope, "Viele") == 25
