"""The SQL of a roll-up's figures over rows of its children: for the writer over all, for a reader over those that may be seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from kundig.base.context import Context
from kundig.engine.policy.filters import matching
from kundig.engine.schema.bound import BoundField, BoundObject
from kundig.engine.schema.fields.contract import Reading
from kundig.engine.schema.model import Model


def figures(
    model: Model, context: Context, field: BoundField, row: sa.FromClause, reading: Reading, *, prefix: str
) -> dict[str, sa.ColumnElement[Any]]:
    """The columns of a roll-up over child rows `row`, which may be joined from outside: without a child the id is null."""
    options = field.options
    child = model.objects[options.child_object]
    holds: sa.ColumnElement[bool] = row.c.id.is_not(None)
    if options.where:
        holds = sa.and_(holds, matching(model, context, child, dict(options.where), row, reading, prefix=prefix))
    match options.measure:
        case "count":
            return {field.column: sa.func.count(row.c.id).filter(holds)}
        case "exists":
            return {field.column: sa.func.coalesce(sa.func.bool_or(row.c.id.is_not(None)).filter(holds), sa.false())}
        case _:
            return dict(_measured(context.workspace.currency, field, child, row, holds))


def _measured(
    currency: str, field: BoundField, child: BoundObject, row: sa.FromClause, holds: sa.ColumnElement[bool]
) -> Iterator[tuple[str, sa.ColumnElement[Any]]]:
    source = child.fields[field.options.field].result
    aggregate = getattr(sa.func, field.options.measure)
    if "currency" not in source.parts:
        yield field.column, aggregate(row.c[source.column]).filter(holds)
        return
    base = aggregate(row.c[f"{source.column}__base"]).filter(holds)
    yield field.column, base
    yield f"{field.column}__base", base
    yield f"{field.column}__currency", sa.case((base.is_not(None), sa.literal(currency)))
