"""Undo of many records by chunks: whole, resumable, refused as a whole where somebody changed something since."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from uuid import UUID

import pytest
from tests.integration.engine.records.making import leaf
from tests.integration.world import World

from kundig.base.context import Actor
from kundig.base.errors import Conflict
from kundig.base.jobs import JobRun
from kundig.engine.configuration.yaml import load
from kundig.engine.policy.scope import Scope
from kundig.engine.records import long_undo
from kundig.engine.records.long_undo import OpenScope, begin_undo, run_undo, undo_state
from kundig.engine.records.reading import count_records
from kundig.engine.records.undo import undo
from kundig.engine.records.writing import Change, Create, Delete, Restore, Update, write
from kundig.services.transfer.jobs import transfer_jobs

MANY = 45
CLERK = """
kind: role
name: clerk
label: {en: Clerk, de: Sachbearbeitung}
objects:
  account: {read: own, create: true, edit: own, delete: own, fields: {annual_revenue: hidden}}
"""


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


async def _trashed(crm: World, name: str) -> tuple[UUID, list[UUID]]:
    """Records with a domain each, deleted in one change, in the order in which they are taken back."""
    async with crm.system() as scope:
        made = [Create({"name": f"{name} {n:02}", "domains": [f"{name.lower()}{n}.example"]}) for n in range(MANY)]
        ids = await Change(scope).write("account", made)
    async with crm.system() as scope:
        change = Change(scope)
        await change.write("account", [Delete(id_) for id_ in ids])
    assert ids == sorted(ids)
    return change.id, ids


async def _count(scope: Scope, name: str) -> int:
    return await count_records(scope, "account", leaf("name", "starts_with", name))


def _failing(opened: OpenScope, undoing: UUID, at: int) -> OpenScope:
    """Transactions of which that fails which brings the undo to a number of records."""

    @asynccontextmanager
    async def failing() -> AsyncIterator[Scope]:
        async with opened() as scope:
            yield scope
            progress = "select progress from {ws}.change_state where change = %(undoing)s"
            if await scope.connection.value(progress, {"undoing": undoing}) == at:
                raise ConnectionError

    return failing


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

    with pytest.raises(ConnectionError):
        await run_undo(_failing(crm.system, undoing, 30), undoing, change, force=True)
    async with crm.system() as scope:
        assert await _count(scope, "Unterbrochen") == MANY - 20
    await run_undo(crm.system, undoing, change, force=True)
    async with crm.system() as scope:
        assert await _count(scope, "Unterbrochen") == 0
        entries = await scope.connection.value(
            "select count(*) from {ws}.change_entry where change = %(undoing)s", {"undoing": undoing}
        )
        assert entries == MANY


async def _partly(crm: World, name: str) -> tuple[UUID, list[UUID], UUID]:
    """Records made in one change, of which a clerk has all but the last ten, in the order in which they are taken back."""
    await crm.apply(*load(CLERK, "clerk.yaml"))
    clerk = await crm.user("clerk")
    async with crm.system() as scope:
        change = Change(scope)
        own = [{"owner": str(clerk)} if n < MANY - 10 else {} for n in range(MANY)]
        ids = await change.write("account", [Create({"name": f"{name} {n:02}", **owner}) for n, owner in enumerate(own)])
    assert ids == sorted(ids)
    return change.id, ids, clerk


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("force", [False, True])
async def test_records_of_others_anywhere_refuse_the_whole_and_are_not_told(crm: World, *, force: bool) -> None:
    """The first of them, which are asked about at once, are the clerk's; somebody worked on others, both seen and not."""
    name = f"Halb {force}"
    change, ids, clerk = await _partly(crm, name)
    async with crm.system() as scope:
        await write(scope, "account", [Update(id_, {"description": "Arbeit"}) for id_ in (ids[0], ids[-1])])
    async with crm.scope(clerk) as scope:
        undoing = await begin_undo(scope, change, force=force)
        assert (await undo_state(scope, undoing))["total"] is None
    await run_undo(lambda: crm.scope(clerk), undoing, change, force=force)
    async with crm.scope(clerk) as scope:
        state = await undo_state(scope, undoing)
    assert (state["state"], state["progress"], state["total"], state["conflicts"]) == ("refused", 0, None, [])
    async with crm.system() as scope:
        assert await _count(scope, name) == MANY


