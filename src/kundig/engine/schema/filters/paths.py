"""Following links: that the records on the way are there and visible, and what holds at the end."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from kundig.engine.schema.bound import BoundField
from kundig.engine.schema.fields.contract import Reading

Hidden = Callable[[str], frozenset[str] | None]
"""The fields of an object that the asker may not know of; None: the asker may not know of the object at all."""


def exists_along(
    links: tuple[BoundField, ...],
    row: sa.FromClause,
    reading: Reading,
    condition: Callable[[sa.FromClause], sa.ColumnElement[bool]],
) -> sa.ColumnElement[bool]:
    """That all records along the links are there and visible, and that `condition` holds for the last one's row."""
    if not links:
        return condition(row)
    target = links[0].target or ""
    next_row = reading.table(target).alias()
    rest = exists_along(links[1:], next_row, reading, condition)
    linked = next_row.c.id == row.c[links[0].column]
    return sa.exists(sa.select(sa.literal_column("1")).select_from(next_row).where(linked, reading.seen(target, next_row), rest))
