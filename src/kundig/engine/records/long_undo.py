"""Undo of a change of many records: by a job, in chunks that go on where they were, under one change set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from kundig.base.database import Connection, retrying
from kundig.base.errors import Conflict, Denied, Missing
from kundig.base.i18n import t
from kundig.base.jobs import queue
from kundig.base.uuid7 import uuid7
from kundig.engine.history.changes import read_change
from kundig.engine.policy.decisions import Deed, allowed, visible_ids
from kundig.engine.policy.scope import Scope
from kundig.engine.records.undo import (
    Step,
    check_rights,
    conflicts_of,
    left_of,
    lock_records,
    note_undo,
    refuse_twice,
    step_back,
    steps_of,
    still_there,
    within_rights,
)
from kundig.engine.records.writing import Change

JOB = "records.undo"
CHUNK = 1000
MOST_CONFLICTS = 100
"""Conflicts that are kept to be shown; the rest is only counted as being there."""

_MAY_BE_GONE: tuple[Deed, ...] = ("edit", "delete")
"""Who may do one of these with a record in the trash may know of it."""
_OBJECTS = "select distinct object from {ws}.change_entry where change = %(change)s"
_END = """
update {ws}.change_state s set at = now(), state = case
    when exists (select from {ws}.change c where c.id = s.change) or (s.after_record is not null and s.conflicts = '[]')
    then 'applied' else 'refused' end
 where s.change = %(id)s and s.state = 'running'
"""
"""One that could write nothing was refused."""

OpenScope = Callable[[], AbstractAsyncContextManager[Scope]]


async def begin_undo(scope: Scope, change: UUID, *, force: bool = False) -> UUID:
    """Ask for a change to be undone by a job; the id of the undoing change. Raises as `undo` does, as far as is known yet."""
    sample = await _next_records(scope, change, None, 20)
    if not sample:
        raise Missing
    await check_rights(scope, await left_of(scope, change, await steps_of(scope, change, sample), force=force))
    await refuse_twice(scope, change)
    scope.require_proof_ahead(await scope.connection.values(_OBJECTS, {"change": change}))
    undoing = uuid7()
    added = await scope.connection.execute(
        """insert into {ws}.change_state (change, state, of_change, total)
           select %(undoing)s, 'running', %(change)s, count(distinct record) from {ws}.change_entry where change = %(change)s
           on conflict (of_change) where state = 'running' do nothing""",
        {"undoing": undoing, "change": change},
    )
    if not added:
        raise Conflict(t("This change is being undone already."))
    payload = {"undoing": str(undoing), "change": str(change), "force": force}
    await queue(scope.connection, JOB, payload, actor=scope.context.actor, lock=f"undo {change}")
    await note_undo(scope, change, undoing)
    return undoing


async def change_state(scope: Scope, id_: UUID) -> dict[str, Any]:
    """What may be told about a change; of a long undo also how far it is, to those who may undo it. Raises Missing, Denied."""
    try:
        told = await read_change(scope, id_)
    except Missing:
        return {"id": str(id_), **await undo_state(scope, id_)}  # perhaps a long undo that has not written anything yet
    try:
        return {**told, **await undo_state(scope, id_)}
    except (Missing, Denied):
        return told


async def undo_state(scope: Scope, undoing: UUID) -> dict[str, Any]:
    """How far an undo by job is: `{"change", "state", "progress", "total", "conflicts"}`; raises Missing.

    The total is told once it is known that all records were the asker's to take back, and the conflicts that the reader may see.
    """
    row = await scope.connection.row(
        "select change, state, progress, total, conflicts, of_change from {ws}.change_state where change = %(id)s", {"id": undoing}
    )
    of_change = row.pop("of_change") if row else None
    if row is None or of_change is None:
        raise Missing
    # It is told to those who may undo the change; for all others it is not there.
    steps = await steps_of(scope, of_change, await _next_records(scope, of_change, None, 20))
    await check_rights(scope, await still_there(scope, steps))
    if row["state"] == "refused" or (row["state"] == "running" and not row["progress"]):
        row["total"] = None
    return {**row, "conflicts": await _told(scope, row["conflicts"])}


async def _told(scope: Scope, conflicts: Sequence[dict[str, Any]] | None) -> list[dict[str, Any]] | None:
    """Those of records that the reader sees, be it in the trash, and of fields that are not hidden from them."""
    found: dict[str, set[UUID]] = defaultdict(set)
    for conflict in conflicts or ():
        found[conflict["object"]].add(UUID(conflict["id"]))
    seen: set[str] = set()
    for object_, ids in found.items():
        known = await visible_ids(scope, object_, ids)
        for deed in _MAY_BE_GONE:
            known |= await allowed(scope, deed, object_, ids - known, trashed=True)
        seen |= {str(id_) for id_ in known}
    apart = scope.model.objects.keys() - scope.access.objects.keys()  # a conflict can be what a record owns, by its object
    told = [c for c in conflicts or () if c["id"] in seen and c["field"] not in scope.rights(c["object"]).hidden | apart]
    return None if conflicts is None else told


async def run_undo(opened: OpenScope, undoing: UUID, change: UUID, *, force: bool) -> None:
    """Check all records first, then take them back chunk by chunk, each in a transaction with its position.

    What turns out meanwhile not to be possible stays as it is and is kept among the conflicts.
    """
    if await _refused(opened, undoing, change, force=force):
        return

    async def once() -> bool:
        async with opened() as scope:
            return await _step(scope, undoing, change, force=force)

    while not await retrying(once):
        pass


async def _step(scope: Scope, undoing: UUID, change: UUID, *, force: bool) -> bool:
    """The next chunk; whether the undo is over."""
    state = await scope.connection.row(
        "select after_record from {ws}.change_state where change = %(id)s and state = 'running' for update", {"id": undoing}
    )
    if state is None:
        return True  # it was over, but its worker was killed before it could say so
    records = await _next_records(scope, change, state["after_record"], CHUNK)
    if not records:
        await scope.connection.execute(_END, {"id": undoing})
        return True
    steps = await still_there(scope, await steps_of(scope, change, records))
    mine = await within_rights(scope, steps)
    may = {step.record for step in mine}
    kept = [{"object": step.object, "id": str(step.record), "field": "id"} for step in steps if step.record not in may]
    await lock_records(scope, mine)
    if not force:
        meanwhile = await _meanwhile(scope, undoing, change, mine)
        kept += meanwhile
        touched = {conflict["id"] for conflict in meanwhile}
        mine = [step for step in mine if str(step.record) not in touched]
    kept += await step_back(Change(scope, id_=undoing, action="undo", undoes=change, trusted=True), mine, whole=False)
    await scope.connection.execute(
        """update {ws}.change_state set after_record = %(last)s, progress = progress + %(count)s,
             conflicts = conflicts || coalesce((select jsonb_agg(c.value order by c.place)
               from jsonb_array_elements(%(kept)s::jsonb) with ordinality c(value, place)
               where c.place <= %(most)s - jsonb_array_length(conflicts)), '[]')
           where change = %(id)s""",
        {"last": records[-1], "count": len(records), "kept": Jsonb(kept), "most": MOST_CONFLICTS, "id": undoing},
    )
    return False


async def _meanwhile(scope: Scope, undoing: UUID, change: UUID, steps: Sequence[Step]) -> list[dict[str, Any]]:
    """What somebody changed since all records were looked at; what this undo itself has written does not count."""
    found = await conflicts_of(scope, change, steps)
    own = await scope.connection.values(
        "select distinct record from {ws}.change_entry where change = %(undoing)s and record = any(%(ids)s)",
        {"undoing": undoing, "ids": [UUID(conflict["id"]) for conflict in found]},
    )
    return [conflict for conflict in found if UUID(conflict["id"]) not in own]


async def end_undo(connection: Connection, undoing: UUID) -> None:
    """End an undo that can't go on, since who asked for it may no longer sign in; what is left of it is kept as conflicts."""
    await connection.execute(
        """update {ws}.change_state s set conflicts = coalesce((select jsonb_agg(c.value) from (
               select value from jsonb_array_elements(s.conflicts) union all
               select distinct jsonb_build_object('object', e.object, 'id', e.record, 'field', 'id') from {ws}.change_entry e
                where e.change = s.of_change and s.after_record is not null and e.record > s.after_record
               limit %(most)s) c), '[]')
           where s.change = %(id)s and s.state = 'running'""",
        {"id": undoing, "most": MOST_CONFLICTS},
    )
    await connection.execute(_END, {"id": undoing})


