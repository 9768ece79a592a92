"""Layouts at work: whose layout somebody gets, which of its fields stand there for a record, and which can't be left empty.

A condition that names what the reader may not know of is left out, as one about a field that is gone: then the field is shown, and
not required. What lies beside a record's row (several links, contact points, children) is looked at as it is stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
import sqlalchemy as sa

from kundig.base.errors import Invalid
from kundig.base.i18n import t
from kundig.engine.extension import Layout
from kundig.engine.policy.derived import filter_paths
from kundig.engine.policy.predicates import AccessReading
from kundig.engine.policy.scope import Scope
from kundig.engine.policy.sight import filter_in
from kundig.engine.policy.statements import statement
from kundig.engine.records.checks import is_empty
from kundig.engine.records.draft import Draft, columns_of
from kundig.engine.records.drafting import draft_typed
from kundig.engine.records.stages import apply_stage
from kundig.engine.records.unseen import note_unseen_of
from kundig.engine.records.unstored import as_stored, given_columns
from kundig.engine.schema.bound import BoundObject
from kundig.engine.schema.filters import Filter, compile_filter

if TYPE_CHECKING:
    from kundig.engine.records.writing import Change


@dataclass(frozen=True, slots=True)
class Shape:
    """What a layout makes of one record: fields that do not stand there, and those that can't be left empty."""

    hidden: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()


WHOLE = Shape()


@dataclass(frozen=True, slots=True)
class _Condition:
    """`where` holds for records for which the `fields` stand there, or are required; None: always."""

    fields: frozenset[str]
    requires: bool
    where: Filter | None
    looks_at: frozenset[str]
    """The fields that the condition names."""


def layout_of(scope: Scope, object_: str, role: str | None = None) -> Layout | None:
    """The layout of the first of the actor's roles (or of `role`) that has one, else everybody's.

    Of several that fit equally the first by name counts, of everybody's the one called `default`.
    """
    layouts = scope.model.layouts
    own = [layouts[name] for name in sorted(name for name, layout in layouts.items() if layout.object == object_)]
    for name in scope.access.roles if role is None else (role,):
        found = next((layout for layout in own if name in layout.roles), None)
        if found is not None:
            return found
    common = [layout for layout in own if not layout.roles]
    return next((layout for layout in common if layout.name == "default"), common[0] if common else None)


def has_conditions(layout: Layout | None) -> bool:
    """Whether it depends on the record what stands on a layout."""
    return any(where is not True for _, _, where in _wheres(layout))


async def stored_shape(scope: Scope, object_: BoundObject, layout: Layout | None, id_: UUID) -> Shape:
    """What a layout makes of a stored record; one statement where it has conditions, else none."""
    conditions = _conditions(scope, object_, layout)
    filters = _filters(conditions)
    if not filters:
        return _shape(conditions, ())
    key = ("layout", object_.name, tuple(where.shape for where in filters))
    table = object_.table

    def build() -> sa.Select[Any]:
        return _asking(scope, filters, table).where(table.c.id == sa.bindparam("_id", type_=sa.UUID()))

    row = await scope.connection.row(statement(scope, key, build), {"_id": id_, **_parameters(scope, filters)})
    return _shape(conditions, _answers(row, filters))


async def typed_shape(
    change: Change, object_: BoundObject, layout: Layout | None, values: Mapping[str, Any], id_: UUID | None = None
) -> Shape:
    """What a layout makes of a record as it is being typed: `values` (contract JSON) over what is stored of `id_`."""
    scope = change.scope
    conditions = _conditions(scope, object_, layout)
    if not _filters(conditions):
        return _shape(conditions, ())
    draft = await draft_typed(change, object_, values, id_)
    for field in object_.pipelines:
        apply_stage(draft, field, scope.context.now)
    return (await _drafted(scope, object_, conditions, [draft]))[0]


