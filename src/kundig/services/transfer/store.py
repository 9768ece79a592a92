"""The tables of imports: run, file, deferred rows, errors. What belongs to their preparation stands beside what uses it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from kundig.base.context import Actor
from kundig.base.database.connection import Connection
from kundig.base.i18n import Text
from kundig.services.transfer.cells.words import storable
from kundig.services.transfer.chunk import Outcome
from kundig.services.transfer.files import FileShape
from kundig.services.transfer.messages import text_to_json
from kundig.services.transfer.order import ImportOrder

PART = 1 << 19
"""Bytes of a file in one row of the database."""
FINAL = ("done", "failed")
_ERROR = ("import", "row", "place", "column_name", "value", "code", "message")


@dataclass(frozen=True, slots=True)
class Run:
    """An import as it stands in the database."""

    id: UUID
    actor: Actor
    source: str
    order: ImportOrder
    shape: FileShape
    change: UUID
    state: str
    total: int
    round: int
    is_last: bool
    position: int
    created: int
    updated: int
    skipped: int
    failed: int

    @property
    def over(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        return self.state in FINAL


async def insert_run(connection: Connection, values: Mapping[str, Any]) -> None:
    """A new import; `request` and `shape` as structs."""
    names = list(values)
    params = {name: Jsonb(msgspec.to_builtins(v)) if isinstance(v, msgspec.Struct) else v for name, v in values.items()}
    columns, places = ", ".join(names), ", ".join(f"%({name})s" for name in names)
    await connection.execute(f"insert into {{ws}}.import_run ({columns}) values ({places})", params)


async def insert_file(connection: Connection, id_: UUID, file: BinaryIO) -> None:
    """The file of an import, part by part."""
    file.seek(0)
    position = 0
    while content := file.read(PART):
        await connection.execute(
            "insert into {ws}.import_part (import, position, content) values (%(id)s, %(position)s, %(content)s)",
            {"id": id_, "position": position, "content": content},
        )
        position += 1


async def file_parts(connection: Connection, id_: UUID) -> AsyncIterator[bytes]:
    """The file again."""
    position = 0
    while True:
        content = await connection.value(
            "select content from {ws}.import_part where import = %(id)s and position = %(position)s",
            {"id": id_, "position": position},
        )
        if content is None:
            return
        yield bytes(content)
        position += 1


async def read_run(connection: Connection, id_: UUID, *, lock: bool = False) -> Run | None:
    """An import; with `lock` nobody else goes on with it until the transaction ends."""
    row = await connection.row(
        "select id, by_kind, by_id, by_user, source, request, shape, change, state, total, round, is_last, position, created,"
        f" updated, skipped, failed from {{ws}}.import_run where id = %(id)s{' for update' if lock else ''}",
        {"id": id_},
    )
    if row is None:
        return None
    actor = Actor(row.pop("by_kind"), row.pop("by_id"), row.pop("by_user"))
    order = msgspec.convert(row.pop("request"), ImportOrder, strict=False)
    return Run(actor=actor, order=order, shape=msgspec.convert(row.pop("shape"), FileShape), **row)


async def copy_file(connection: Connection, id_: UUID, into: BinaryIO) -> None:
    """Write the file into another one; nothing, if it was forgotten."""
    async for part in file_parts(connection, id_):
        into.write(part)


async def begin(connection: Connection, id_: UUID) -> None:
    """The import is under way."""
    await connection.execute(
        "update {ws}.import_run set state = 'running', started_at = coalesce(started_at, now())"
        " where id = %(id)s and state = 'queued'",
        {"id": id_},
    )


async def advance(connection: Connection, run: Run, outcome: Outcome, position: int) -> None:
    """Add what became of a chunk, and go on behind it."""
    await connection.execute(
        "update {ws}.import_run set position = %(position)s, created = created + %(created)s, updated = updated + %(updated)s,"
        " skipped = skipped + %(skipped)s, failed = failed + %(failed)s where id = %(id)s",
        {
            "id": run.id, "position": position, "created": outcome.created, "updated": outcome.updated,
            "skipped": outcome.skipped, "failed": len(outcome.failed),
        },
    )  # fmt: skip
    await _add_errors(connection, run.id, outcome)
    if outcome.deferred:
        rows = [(run.id, run.round + 1, line.row.number) for line in outcome.deferred]
        await connection.copy_in("{ws}.import_late", ("import", "round", "row"), rows)


async def _add_errors(connection: Connection, id_: UUID, outcome: Outcome) -> None:
    errors = [
        (
            id_,
            line.row.number,
            place,
            fault.column,
            storable(fault.value),
            fault.code,
            Jsonb(text_to_json(fault.text)),
        )
        for line in outcome.failed
        for place, fault in enumerate(line.faults)
    ]
    if errors:
        await connection.copy_in("{ws}.import_error", _ERROR, errors)


async def replace_errors(connection: Connection, id_: UUID, row: int, outcome: Outcome) -> None:
    """What is wrong with a row now, instead of what was."""
    await connection.execute("delete from {ws}.import_error where import = %(id)s and row = %(row)s", {"id": id_, "row": row})
    await _add_errors(connection, id_, outcome)


async def unreadable_rows(connection: Connection, id_: UUID) -> set[int]:
    """The rows that failed since they can't be told apart into cells, so that no cell of theirs can be mended."""
    statement = "select row from {ws}.import_error where import = %(id)s and code = 'bad_row' order by row limit 1000"
    return set(await connection.values(statement, {"id": id_}))