@pytest.mark.usefixtures("small_chunks")
async def test_conflicts_are_told_as_far_as_the_reader_may_see_them(crm: World) -> None:
    """An administrator's undo was refused; the clerk hears of neither others' records nor hidden fields."""
    _, ids, clerk = await _partly(crm, "Gefiltert")
    async with crm.system() as scope:
        change = Change(scope)
        worth = {"annual_revenue": {"amount": "1", "currency": "EUR"}}
        await change.write(
            "account", [Update(id_, worth if n == MANY - 11 else {"website": "https://a.example"}) for n, id_ in enumerate(ids)]
        )
    async with crm.system() as scope:
        later = [Update(id_, {"website": "https://b.example"}) for id_ in (ids[0], ids[1], ids[-1])]
        await write(scope, "account", [*later, Update(ids[-11], {"annual_revenue": {"amount": "2", "currency": "EUR"}})])
        undoing = await begin_undo(scope, change.id)
    await run_undo(crm.system, undoing, change.id, force=False)
    async with crm.system() as scope:
        all_ = (await undo_state(scope, undoing))["conflicts"]
        await write(scope, "account", [Delete(ids[1])])
    assert {(c["id"], c["field"]) for c in all_} == {
        *((str(id_), "website") for id_ in (ids[0], ids[1], ids[-1])), (str(ids[-11]), "annual_revenue")
    }  # fmt: skip
    async with crm.scope(clerk) as scope:
        told = (await undo_state(scope, undoing))["conflicts"]
    assert {(c["id"], c["field"]) for c in told} == {(str(id_), "website") for id_ in ids[:2]}


@pytest.mark.usefixtures("small_chunks")
async def test_what_can_not_come_back_stays_and_is_told_and_the_rest_is_taken_back(crm: World) -> None:
    """Somebody took a unique value of a deleted record: this one stays in the trash, and the undo comes to its end."""
    change, ids = await _trashed(crm, "Vergeben")
    async with crm.system() as scope:
        await write(scope, "account", [Create({"name": "Besetzt", "domains": ["vergeben33.example"]})])
        undoing = await begin_undo(scope, change)
    await run_undo(crm.system, undoing, change, force=False)
    async with crm.system() as scope:
        assert await _count(scope, "Vergeben") == MANY - 1
        state = await undo_state(scope, undoing)
        assert (state["state"], state["progress"]) == ("applied", MANY)
        assert state["conflicts"] == [{"object": "account", "id": str(ids[33]), "field": "domains"}]


@pytest.mark.usefixtures("small_chunks")
async def test_an_undo_that_could_write_nothing_was_refused(crm: World) -> None:
    """All values are taken: the change is not undone and can be taken back later."""
    change, _ = await _trashed(crm, "Nichts")
    async with crm.system() as scope:
        taken = [f"nichts{n}.example" for n in range(MANY)]
        [other] = (await write(scope, "account", [Create({"name": "Alles", "domains": taken})])).ids
        undoing = await begin_undo(scope, change)
    await run_undo(crm.system, undoing, change, force=False)
    async with crm.system() as scope:
        state = await undo_state(scope, undoing)
        assert (state["state"], len(state["conflicts"])) == ("refused", MANY)
    async with crm.system() as scope:
        await write(scope, "account", [Delete(other)])
        undoing = await begin_undo(scope, change)
    await run_undo(crm.system, undoing, change, force=False)
    async with crm.system() as scope:
        assert await _count(scope, "Nichts") == MANY


@pytest.mark.usefixtures("small_chunks")
async def test_a_forced_undo_leaves_edited_records_in_the_trash(crm: World) -> None:
    """They are told; all others are as they were. The same holds for an undo at once."""
    _, ids = await _many(crm, "Fortgelegt")
    for long in (True, False):
        async with crm.system() as scope:
            change = Change(scope)
            await change.write("account", [Update(id_, {"description": f"falsch {long}"}) for id_ in ids])
        async with crm.system() as scope:
            await write(scope, "account", [Delete(ids[12])])
        if long:
            async with crm.system() as scope:
                undoing = await begin_undo(scope, change.id, force=True)
            await run_undo(crm.system, undoing, change.id, force=True)
        async with crm.system() as scope:
            told = (await undo_state(scope, undoing))["conflicts"] if long else (await undo(scope, change.id, force=True)).conflicts
            assert told == [{"object": "account", "id": str(ids[12]), "field": "deleted_at"}]
            assert await count_records(scope, "account", leaf("description", "is", f"falsch {long}")) == 0
            assert await _count(scope, "Fortgelegt") == MANY - 1
        async with crm.system() as scope:
            await write(scope, "account", [Restore(ids[12])])


