"""Figures of new records whose children come with them: worked out before the records are stored, which are then written once.

The children are not in the database yet, so PostgreSQL is given their values; what it generates from them is worked out by the
column's own SQL. Figures over some of the children only are left to `rollups.py`: what decides may lie beside the row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from uuid import UUID

import msgspec
import sqlalchemy as sa

from kundig.base.database.connection import Compiled, compile_statement
from kundig.engine.policy.scope import Scope
from kundig.engine.records.draft import Draft, columns_of
from kundig.engine.records.figures import FigureKey, figure_columns, figures_over, rollup_values, rollups_of_children
from kundig.engine.records.unstored import as_stored, given_columns
from kundig.engine.schema.bound import BoundField, BoundObject
from kundig.engine.schema.model import Model


async def foretell(scope: Scope, lists: Sequence[Sequence[Draft]]) -> None:
    """Give new records among `lists` their figures over new records of `lists` that stand further behind."""
    new = {draft.id: draft for drafts in lists for draft in drafts if draft.action == "create"} if len(lists) > 1 else {}
    for drafts in reversed(lists) if new else ():  # what stands deeper comes later, and is added up first
        created = [draft for draft in drafts if draft.action == "create"]
        for parent, link in _links(scope.model, created[0].object) if created else ():
            children = [draft for draft in created if draft.get(link) in new]
            if children:
                await _foretell(scope, parent, link, children, new)


def _links(model: Model, child: BoundObject) -> list[tuple[str, str]]:
    """Parent objects and links whose figures are all over all children."""
    found: dict[tuple[str, str], bool] = {}
    for field, link in rollups_of_children(model, child.name):
        found[field.object, link] = found.get((field.object, link), True) and not field.options.where
    return [key for key, whole in found.items() if whole]


async def _foretell(scope: Scope, parent: str, link: str, children: Sequence[Draft], new: Mapping[UUID, Draft]) -> None:
    object_ = children[0].object
    statement, columns = _statement(FigureKey(scope), parent, object_.name, link)
    values = msgspec.json.encode([{column: draft.new.get(column) for column in columns} for draft in children]).decode()
    fields = figures_over(scope.model, parent, object_.name, link)
    for row in await scope.connection.rows(statement, {"values": values}):
        draft = new[row.pop("_parent")]
        draft.figures |= row
        for field in fields:
            if field.options.into is not None and row[field.column] is not None:
                _cover(draft, field, draft.object.fields[field.options.into])
    for draft in children:
        draft.counted |= {(parent, link)}


def _cover(draft: Draft, field: BoundField, target: BoundField) -> None:
    """A figure takes the place of an own field; what stands there is kept, to come back after the last child."""
    draft.figures[f"{field.column}__into"] = True
    for figure, own in zip(figure_columns(field, target), columns_of(target), strict=True):
        draft.covered[own] = draft.new.get(own)
        draft.figures[f"{field.column}__before{figure.removeprefix(field.column)}"] = draft.covered[own]
        draft.new[own] = draft.figures[figure]


@lru_cache(maxsize=500)
def _statement(key: FigureKey, parent: str, child: str, link: str) -> tuple[Compiled, frozenset[str]]:
    """The figures by parent, and the columns of children that `values` must hold."""
    model = key.scope.model
    object_ = model.objects[child]
    fields = figures_over(model, parent, child, link)
    linked = object_.fields[link].column
    sources = {field.options.field for field in fields} - {None}
    read = {linked, "id", *(column for name in sources for column in columns_of(object_.fields[name]))}
    given = frozenset(given_columns(object_.table, read))
    row = as_stored(object_.table, read, given).subquery("c")
    figures = {
        column: value for place, field in enumerate(fields) for column, value in rollup_values(key.scope, field, row, place).items()
    }
    statement = sa.select(row.c[linked].label("_parent"), *(value.label(column) for column, value in figures.items()))
    return compile_statement(statement.group_by(row.c[linked])), given