async def late_rows(connection: Connection, run: Run, limit: int) -> list[int]:
    """The next rows of this round that were deferred in the one before."""
    return await connection.values(
        "select row from {ws}.import_late where import = %(id)s and round = %(round)s and row > %(position)s"
        " order by row limit %(limit)s",
        {"id": run.id, "round": run.round, "position": run.position, "limit": limit},
    )


async def next_round(connection: Connection, run: Run) -> bool:
    """Begin the next round if rows were deferred; the last one when a whole round has found nothing. False when all is done."""
    counts = await connection.row(
        "select count(*) filter (where round = %(round)s) as before, count(*) filter (where round = %(round)s + 1) as after"
        " from {ws}.import_late where import = %(id)s",
        {"id": run.id, "round": run.round},
    )
    if counts is None or not counts["after"]:
        return False
    await connection.execute(
        "update {ws}.import_run set round = round + 1, position = 0, is_last = %(last)s where id = %(id)s",
        {"id": run.id, "last": counts["before"] == counts["after"]},
    )
    return True


async def finish(connection: Connection, id_: UUID, state: str, reason: Text | None = None) -> None:
    """The import is over, for better or worse."""
    await connection.execute(
        "update {ws}.import_run set state = %(state)s, reason = %(reason)s, ended_at = now() where id = %(id)s"
        " and state in ('queued', 'running')",
        {"id": id_, "state": state, "reason": Jsonb(text_to_json(reason)) if reason else None},
    )


@dataclass(frozen=True, slots=True)
class Findings:
    """What a dry run has found out besides its figures."""

    errors: Sequence[Mapping[str, Any]]
    late: Sequence[Mapping[str, Any]]


async def forget_errors(connection: Connection, id_: UUID) -> None:
    """Begin anew with the errors of an import."""
    await connection.execute("delete from {ws}.import_error where import = %(id)s", {"id": id_})


async def findings(connection: Connection, id_: UUID) -> Findings:
    """The errors and deferred rows of an import."""
    errors = await connection.rows(f"select {', '.join(_ERROR)} from {{ws}}.import_error where import = %(id)s", {"id": id_})
    late = await connection.rows("select import, round, row from {ws}.import_late where import = %(id)s", {"id": id_})
    return Findings(errors, late)


async def put_back(connection: Connection, run: Run, found: Findings) -> None:
    """What a dry run has found out, after everything that it wrote was taken back."""
    figures = ("state", "round", "is_last", "position", "created", "updated", "skipped", "failed")
    sets = ", ".join(f"{name} = %({name})s" for name in figures)
    await connection.execute(
        f"update {{ws}}.import_run set {sets}, ended_at = case when %(over)s then now() end where id = %(id)s",
        {"id": run.id, "over": run.over, **{name: getattr(run, name) for name in figures}},
    )
    await connection.execute("delete from {ws}.import_late where import = %(id)s", {"id": run.id})
    await connection.copy_in("{ws}.import_late", ("import", "round", "row"), [tuple(row.values()) for row in found.late])
    errors = [[Jsonb(v) if name == "message" else v for name, v in row.items()] for row in found.errors]
    await connection.copy_in("{ws}.import_error", _ERROR, errors)
