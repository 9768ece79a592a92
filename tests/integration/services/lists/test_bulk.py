"""Many records at once: which ones is fixed first, what would happen is told, each is asked for by itself, all of it is undone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from tests.integration.rights.crm import Crm

from kundig.base.errors import Conflict, Denied, Invalid, Missing
from kundig.engine.policy.scope import Scope
from kundig.engine.records.undo import undo
from kundig.engine.records.writing import Change, Create, Update
from kundig.services.lists import bulk, choosing
from kundig.services.lists.bulk import preview, refusals, run_bulk, start, stop
from kundig.services.lists.choosing import choose, choose_matching, chunks_of, read_run

ROLE = """
kind: role
name: hand
label: {en: Hand, de: Hand}
objects:
  account: {read: all, edit: own, delete: own, assign: own, bulk: true}
"""
CUSTOMER = {"type": "customer"}


@dataclass
class Estate:
    crm: Crm
    admin: UUID
    hand: UUID
    """Sees all, edits what is their own."""
    seller: UUID
    """May not change many at once."""

    async def accounts(self, word: str, number: int, owner: UUID) -> list[UUID]:
        made = [Create({"name": f"{word} {n:03}", "type": "prospect", "owner": str(owner)}) for n in range(number)]
        async with self.crm.system() as scope:
            return await Change(scope).write("account", made)

    async def types(self, ids: list[UUID]) -> list[str]:
        async with self.crm.system() as scope:
            return await scope.connection.values(
                "select coalesce(type, '') from {ws}.account where id = any(%(ids)s) and deleted_at is null order by name",
                {"ids": ids},
            )

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Scope]:
        async with self.crm.scope(self.hand) as scope:
            yield scope


@pytest.fixture(scope="module")
async def estate(new_crm: Callable[[], Awaitable[Crm]]) -> Estate:
    crm = await new_crm()
    await crm.configure(ROLE)
    return Estate(crm, await crm.user("administrator"), await crm.user("hand"), await crm.user("sales_representative"))


def begins(word: str) -> dict[str, Any]:
    return {"field": "name", "op": "starts_with", "value": word}


async def test_what_was_chosen_stays_whatever_comes_after(estate: Estate) -> None:
    ids = await estate.accounts("Fest", 5, estate.hand)
    async with estate.opened() as scope:
        run_id = await choose_matching(scope, "account", begins("Fest"), "-name")
    await estate.accounts("Fest später", 2, estate.hand)
    async with estate.opened() as scope:
        run = await read_run(scope, run_id)
        assert run.total == 5
        assert [id_ async for chunk in chunks_of(scope, run) for id_ in chunk] == ids[::-1]
    async with estate.crm.scope(estate.admin) as scope:
        with pytest.raises(Missing):
            await read_run(scope, run_id)


async def test_what_would_happen_is_what_happens(estate: Estate) -> None:
    own, foreign = await estate.accounts("Probe", 4, estate.hand), await estate.accounts("Probe fremd", 3, estate.admin)
    async with estate.crm.system() as scope:
        await Change(scope).write("account", [Update(own[0], CUSTOMER)])
    async with estate.opened() as scope:
        run_id = await choose(scope, "account", [*own, *foreign, estate.admin])
        told = await preview(scope, await read_run(scope, run_id), "edit", CUSTOMER)
    assert (told.total, told.changed, told.unchanged) == (8, 3, 1)
    assert sorted((str(text), number) for text, number in told.refused) == [
        ("It is no longer there, or you may not see it.", 1),
        ("Your role does not allow this.", 3),
    ]
    assert await estate.types(own) == ["customer", *["prospect"] * 3], "telling changes nothing"
    async with estate.opened() as scope:
        run = await start(scope, run_id, "edit", CUSTOMER)
    assert (run.state, run.changed, run.unchanged, run.refused) == ("done", 3, 1, 4)
    assert await estate.types([*own, *foreign]) == [*["customer"] * 4, *["prospect"] * 3]
    async with estate.opened() as scope:
        assert sorted(number for _, number in await refusals(scope, run)) == [1, 3]
        with pytest.raises(Conflict):
            await start(scope, run_id, "edit", CUSTOMER)
    async with estate.opened() as scope:
        await undo(scope, run.change)
    assert await estate.types(own) == ["customer", *["prospect"] * 3]


async def test_records_that_refuse_a_value_do_not_hold_up_the_others(estate: Estate) -> None:
    ids = await estate.accounts("Kreis", 3, estate.hand)
    async with estate.opened() as scope:
        run_id = await choose(scope, "account", ids)
        told = await preview(scope, await read_run(scope, run_id), "edit", {"parent": str(ids[0])})
        assert told.changed == 2, "an account is not its own parent"
        run = await start(scope, run_id, "edit", {"parent": str(ids[0])})
    assert (run.changed, run.refused) == (2, 1)


async def test_assigning_and_deleting(estate: Estate) -> None:
    ids = await estate.accounts("Weiter", 3, estate.hand)
    async with estate.opened() as scope:
        run = await start(scope, await choose(scope, "account", ids[:1]), "edit", {"owner": str(estate.admin)})
        assert run.changed == 1
        run = await start(scope, await choose(scope, "account", ids), "delete", {})
        assert (run.changed, run.refused) == (2, 1), "what was given away is no longer theirs to delete"
    assert len(await estate.types(ids)) == 1
    async with estate.opened() as scope:
        await undo(scope, run.change)
    assert len(await estate.types(ids)) == 3


async def test_who_may_not_change_many_is_told_so(estate: Estate) -> None:
    ids = await estate.accounts("Nicht", 2, estate.seller)
    async with estate.crm.scope(estate.seller) as scope:
        run = await read_run(scope, await choose(scope, "account", ids))
        with pytest.raises(Denied):
            await preview(scope, run, "edit", CUSTOMER)
        with pytest.raises(Denied):
            await start(scope, run.id, "edit", CUSTOMER)


async def test_a_long_run_is_a_job_that_goes_on_where_it_was(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 10)
    monkeypatch.setattr(choosing, "CHUNK", 10)
    ids = await estate.accounts("Lang", 25, estate.hand)
    async with estate.opened() as scope:
        run = await start(scope, await choose(scope, "account", ids), "edit", CUSTOMER)
    assert (run.state, run.position) == ("queued", 0)
    async with estate.opened() as scope:
        assert not await bulk._step(scope, run.id)
    await run_bulk(estate.opened, run.id)
    async with estate.opened() as scope:
        run = await read_run(scope, run.id)
        entries = await scope.connection.value(
            "select count(*) from {ws}.change_entry where change = %(change)s", {"change": run.change}
        )
    assert (run.state, run.changed, entries) == ("done", 25, 25)
    assert set(await estate.types(ids)) == {"customer"}


async def test_a_run_is_stopped_and_what_it_did_is_taken_back(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 10)
    monkeypatch.setattr(choosing, "CHUNK", 10)
    ids = await estate.accounts("Halt", 25, estate.hand)
    async with estate.opened() as scope:
        run = await start(scope, await choose(scope, "account", ids), "edit", CUSTOMER)
    async with estate.opened() as scope:
        await bulk._step(scope, run.id)
    async with estate.opened() as scope:
        run = await stop(scope, run.id)
    assert (run.state, run.changed) == ("stopped", 10)
    await run_bulk(estate.opened, run.id)
    assert (await estate.types(ids)).count("customer") == 10
    async with estate.opened() as scope:
        with pytest.raises(Conflict):
            await stop(scope, run.id)
        await undo(scope, run.change)
    assert set(await estate.types(ids)) == {"prospect"}


async def test_rights_are_those_of_the_moment(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    ids = await estate.accounts("Später", 4, estate.hand)
    async with estate.opened() as scope:
        run = await start(scope, await choose(scope, "account", ids), "edit", CUSTOMER)
    async with estate.crm.system() as scope:
        await Change(scope).write("account", [Update(id_, {"owner": str(estate.admin)}) for id_ in ids[:3]])
    await run_bulk(estate.opened, run.id)
    async with estate.opened() as scope:
        run = await read_run(scope, run.id)
    assert (run.changed, run.refused) == (1, 3)


async def test_nothing_and_too_much_is_refused(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    await estate.accounts("Viele", 3, estate.hand)
    monkeypatch.setattr(choosing, "MOST_CHOSEN", 2)
    async with estate.opened() as scope:
        with pytest.raises(Invalid):
            await choose(scope, "account", [])
        with pytest.raises(Invalid):
            await choose_matching(scope, "account", begins("Viele"), None)