async def check_asked(scope: Scope, drafts: Sequence[Draft]) -> None:
    """Refuse what a person leaves empty though their layout requires it: in a new record, or where it or what decides is given."""
    if not drafts:
        return
    object_ = drafts[0].object
    conditions = _conditions(scope, object_, layout_of(scope, object_.name))
    if not any(condition.requires for condition in conditions):
        return
    rights = scope.rights(object_.name)
    await note_unseen_of(scope, drafts, {name for condition in conditions if condition.requires for name in condition.fields})
    for draft, shape in zip(drafts, await _drafted(scope, object_, conditions, drafts), strict=True):
        fixed = rights.hidden | rights.fixed | (rights.fixed_later if draft.action == "update" else frozenset())
        for name in sorted(shape.required - fixed):
            field = object_.fields[name]
            if field.read_only or not is_empty(draft, field) or any(error.field == name for error in draft.errors):
                continue
            looks_at = frozenset(n for c in conditions if c.requires and name in c.fields for n in c.looks_at)
            if draft.action == "create" or not draft.given.isdisjoint({name, *looks_at}):
                draft.refuse(name, "required", t("{field} is needed.", field=field.definition.label))


def _conditions(scope: Scope, object_: BoundObject, layout: Layout | None) -> tuple[_Condition, ...]:
    """All conditions that the actor may ask, with values of their own names."""
    found = []
    for fields, requires, where in _wheres(layout):
        known = frozenset(name for name in fields if name in object_.fields)
        if where is True:
            found.append(_Condition(known, requires, None, frozenset()))
            continue
        try:
            read = filter_in(scope, object_, where, prefix=f"c{len(found)}_")
        except Invalid:
            continue
        found.append(_Condition(known, requires, read, frozenset(path.split(".")[0] for path in filter_paths(where))))
    return tuple(found)


def _wheres(layout: Layout | None) -> Iterator[tuple[list[str], bool, Any]]:
    for section in layout.all_sections if layout else ():
        if section.visible is not None:
            yield [item.field for item in section.placed], False, section.visible
        for item in section.placed:
            if item.visible is not None:
                yield [item.field], False, item.visible
            if item.required is not False:
                yield [item.field], True, item.required


def _filters(conditions: Sequence[_Condition]) -> tuple[Filter, ...]:
    return tuple(condition.where for condition in conditions if condition.where is not None)


def _parameters(scope: Scope, filters: Sequence[Filter]) -> dict[str, Any]:
    return {**scope.access.parameters, **{name: value for where in filters for name, value in where.values.items()}}


def _asking(scope: Scope, filters: Sequence[Filter], row: sa.FromClause) -> sa.Select[Any]:
    reading = AccessReading.of(scope)
    answers = (sa.func.coalesce(compile_filter(where, row, reading), sa.false()) for where in filters)
    return sa.select(row.c.id, *(answer.label(f"a{number}") for number, answer in enumerate(answers)))


def _answers(row: Mapping[str, Any] | None, filters: Sequence[Filter]) -> list[bool]:
    return [bool(row and row[f"a{number}"]) for number in range(len(filters))]


async def _drafted(scope: Scope, object_: BoundObject, conditions: Sequence[_Condition], drafts: Sequence[Draft]) -> list[Shape]:
    """The shapes of records as they will be; one statement where there are conditions."""
    filters = _filters(conditions)
    if not filters:
        return [_shape(conditions, ()) for _ in drafts]
    looked_at = {name for condition in conditions for name in condition.looks_at if name in object_.fields}
    columns = {"id", "label", *(column for name in looked_at for column in columns_of(object_.fields[name]))}
    read = frozenset(columns & set(object_.table.c.keys()))
    given = frozenset(given_columns(object_.table, read))
    key = ("layout of drafts", object_.name, tuple(where.shape for where in filters))
    build = statement(scope, key, lambda: _asking(scope, filters, as_stored(object_.table, read, given).subquery("c")))
    rows = [{column: draft.new.get(column, draft.old.get(column)) for column in given} | {"id": draft.id} for draft in drafts]
    values = {"values": msgspec.json.encode(rows).decode(), **_parameters(scope, filters)}
    found = {row["id"]: row for row in await scope.connection.rows(build, values)}
    return [_shape(conditions, _answers(found.get(draft.id), filters)) for draft in drafts]


def _shape(conditions: Sequence[_Condition], answers: Sequence[bool]) -> Shape:
    hidden: set[str] = set()
    required: set[str] = set()
    rest = iter(answers)
    for condition in conditions:
        holds = condition.where is None or next(rest)
        if condition.requires and holds:
            required |= condition.fields
        elif not condition.requires and not holds:
            hidden |= condition.fields
    return Shape(frozenset(hidden), frozenset(required - hidden))