async def _refused(opened: OpenScope, undoing: UUID, change: UUID, *, force: bool) -> bool:
    """Whether something is not the asker's to take back, or without `force` somebody changed something since.

    Then the undo is over. Conflicts are kept, but none where rights are lacking: some would be of records that nobody may tell of.
    """
    lacking = False
    found: list[dict[str, Any]] = []
    async with opened() as scope:
        after = await scope.connection.value("select after_record from {ws}.change_state where change = %(id)s", {"id": undoing})
    if after is not None:
        return False  # it has begun to write before it was interrupted: nothing is left half
    while not lacking and len(found) < MOST_CONFLICTS:
        async with opened() as scope:
            records = await _next_records(scope, change, after, CHUNK)
            if not records:
                break
            steps = await still_there(scope, await steps_of(scope, change, records))
            try:
                await check_rights(scope, steps)
            except (Denied, Missing):
                lacking = True
            else:
                found += [] if force else await conflicts_of(scope, change, steps)
            after = records[-1]
    if not found and not lacking:
        return False
    async with opened() as scope:
        await scope.connection.execute(
            "update {ws}.change_state set state = 'refused', conflicts = %(conflicts)s, at = now() where change = %(id)s",
            {"id": undoing, "conflicts": Jsonb([] if lacking else found[:MOST_CONFLICTS])},
        )
    return True


async def _next_records(scope: Scope, change: UUID, after: UUID | None, limit: int) -> list[UUID]:
    """The next records of a change in the order of their ids."""
    return await scope.connection.values(
        """select distinct record from {ws}.change_entry
            where change = %(change)s and (%(after)s::uuid is null or record > %(after)s) order by record limit %(limit)s""",
        {"change": change, "after": after, "limit": limit},
    )