@pytest.mark.usefixtures("small_chunks")
async def test_rights_that_end_while_it_runs_end_no_more_than_what_they_cover(crm: World) -> None:
    """The clerk loses two records after the first chunk: these stay, all others are taken back."""
    await crm.apply(*load(CLERK, "clerk.yaml"))
    clerk = await crm.user("clerk")
    async with crm.system() as scope:
        change = Change(scope)
        ids = await change.write("account", [Create({"name": f"Verlust {n:02}", "owner": str(clerk)}) for n in range(MANY)])
    async with crm.scope(clerk) as scope:
        undoing = await begin_undo(scope, change.id, force=True)
    progress = "select progress from {ws}.change_state where change = %(undoing)s"
    lost = False

    @asynccontextmanager
    async def losing() -> AsyncIterator[Scope]:
        nonlocal lost
        async with crm.system() as scope:
            if not lost and await scope.connection.value(progress, {"undoing": undoing}):
                await write(scope, "account", [Update(id_, {"owner": None}) for id_ in ids[-2:]])
                lost = True
        async with crm.scope(clerk) as scope:
            yield scope

    await run_undo(losing, undoing, change.id, force=True)
    async with crm.system() as scope:
        assert await _count(scope, "Verlust") == 2
        state = await undo_state(scope, undoing)
        assert (state["state"], state["progress"]) == ("applied", MANY)
        assert [conflict["id"] for conflict in state["conflicts"]] == [str(id_) for id_ in ids[-2:]]


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("begun", [False, True])
async def test_it_ends_with_the_account_of_who_asked(crm: World, *, begun: bool) -> None:
    """Before the first chunk nothing was undone; later what is left is kept as conflicts. It never runs for ever."""
    await crm.apply(*load(CLERK, "clerk.yaml"))
    clerk = await crm.user("clerk")
    name = f"Ausgeschieden {begun}"
    async with crm.system() as scope:
        change = Change(scope)
        await change.write("account", [Create({"name": f"{name} {n:02}", "owner": str(clerk)}) for n in range(MANY)])
    async with crm.scope(clerk) as scope:
        undoing = await begin_undo(scope, change.id)
    if begun:
        with pytest.raises(ConnectionError):
            await run_undo(_failing(partial(crm.scope, clerk), undoing, 20), undoing, change.id, force=False)
    await crm.update("user", clerk, is_active=False)
    [job] = [job for job in transfer_jobs(crm.scopes) if job.name == long_undo.JOB]
    payload = {"undoing": str(undoing), "change": str(change.id), "force": False}
    await job.run(JobRun(1, crm.database, crm.workspace, Actor("user", clerk, clerk), payload, 0))
    async with crm.system() as scope:
        state = await undo_state(scope, undoing)
        assert await _count(scope, name) == (MANY - 10 if begun else MANY)
    assert (state["state"], state["progress"], len(state["conflicts"])) == (
        ("applied", 10, MANY - 10) if begun else ("refused", 0, 0)
    )


@pytest.mark.usefixtures("small_chunks")
async def test_what_somebody_changes_while_it_runs_is_not_overwritten(crm: World) -> None:
    """A colleague works on one of the last records after the first chunk: it stays and is told."""
    change, ids = await _many(crm, "Unterwegs")
    async with crm.system() as scope:
        undoing = await begin_undo(scope, change)
    with pytest.raises(ConnectionError):
        await run_undo(_failing(crm.system, undoing, 20), undoing, change, force=False)
    async with crm.system() as scope:
        await write(scope, "account", [Update(ids[40], {"description": "Arbeit"})])
    await run_undo(crm.system, undoing, change, force=False)
    async with crm.system() as scope:
        assert await _count(scope, "Unterwegs") == 1
        state = await undo_state(scope, undoing)
        assert (state["state"], state["conflicts"]) == (
            "applied", [{"object": "account", "id": str(ids[40]), "field": "version"}]
        )  # fmt: skip
