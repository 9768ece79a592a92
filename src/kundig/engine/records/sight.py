"""What an actor may know of when asking: hidden fields, figures that can't be compared, and the SQL that keeps to both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from kundig.base.database.connection import WORKSPACE_SCHEMA
from kundig.engine.policy.predicates import AccessReading, visible
from kundig.engine.policy.scope import Scope
from kundig.engine.records.figures import rollup_values
from kundig.engine.schema.bound import BoundField, BoundObject
from kundig.engine.schema.filters import Filter, parse_filter
from kundig.engine.schema.model import Path


@dataclass(frozen=True, slots=True)
class Sight:
    """`fields.contract.Reading` with the rights of a scope: tables, visible rows, roll-ups stored or worked out live."""

    scope: Scope

    def table(self, object_: str) -> sa.Table:
        """The table of an object."""
        return self._reading.table(object_)

    def seen(self, object_: str, row: sa.FromClause) -> sa.ColumnElement[bool]:
        """Live and visible to the actor."""
        return self._reading.seen(object_, row)

    def stored_rollup(self, field: BoundField) -> bool:
        """Whether the actor may be told the stored figure."""
        return self._reading.stored_rollup(field)

    def live_rollup(self, field: BoundField, row: sa.FromClause) -> sa.ColumnElement[Any]:
        """The figure over what the actor may see."""
        options = field.options
        if options.timeline is not None:
            return self._live_time(field, row)
        child = self.table(options.child_object).alias()
        place = list(self.scope.model.objects[field.object].fields).index(field.name)
        figures = rollup_values(self.scope, field, child, place)
        of = sa.select(*(value.label(name) for name, value in figures.items())).select_from(child)
        found = of.where(child.c[options.link] == row.c.id, self.seen(options.child_object, child)).subquery()
        return sa.select(options.result.type.select(options.result, found, self)).scalar_subquery()

    @property
    def _reading(self) -> AccessReading:
        return AccessReading(self.scope.model, self.scope.access)

    def _live_time(self, field: BoundField, row: sa.FromClause) -> sa.ColumnElement[Any]:
        entry = _TIMELINE.alias()
        last = field.options.timeline == "last"
        at = sa.func.max(entry.c.at) if last else sa.func.min(entry.c.at)
        when = entry.c.at <= sa.func.now() if last else entry.c.at > sa.func.now()
        about = (entry.c.about_object == sa.literal_column(f"'{field.object}'"), entry.c.about == row.c.id)
        found = sa.select(at.label(field.column)).where(*about, when, entries_seen(self.scope, entry)).subquery()
        return sa.select(field.options.result.type.select(field.options.result, found, self)).scalar_subquery()


_TIMELINE = sa.table(
    "timeline_entry",
    *(sa.column(name) for name in ("about_object", "about", "object", "record")),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("audience"),
    schema=WORKSPACE_SCHEMA,
)


def entries_seen(scope: Scope, entry: sa.FromClause) -> sa.ColumnElement[bool]:
    """That the actor may see the interaction a timeline entry stands for."""
    return sa.or_(sa.false(), *_visible_interactions(scope, entry))


def _visible_interactions(scope: Scope, entry: sa.FromClause) -> Iterator[sa.ColumnElement[bool]]:
    for name, object_ in scope.model.objects.items():
        if object_.definition.interaction is not None and name in scope.access.objects:
            condition = visible(scope.access, name, entry)
            if condition is not sa.false():
                yield sa.and_(entry.c.object == sa.literal_column(f"'{name}'"), condition)


def hidden_in(scope: Scope, object_: str) -> frozenset[str] | None:
    """The fields of an object that the actor may not know of; None for an object that the actor may not know of."""
    rights = scope.access.objects.get(object_)
    return None if rights is None else rights.hidden


def limited_in(scope: Scope, object_: str) -> frozenset[str]:
    """Roll-ups of which the actor sees only a part, so that comparing them would tell about the rest."""
    sight = Sight(scope)
    fields = scope.model.objects[object_].fields.values()
    return frozenset(f.name for f in fields if f.type.rollup_columns(f) and not sight.stored_rollup(f))


def path_in(scope: Scope, object_: str, name: str) -> Path:
    """A field by its path, as far as the actor may know of it; raises UnknownField."""
    return scope.model.field_at(object_, name, lambda other: hidden_in(scope, other))


def comparable(scope: Scope, path: Path) -> bool:
    """Whether the actor may filter, order and group by a field."""
    return path.field.name.split(".")[0] not in limited_in(scope, path.field.object)


def filter_in(scope: Scope, object_: BoundObject, where: Any) -> Filter:
    """A filter as the actor may ask it; raises Invalid."""
    return parse_filter(
        where,
        object_,
        model=scope.model,
        context=scope.context,
        hidden=lambda other: hidden_in(scope, other),
        limited=lambda other: limited_in(scope, other),
    )
