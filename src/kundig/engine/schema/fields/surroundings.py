"""Tables around an object's own one, for types whose SQL reads them: side tables, roll-ups, stage history."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa


def beside(row: sa.FromClause, name: str, *columns: str) -> sa.TableClause:
    """A table in the same schema as `row`, which is an object's table or an alias of it."""
    base: Any = row
    while isinstance(base, sa.Alias):
        base = base.element
    return sa.table(name, *(sa.column(column) for column in columns), schema=base.schema)


def text_array(items: sa.Select[Any]) -> sa.ColumnElement[Any]:
    """The rows of a select of one column as a text[]."""
    return sa.func.array(items.scalar_subquery())
