"""Edit, assign or delete many records: told beforehand what would happen, done in chunks under one change, undone as a whole.

Each record is asked for by itself: those that may not be changed or refuse the values are left as they are and counted with the
reason, all others are changed. Rights are those of the moment in which a chunk is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from kundig.base.database import retrying
from kundig.base.errors import Conflict, Denied, Kind, KundigError
from kundig.base.i18n import Text, t
from kundig.base.jobs import queue
from kundig.engine.policy.decisions import Deed as Right
from kundig.engine.policy.decisions import allowed, visible_ids
from kundig.engine.policy.scope import Scope
from kundig.engine.records.trials import write_possible
from kundig.engine.records.writing import Change, Delete, Item, Update
from kundig.services.lists.choosing import CHUNK, Deed, Run, chunk_of, chunks_of, read_run
from kundig.services.transfer.messages import text_from_json, text_to_json

JOB = "lists.bulk"
FEW = 50
"""So many records somebody chooses by hand; for more the role needs the right to change many at once."""
AT_ONCE = 1000
"""So many records are written in the request; more are a job."""
OpenScope = Callable[[], AbstractAsyncContextManager[Scope]]
"""A new transaction as the one who asked, with the rights of now."""
_GONE = t("It is no longer there, or you may not see it.")
_DENIED = t("Your role does not allow this.")


@dataclass(slots=True)
class Outcome:
    """What became of some records, or would."""

    changed: int = 0
    refused: dict[UUID, Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Preview:
    """What would happen: how many would change, how many would stay as they are, and why some may not be changed."""

    total: int
    changed: int
    refused: tuple[tuple[Text, int], ...] = ()
    tried: int = 0
    """How many were really tried; the rest was only asked for rights."""

    @property
    def unchanged(self) -> int:
        """Records that are as wanted already."""
        return self.total - self.changed - sum(number for _, number in self.refused)


class _TakeBack(Exception):
    """Leaves the savepoint of a trial."""


def check_order(scope: Scope, run: Run, action: Deed, wanted: Mapping[str, Any]) -> None:
    """Raise Denied for who may do nothing of the kind, or not with so many records at once."""
    rights = scope.rights(run.object)
    if not rights.bulk and run.total > FEW:
        raise Denied(t("Your role does not allow changing more than {few} records at once.", few=FEW))
    if any(getattr(rights, right) == "none" for right in _rights(action, wanted)):
        raise Denied(_DENIED)


def _rights(action: Deed, wanted: Mapping[str, Any]) -> tuple[Right, ...]:
    if action == "delete":
        return ("delete",)
    return ("edit", "assign") if {"owner", "team"} & wanted.keys() else ("edit",)


async def preview(scope: Scope, run: Run, action: Deed, wanted: Mapping[str, Any]) -> Preview:
    """What would happen now: the first thousand are changed and taken back at once, all others asked for rights."""
    check_order(scope, run, action, wanted)
    changed, tried = 0, 0
    reasons: dict[str, tuple[Text, int]] = {}
    async for ids in chunks_of(scope, run):
        if not tried:
            tried = len(ids)
            outcome = await _rehearsed(scope, run, action, wanted, ids)
        else:
            found = await _refused(scope, run.object, action, wanted, ids)
            outcome = Outcome(len(ids) - len(found), found)
        changed += outcome.changed
        for text in outcome.refused.values():
            reasons[str(text)] = (text, reasons.get(str(text), (text, 0))[1] + 1)
    return Preview(run.total, changed, tuple(sorted(reasons.values(), key=lambda reason: -reason[1])), tried)


async def _rehearsed(scope: Scope, run: Run, action: Deed, wanted: Mapping[str, Any], ids: Sequence[UUID]) -> Outcome:
    outcome = Outcome()
    try:
        async with scope.connection.savepoint():
            outcome = await _write_chunk(Change(scope, id_=run.change), run.object, action, wanted, ids)
            raise _TakeBack
    except _TakeBack:
        return outcome


async def start(scope: Scope, id_: UUID, action: Deed, wanted: Mapping[str, Any]) -> Run:
    """Do it: a few records at once, many by a job. Raises Conflict if it has begun already, Denied, Missing, ProofNeeded."""
    run = await read_run(scope, id_, lock=True)
    if run.state != "chosen":
        raise Conflict(t("This has been done already."))
    check_order(scope, run, action, wanted)
    scope.require_proof_ahead([run.object])
    await scope.connection.execute(
        "update {ws}.bulk_run set state = 'queued', action = %(action)s, wanted = %(wanted)s where id = %(id)s",
        {"id": id_, "action": action, "wanted": Jsonb(dict(wanted))},
    )
    if run.total > AT_ONCE:
        await queue(scope.connection, JOB, {"id": str(id_)}, actor=scope.context.actor, lock=f"bulk:{id_}")
    else:
        while not await _step(scope, id_):
            pass
    return await read_run(scope, id_)


async def stop(scope: Scope, id_: UUID) -> Run:
    """End a run after its current chunk; what it has changed stays and can be undone. Raises Conflict if it is over."""
    run = await read_run(scope, id_, lock=True)
    if run.state not in ("queued", "running"):
        raise Conflict(t("This is over already."))
    await _end(scope, id_, "stopped", t("It was stopped."))
    return await read_run(scope, id_)


async def run_bulk(opened: OpenScope, id_: UUID) -> None:
    """Do a run to its end, or go on with one that was interrupted. Faults of the outside go on to the caller."""

    async def once() -> bool:
        async with opened() as scope:
            return await _step(scope, id_)

    try:
        while not await retrying(once):
            pass
    except KundigError as error:
        if error.kind is Kind.OUTSIDE:
            raise
        async with opened() as scope:
            await _end(scope, id_, "stopped", error.text)


async def _step(scope: Scope, id_: UUID) -> bool:
    """The next chunk, in one transaction with the position; whether the run is over."""
    run = await read_run(scope, id_, lock=True)
    if run.over or run.action is None:
        return True
    ids = await chunk_of(scope, run, run.position)
    if not ids:
        await _end(scope, id_, "done", None)
        return True
    check_order(scope, run, run.action, run.wanted or {})
    outcome = await _write_chunk(Change(scope, id_=run.change), run.object, run.action, run.wanted or {}, ids)
    await scope.connection.execute_many(
        "insert into {ws}.bulk_refusal (run, record, message) values (%(run)s, %(record)s, %(message)s) on conflict do nothing",
        [{"run": id_, "record": record, "message": Jsonb(text_to_json(text))} for record, text in outcome.refused.items()],
    )
    await scope.connection.execute(
        "update {ws}.bulk_run set state = 'running', position = position + %(read)s, changed = changed + %(changed)s,"
        " refused = refused + %(refused)s where id = %(id)s",
        {"id": id_, "read": len(ids), "changed": outcome.changed, "refused": len(outcome.refused)},
    )
    return False


async def end_run(scope: Scope, id_: UUID, reason: Text) -> None:
    """End a run that can't go on, since who asked for it may no longer sign in; `scope` is the program's."""
    await _end(scope, id_, "stopped", reason)


async def _end(scope: Scope, id_: UUID, state: str, reason: Text | None) -> None:
    await scope.connection.execute(
        "update {ws}.bulk_run set state = %(state)s, reason = %(reason)s, ended_at = now()"
        " where id = %(id)s and state <> 'stopped'",
        {"id": id_, "state": state, "reason": Jsonb(text_to_json(reason)) if reason else None},
    )


async def refusals(scope: Scope, run: Run) -> tuple[tuple[Text, int], ...]:
    """Why records of a run were not changed, the most frequent reason first."""
    rows = await scope.connection.rows(
        "select message, count(*) as number from {ws}.bulk_refusal where run = %(run)s"
        " group by message order by 2 desc, message::text",
        {"run": run.id},
    )
    return tuple((text_from_json(row["message"]), row["number"]) for row in rows)


async def _refused(scope: Scope, object_: str, action: Deed, wanted: Mapping[str, Any], ids: Sequence[UUID]) -> dict[UUID, Text]:
    """The records that the actor may not do this with, with the reason."""
    seen = await visible_ids(scope, object_, ids)
    may = set(seen)
    for right in _rights(action, wanted):
        may &= await allowed(scope, right, object_, seen)
    return {id_: _GONE if id_ not in seen else _DENIED for id_ in ids if id_ not in may}


async def _write_chunk(change: Change, object_: str, action: Deed, wanted: Mapping[str, Any], ids: Sequence[UUID]) -> Outcome:
    outcome = Outcome(refused=await _refused(change.scope, object_, action, wanted, ids))
    left = [id_ for id_ in ids if id_ not in outcome.refused]
    items: list[Item] = [Delete(id_) if action == "delete" else Update(id_, wanted) for id_ in left]
    outcome.refused |= {id_: error.text for id_, error in (await write_possible(change, object_, items)).items()}
    written = (
        "select count(distinct record) from {ws}.change_entry"
        " where change = %(change)s and object = %(object)s and record = any(%(ids)s)"
    )
    outcome.changed = await change.scope.connection.value(written, {"change": change.id, "object": object_, "ids": left})
    return outcome


FORGET = "delete from {ws}.bulk_run where created_at < now() - interval '7 days' and state in ('chosen', 'done', 'stopped')"
"""Which records were chosen is needed no longer; what was changed stays in the journal."""
__all__ = [
    "AT_ONCE", "CHUNK", "FEW", "FORGET", "JOB", "Preview", "check_order", "end_run", "preview", "refusals", "run_bulk", "start",
    "stop",
]  # fmt: skip
