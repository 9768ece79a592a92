"""What others did since is never overwritten silently: not what they are just doing, nor what they added below a new record."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest
from tests.integration.engine.records.making import leaf
from tests.integration.world import World

from kundig.base.errors import Conflict
from kundig.engine.records import long_undo
from kundig.engine.records.long_undo import begin_undo, run_undo, undo_state
from kundig.engine.records.reading import count_records
from kundig.engine.records.undo import undo
from kundig.engine.records.writing import Change, Create, Update, write


async def _in_short(crm: World, change: UUID) -> None:
    async with crm.system() as scope:
        await undo(scope, change)


async def test_what_somebody_is_just_changing_is_a_conflict(crm: World) -> None:
    """Their transaction is open while the undo looks: it waits, and then sees what they have done."""
    id_ = await crm.create("account", name="Gleichzeitig", description="zuerst")
    async with crm.system() as scope:
        change = (await write(scope, "account", [Update(id_, {"description": "dann"})])).change
    assert change is not None
    async with crm.system() as scope:
        await write(scope, "account", [Update(id_, {"description": "zuletzt"})])
        undoing = asyncio.create_task(_in_short(crm, change))
        await crm.until_waiting(1)
    with pytest.raises(Conflict) as raised:
        await undoing
    assert raised.value.extra["conflicts"] == [{"object": "account", "id": str(id_), "field": "description"}]
    async with crm.system() as scope:
        assert await count_records(scope, "account", leaf("description", "is", "zuletzt")) == 1


async def _rooms(world: World, name: str, many: int) -> tuple[UUID, list[UUID]]:
    """New rooms with a window each, made in one change."""
    async with world.system() as scope:
        change = Change(scope)
        made = [Create({"name": f"{name} {n}", "window": [{"name": f"{name} {n}"}]}) for n in range(many)]
        return change.id, await change.write("room", made)


async def test_what_others_added_below_a_new_record_is_a_conflict(world: World) -> None:
    """Undo of the creation says so; forced it goes to the trash with all the rest. What the change itself added is none."""
    change, [room, _] = await _rooms(world, "Neu", 2)
    async with world.system() as scope:
        await write(scope, "window", [Create({"name": "Neu später", "room": str(room)})])
    async with world.system() as scope:
        with pytest.raises(Conflict) as raised:
            await undo(scope, change)
    conflict = {"object": "room", "id": str(room), "field": "window"}
    assert raised.value.extra["conflicts"] == [conflict]
    async with world.system() as scope:
        assert await count_records(scope, "window", leaf("name", "starts_with", "Neu")) == 3
        assert (await undo(scope, change, force=True)).conflicts == [conflict]
    async with world.system() as scope:
        assert await count_records(scope, "window", leaf("name", "starts_with", "Neu")) == 0


async def test_the_same_in_an_undo_by_job(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused before anything is written; without such additions it runs, its own writes being no conflicts."""
    monkeypatch.setattr(long_undo, "CHUNK", 10)
    change, rooms = await _rooms(world, "Lang", 25)
    later = await world.create("window", name="Lang später", room=rooms[20])
    async with world.system() as scope:
        undoing = await begin_undo(scope, change)
    await run_undo(world.system, undoing, change, force=False)
    async with world.system() as scope:
        state = await undo_state(scope, undoing)
        assert (state["state"], state["conflicts"]) == ("refused", [{"object": "room", "id": str(rooms[20]), "field": "window"}])
        assert await count_records(scope, "window", leaf("name", "starts_with", "Lang")) == 26
    async with world.system() as scope:
        await write(scope, "window", [Update(later, {"room": None})])
        undoing = await begin_undo(scope, change)
    await run_undo(world.system, undoing, change, force=False)
    async with world.system() as scope:
        state = await undo_state(scope, undoing)
        assert (state["state"], state["progress"], state["conflicts"]) == ("applied", 50, [])
        assert await count_records(scope, "room", leaf("name", "starts_with", "Lang")) == 0
        assert await count_records(scope, "window", leaf("name", "starts_with", "Lang")) == 1
