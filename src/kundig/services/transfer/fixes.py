"""Cells that somebody has mended: kept beside the file, which stays as it came, and read instead of what stands in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from kundig.base.database.connection import Connection
from kundig.services.transfer.files import Cell, Row


async def keep_fixes(connection: Connection, id_: UUID, row: int, cells: Mapping[int, str]) -> None:
    """Keep the new texts of a row's cells, by their places."""
    for place, value in cells.items():
        await connection.execute(
            "insert into {ws}.import_fix (import, row, place, value) values (%(id)s, %(row)s, %(place)s, %(value)s)"
            " on conflict (import, row, place) do update set value = excluded.value",
            {"id": id_, "row": row, "place": place, "value": value},
        )


async def with_fixes(connection: Connection, id_: UUID, rows: Sequence[Row]) -> list[Row]:
    """The rows as they were mended; one statement for all of them."""
    if not rows:
        return []
    fixes: dict[int, dict[int, str]] = defaultdict(dict)
    for fix in await connection.rows(
        "select row, place, value from {ws}.import_fix where import = %(id)s and row between %(first)s and %(last)s",
        {"id": id_, "first": rows[0].number, "last": rows[-1].number},
    ):
        fixes[fix["row"]][fix["place"]] = fix["value"]
    return [replace(row, cells=fixed_cells(row.cells, fixes[row.number])) if row.number in fixes else row for row in rows]


def fixed_cells(cells: Sequence[Cell], fixes: Mapping[int, str]) -> list[Cell]:
    """Cells with some of them replaced; a row that is too short grows."""
    width = max(len(cells), max(fixes, default=-1) + 1)
    return [fixes.get(place, cells[place] if place < len(cells) else "") for place in range(width)]
