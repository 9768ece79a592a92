"""Rows that are not in the database yet, given to it as JSON: as they will stand in their table, with what it generates of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa


def given_columns(table: sa.Table, read: Iterable[str]) -> Iterator[str]:
    """The columns that are written, of those that are read or that these are generated from."""
    for column in (table.c[name] for name in read):
        if column.computed is None:
            yield column.name
        else:
            sql = str(column.computed.sqltext)
            yield from (source.name for source in table.c if source.computed is None and f'"{source.name}"' in sql)


def as_stored(table: sa.Table, read: Iterable[str], given: Iterable[str]) -> sa.Select[Any]:
    """The columns `read` of rows whose `given` ones are in the parameter `values`, a JSON list."""
    values = sa.func.json_to_recordset(sa.cast(sa.bindparam("values", type_=sa.Text()), sa.JSON()))
    columns = [sa.column(name, table.c[name].type) for name in sorted(given)]
    row = values.table_valued(*columns, name="g").render_derived(with_types=True)
    return sa.select(*(_stored(table.c[name], row) for name in sorted(read))).select_from(row)


def _stored(column: sa.Column[Any], row: sa.FromClause) -> sa.ColumnElement[Any]:
    if column.computed is None:
        return row.c[column.name]
    value: sa.ColumnElement[Any] = sa.literal_column(str(column.computed.sqltext), column.type)
    return sa.cast(value, column.type).label(column.name)
