"""Undo of many records by chunks: whole, resumable, refused as a whole where somebody changed something since."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest
from tests.integration.engine.records.making import leaf
from tests.integration.world import World

from kundig.base.errors import Conflict
from kundig.engine.policy.scope import Scope
from kundig.engine.records import long_undo
from kundig.engine.records.long_undo import begin_undo, run_undo, undo_state
from kundig.engine.records.reading import count_records
from kundig.engine.records.writing import Change, Create, Update, write

MANY = 45


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of ten records, so that few are enough for several."""
    monkeypatch.setattr(long_undo, "CHUNK", 10)


async def _many(crm: World, name: str) -> tuple[UUID, list[UUID]]:
    """Records made in one change."""
    async with crm.system() as scope:
        change = Change(scope)
        ids = await change.write("account", [Create({"name": f"{name} {n:02}"}) for n in range(MANY)])
        return change.id, ids


async def _count(scope: Scope, name: str) -> int:
    return await count_records(scope, "account", leaf("name", "starts_with", name))


@pytest.mark.usefixtures("small_chunks")
async def test_all_records_are_taken_back_under_one_change(crm: World) -> None:
    """The state tells how far it is; afterwards nothing of the change is left, and it can't be undone again."""
    change, _ = await _many(crm, "Langwierig")
    async with crm.system() as scope:
        undoing = await begin_undo(scope, change)
        with pytest.raises(Conflict):
            await begin_undo(scope, change)
    await run_undo(crm.system, undoing, change, force=False)
    async with crm.system() as scope:
        assert await _count(scope, "Langwierig") == 0
        state = await undo_state(scope, undoing)
        assert (state["state"], state["progress"], state["total"]) == ("applied", MANY, MANY)
        with pytest.raises(Conflict):
            await begin_undo(scope, change)


@pytest.mark.usefixtures("small_chunks")
async def test_a_conflict_anywhere_refuses_the_whole(crm: World) -> None:
    """Somebody worked on the last record: none is taken back, and the conflict is told."""
    change, ids = await _many(crm, "Strittig")
    async with crm.system() as scope:
        await write(scope, "account", [Update(max(ids), {"description": "Arbeit"})])
    async with crm.system() as scope:
        undoing = await begin_undo(scope, change)
    await run_undo(crm.system, undoing, change, force=False)
    async with crm.system() as scope:
        assert await _count(scope, "Strittig") == MANY
        state = await undo_state(scope, undoing)
        assert state["state"] == "refused"
        assert [conflict["id"] for conflict in state["conflicts"]] == [str(max(ids))]


@pytest.mark.usefixtures("small_chunks")
async def test_it_goes_on_where_it_was_interrupted(crm: World) -> None:
    """The third transaction of the writing fails; a second run takes back the rest and nothing twice."""
    change, _ = await _many(crm, "Unterbrochen")
    async with crm.system() as scope:
        undoing = await begin_undo(scope, change, force=True)
    opened = 0

    @asynccontextmanager
    async def failing() -> AsyncIterator[Scope]:
        nonlocal opened
        opened += 1
        async with crm.system() as scope:
            yield scope
            if opened == 3:
                raise ConnectionError

    with pytest.raises(ConnectionError):
        await run_undo(failing, undoing, change, force=True)
    async with crm.system() as scope:
        assert await _count(scope, "Unterbrochen") == MANY - 20
    await run_undo(crm.system, undoing, change, force=True)
    async with crm.system() as scope:
        assert await _count(scope, "Unterbrochen") == 0
        entries = await scope.connection.value(
            "select count(*) from {ws}.change_entry where change = %(undoing)s", {"undoing": undoing}
        )
        assert entries == MANY
