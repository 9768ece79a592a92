"""Roll-ups worked out for one reader: over the children, or the interactions on the timeline, that they may see."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from kundig.base.context import Context
from kundig.engine.policy.access import Access
from kundig.engine.policy.figures import figures
from kundig.engine.policy.tables import TIMELINE_ENTRY
from kundig.engine.policy.timelines import told
from kundig.engine.schema.bound import BoundField
from kundig.engine.schema.fields.contract import Reading
from kundig.engine.schema.model import Model


def live_rollup(
    model: Model, access: Access, context: Context, field: BoundField, row: sa.FromClause, reading: Reading
) -> sa.FromClause:
    """The figure's columns for a record `row`: one row to be joined with it."""
    figure = (
        _of_timeline(model, access, field, row) if field.options.timeline else _of_children(model, context, field, row, reading)
    )
    return figure.correlate(row).lateral()


def _of_children(model: Model, context: Context, field: BoundField, row: sa.FromClause, reading: Reading) -> sa.Select[Any]:
    child = model.objects[field.options.child_object]
    inner = child.table.alias()
    columns = figures(model, context, field, inner, reading, prefix=f"{field.object}_{field.name}_")
    link = inner.c[child.fields[field.options.link].column]
    return sa.select(*(value.label(name) for name, value in columns.items())).where(
        link == row.c.id, reading.seen(child.name, inner)
    )


def _of_timeline(model: Model, access: Access, field: BoundField, row: sa.FromClause) -> sa.Select[Any]:
    entry = TIMELINE_ENTRY.alias()
    past = field.options.timeline == "last"
    at = sa.func.max(entry.c.at) if past else sa.func.min(entry.c.at)
    when = entry.c.at <= sa.func.now() if past else entry.c.at > sa.func.now()
    about = sa.and_(entry.c.about_object == sa.literal(field.object), entry.c.about == row.c.id)
    return sa.select(at.label(field.column)).where(about, when, told(model, access, field.object, entry))
