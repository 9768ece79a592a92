"""What a trial shows of single rows: their cells, what became of them, and what would change in the records that they mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from kundig.base.database.connection import Connection
from kundig.engine.history.entries import EXTERNAL_IDS
from kundig.services.transfer.cells.words import storable
from kundig.services.transfer.chunk import Outcome
from kundig.services.transfer.files import Cell
from kundig.services.transfer.lines import Line

SHOWN = 200
"""Rows that are kept of each outcome."""
_ENTRIES = """
select record, old, new from {ws}.change_entry where change = %(change)s and record = any(%(records)s) and action = 'update'
"""
_SAMPLES = """
select row, outcome, cells, record, changes from {ws}.import_sample s
 where import = %(id)s and (outcome = any(%(outcomes)s)
   or %(mended)s and exists (select from {ws}.import_fix f where f.import = s.import and f.row = s.row))
 order by row
"""
_COLUMNS = ("import", "row", "outcome", "cells", "record", "changes")
_READERS: Mapping[str, Callable[[str], Cell]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
}


@dataclass(frozen=True, slots=True)
class Sample:
    """One row of a trial; `changes` holds old and new value by field, as contract JSON."""

    row: int
    outcome: str
    cells: list[Cell]
    record: UUID | None = None
    changes: Mapping[str, tuple[Any, Any]] | None = None


class Preview:
    """Collects samples during a trial, and keeps them when everything else that it wrote is taken back."""

    def __init__(self, id_: UUID, kept: Mapping[str, int]) -> None:
        """`kept` says how many rows of each outcome there are already."""
        self._id = id_
        self._counted = Counter(kept)
        self._samples: dict[int, Sample] = {}

    @classmethod
    async def of(cls, connection: Connection, id_: UUID) -> Preview:
        """That of an import, whose trial may have begun before."""
        rows = await connection.rows(
            "select outcome, count(*) as count from {ws}.import_sample where import = %(id)s group by outcome", {"id": id_}
        )
        return cls(id_, {row["outcome"]: row["count"] for row in rows})

    async def add(self, connection: Connection, change: UUID, outcome: Outcome) -> None:
        """The rows of a chunk, as far as there is room for them."""
        wanted = [
            (line, told) for line, told in [*outcome.brought, *((line, "failed") for line in outcome.failed)] if self._room(told)
        ]
        self._samples |= {sample.row: sample for sample in await samples_of(connection, change, wanted)}

    def _room(self, outcome: str) -> bool:
        self._counted[outcome] += 1
        return self._counted[outcome] <= SHOWN

    async def keep(self, connection: Connection) -> None:
        """Write them down."""
        await connection.copy_in("{ws}.import_sample", _COLUMNS, [_stored(self._id, sample) for sample in self._samples.values()])


async def samples_of(connection: Connection, change: UUID, lines: Sequence[tuple[Line, str]]) -> list[Sample]:
    """What became of lines that a change has written; for changed records the journal knows the values."""
    records = [line.record for line, told in lines if told == "updated" and line.record]
    entries = await connection.rows(_ENTRIES, {"change": change, "records": records}) if records else []
    changes: dict[UUID, dict[str, tuple[Any, Any]]] = {}
    for entry in entries:
        old, new = entry["old"] or {}, entry["new"] or {}
        changes.setdefault(entry["record"], {}).update({name: (old.get(name), new[name]) for name in new if name != EXTERNAL_IDS})
    return [Sample(line.row.number, told, line.row.cells, line.record, changes.get(line.record)) for line, told in lines]  # type: ignore[arg-type]  # no record, no changes


async def read_samples(connection: Connection, id_: UUID, outcomes: Iterable[str], *, mended: bool = False) -> list[Sample]:
    """The kept rows with these outcomes, in the file's order; with `mended` also those whose cells somebody has mended."""
    rows = await connection.rows(_SAMPLES, {"id": id_, "outcomes": list(outcomes), "mended": mended})
    return [_read(row) for row in rows]


async def read_sample(connection: Connection, id_: UUID, row: int) -> Sample | None:
    """One kept row."""
    found = await connection.row(
        "select row, outcome, cells, record, changes from {ws}.import_sample where import = %(id)s and row = %(row)s",
        {"id": id_, "row": row},
    )
    return _read(found) if found is not None else None


async def replace_sample(connection: Connection, id_: UUID, sample: Sample) -> None:
    """A row whose fate has changed."""
    await connection.execute(
        "update {ws}.import_sample set outcome = %(outcome)s, cells = %(cells)s, record = %(record)s, changes = %(changes)s"
        " where import = %(import)s and row = %(row)s",
        dict(zip(_COLUMNS, _stored(id_, sample), strict=True)),
    )


async def forget_samples(connection: Connection, id_: UUID) -> None:
    """Before a trial begins anew."""
    await connection.execute("delete from {ws}.import_sample where import = %(id)s", {"id": id_})


def _stored(id_: UUID, sample: Sample) -> tuple[Any, ...]:
    created = sample.outcome in {"created", "failed"}
    record = None if created else sample.record  # what a trial has made is gone
    changes = Jsonb(sample.changes) if sample.changes else None
    return id_, sample.row, sample.outcome, Jsonb([_cell_to_json(cell) for cell in sample.cells]), record, changes


def _read(row: Mapping[str, Any]) -> Sample:
    changes = {name: (old, new) for name, (old, new) in row["changes"].items()} if row["changes"] else None
    return Sample(row["row"], row["outcome"], [_cell_from_json(cell) for cell in row["cells"]], row["record"], changes)


def _cell_to_json(cell: Cell) -> Any:
    """A cell with its type: figures and truth values are JSON themselves, dates say what they are."""
    if isinstance(cell, datetime | date | time):
        return {type(cell).__name__: cell.isoformat()}
    return storable(cell) if isinstance(cell, str) else cell


def _cell_from_json(cell: Any) -> Cell:
    if not isinstance(cell, dict):
        read: Cell = cell
        return read
    ((kind, text),) = cell.items()
    return _READERS[kind](text)
