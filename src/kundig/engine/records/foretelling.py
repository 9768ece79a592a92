"""Figures of new records whose children come with them: worked out before the records are stored, which are then written once.

`rollups.py` works the figures out again from the stored children, and mends what differs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa

from kundig.base.database.connection import Compiled, compile_statement
from kundig.engine.policy.scope import Scope
from kundig.engine.records.draft import Draft, columns_of
from kundig.engine.records.figures import FigureKey, figure_columns, rollup_values, rollups_of_children
from kundig.engine.schema.bound import BoundField, BoundObject
from kundig.engine.schema.model import Model


async def foretell(scope: Scope, lists: Sequence[Sequence[Draft]]) -> None:
    """Give new records among `lists` the figures over their children that are written `into` their own fields."""
    new = {draft.id: draft for drafts in lists for draft in drafts if draft.action == "create"}
    for drafts in reversed(lists):  # what stands deeper comes later, and is added up first
        for field, link in _written_into(scope.model, drafts[0].object) if drafts else ():
            children = [draft for draft in drafts if draft.action == "create" and draft.get(link) in new]
            if children:
                await _foretell(scope, field, children, new)


def _written_into(model: Model, child: BoundObject) -> Iterator[tuple[BoundField, str]]:
    return ((field, link) for field, link in rollups_of_children(model, child.name) if field.options.into is not None)


async def _foretell(scope: Scope, field: BoundField, children: Sequence[Draft], new: Mapping[UUID, Draft]) -> None:
    target = scope.model.objects[field.object].fields[field.options.into]
    values = msgspec.json.encode([draft.new for draft in children]).decode()
    statement = _statement(FigureKey(scope), field.object, field.name)
    for figures in await scope.connection.rows(statement, {"values": values}):
        parent = new[figures.pop("_parent")]
        if figures[field.column] is None:
            continue
        own = dict(zip(figure_columns(field, target), columns_of(target), strict=True))
        parent.covered |= {column: parent.new.get(column) for column in own.values()}
        parent.new |= {column: figures[figure] for figure, column in own.items()}
        parent.figures |= figures | {f"{field.column}__into": True}
        parent.figures |= {
            f"{field.column}__before{figure.removeprefix(field.column)}": parent.covered[column] for figure, column in own.items()
        }


@lru_cache(maxsize=500)
def _statement(key: FigureKey, parent: str, name: str) -> Compiled:
    """The figures by parent over `values`, columns of children as JSON; what PostgreSQL generates is worked out by its own SQL."""
    field = key.scope.model.objects[parent].fields[name]
    child = key.scope.model.objects[field.options.child_object]
    row = _as_stored(child.table).subquery("c")
    link = row.c[child.fields[field.options.link].column]
    figures = rollup_values(key.scope, field, row, 0)
    return compile_statement(
        sa.select(link.label("_parent"), *(value.label(column) for column, value in figures.items())).group_by(link)
    )


def _as_stored(table: sa.Table) -> sa.Select[Any]:
    """Rows given as JSON, as they will stand in a table."""
    empty: sa.ColumnElement[Any] = sa.literal_column(f'null::{table.schema}."{table.name}"')
    values = sa.cast(sa.bindparam("values", type_=sa.Text()), sa.JSON())
    given = sa.func.json_populate_recordset(empty, values).table_valued(*(sa.column(c.name, c.type) for c in table.c), name="g")
    return sa.select(*(_generated(c) if c.computed is not None else given.c[c.name] for c in table.c)).select_from(given)


def _generated(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    assert column.computed is not None
    return sa.literal_column(str(column.computed.sqltext), column.type).label(column.name)
