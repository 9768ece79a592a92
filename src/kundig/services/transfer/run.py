"""Doing an import: chunk by chunk, each in one transaction with the place it has reached, so that it can stop anywhere.

After a kill it goes on behind the last chunk that was committed: every row is brought in exactly once. Rights are those of
now in each chunk. A dry run is the same with everything taken back.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import BinaryIO
from uuid import UUID

from kundig.base.database import retrying
from kundig.base.errors import Invalid, Kind, KundigError
from kundig.base.garbage import unsearched
from kundig.base.i18n import Text, t
from kundig.engine.policy.scope import Scope
from kundig.engine.records.writing import Change
from kundig.services.transfer import store
from kundig.services.transfer.chunk import Outcome, import_chunk
from kundig.services.transfer.files import Row
from kundig.services.transfer.fixes import with_fixes
from kundig.services.transfer.plan import make_plan
from kundig.services.transfer.previews import Preview
from kundig.services.transfer.pulses import beat
from kundig.services.transfer.reader import Reader
from kundig.services.transfer.store import Run

CHUNK = 1000
REHEARSED = 50_000
"""Rows that a dry run tries together, so that they see each other as they would in earnest; then it takes them back."""

OpenScope = Callable[[], AbstractAsyncContextManager[Scope]]
"""A new transaction as the one who asked for the import, with the rights of now; committed at the end."""
Heard = Callable[[int], Awaitable[bool]]
"""Tells how many rows a trial has tried, and hears whether it is to stop."""
Progress = Callable[[Run], Awaitable[None] | None]


class _TakeBack(Exception):
    """Leaves the savepoint of a dry run."""


async def run_import(open_scope: OpenScope, id_: UUID, progress: Progress | None = None) -> Run:
    """Do an import to its end, or go on with one that was interrupted. Faults of the outside go on to the caller."""
    try:
        async with open_scope() as scope:
            await store.begin(scope.connection, id_)
        async with _file(open_scope, id_) as file:
            return await _rows(open_scope, id_, file, progress)
    except KundigError as error:
        if error.kind is Kind.OUTSIDE:
            raise
        async with open_scope() as scope:
            await store.finish(scope.connection, id_, "failed", reason_of(error))
            return await _current(scope, id_)


def reason_of(error: KundigError) -> Text:
    """What is told about an import that can't go on."""
    return error.errors[0].text if isinstance(error, Invalid) else error.text


async def _rows(open_scope: OpenScope, id_: UUID, file: BinaryIO, progress: Progress | None) -> Run:
    reader = Reader(file)
    run = await _peek(open_scope, id_)
    is_trial = run.order.dry_run

    async def heard(done: int) -> bool:
        async with open_scope() as beside:
            return await beat(beside.connection, id_, done)

    while not run.over:

        async def once() -> Run:
            async with open_scope() as scope:
                await (_rehearse(scope, id_, reader, heard) if is_trial else _step(scope, id_, reader))
                return await _current(scope, id_)

        run = await retrying(once)
        if progress is not None and (waiting := progress(run)) is not None:
            await waiting
    return run


async def _peek(open_scope: OpenScope, id_: UUID) -> Run:
    async with open_scope() as scope:
        return await _current(scope, id_)


async def _current(scope: Scope, id_: UUID) -> Run:
    run = await store.read_run(scope.connection, id_)
    assert run is not None
    return run


async def _step(scope: Scope, id_: UUID, reader: Reader, change: Change | None = None) -> Outcome | None:
    """Bring in the next chunk, or end the round or the import: then nothing is told."""
    run = await store.read_run(scope.connection, id_, lock=True)
    if run is None or run.over:
        return None
    rows = await _next_rows(scope, run, reader)
    if not rows:
        if not await store.next_round(scope.connection, run):
            await store.finish(scope.connection, id_, "done")
        return None
    plan = make_plan(scope, run.order, run.shape.header)
    change = change or Change(scope, id_=run.change)
    last = run.is_last or not plan.refers_to_itself
    with unsearched():
        outcome = await import_chunk(change, plan, rows, last=last)
    await store.advance(scope.connection, run, outcome, rows[-1].number)
    return outcome


async def _next_rows(scope: Scope, run: Run, reader: Reader) -> list[Row]:
    """The rows behind the run's position; in later rounds only those that were deferred."""
    if run.round == 0:
        rows = await asyncio.to_thread(reader.take, run, CHUNK, None)
    else:
        wanted = await store.late_rows(scope.connection, run, CHUNK)
        rows = await asyncio.to_thread(reader.take, run, len(wanted), frozenset(wanted))
    return await with_fixes(scope.connection, run.id, rows)


async def _rehearse(scope: Scope, id_: UUID, reader: Reader, heard: Heard) -> None:
    """Some chunks of a dry run in a savepoint that is taken back; what was found out is put back afterwards."""
    connection = scope.connection
    before = await store.read_run(connection, id_, lock=True)
    if before is None or before.over:
        return
    after, findings, change, stopped = before, store.Findings((), ()), Change(scope, id_=before.change), False
    preview = await Preview.of(connection, id_)
    try:
        async with connection.savepoint():
            await store.forget_errors(connection, id_)
            while not after.over and (after.round > before.round or after.position < before.position + REHEARSED):
                outcome = await _step(scope, id_, reader, change)
                if outcome is not None:
                    await preview.add(connection, change.id, outcome)
                after = await _current(scope, id_)
                if not after.over and (stopped := await heard(after.created + after.updated + after.skipped + after.failed)):
                    break
            findings = await store.findings(connection, id_)
            raise _TakeBack
    except _TakeBack:
        await store.put_back(connection, after, findings)
        await preview.keep(connection)
    if stopped:
        await store.finish(connection, id_, "failed", t("The trial was stopped."))


@asynccontextmanager
async def _file(open_scope: OpenScope, id_: UUID) -> AsyncIterator[BinaryIO]:
    """The file of an import as a local one that vanishes with the process."""
    with tempfile.TemporaryFile() as file:
        async with open_scope() as scope:
            await store.copy_file(scope.connection, id_, file)
        yield file
