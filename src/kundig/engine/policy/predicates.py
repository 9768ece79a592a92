"""Which rows an actor may see, as SQL: what the read door, fields and filters ask while they build statements.

The numbers are bind parameters (`reads_{object}`, `forbids_{object}`), their values come from `Access.parameters`: so one statement
serves all actors whose access has the same shape.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from kundig.base.context import Context
from kundig.engine.policy.access import Access
from kundig.engine.policy.derived import sources
from kundig.engine.policy.naming import name_shown
from kundig.engine.policy.visibility import forbids_name, overlaps, reads_name, reads_numbers, visible
from kundig.engine.schema.bound import BoundField
from kundig.engine.schema.model import Model

if TYPE_CHECKING:
    from kundig.engine.policy.scope import Scope

__all__ = ["AccessReading", "FullReading", "forbids_name", "overlaps", "reads_name", "reads_numbers", "visible"]


@dataclass(frozen=True, slots=True)
class AccessReading:
    """Reading with the rights of an actor: what `schema.fields` and filters ask while they build SQL for the read door."""

    model: Model
    access: Access
    context: Context | None = None
    """Needed for live roll-ups only: the workspace's currency and time zone."""
    joined: Callable[[BoundField, sa.FromClause], sa.FromClause | None] | None = None
    """Gives the roll-ups of a record that a statement has joined already, so that each is looked up or worked out once."""
    unguessed: bool = False
    """As in `visible`."""

    @classmethod
    def of(cls, scope: Scope, *, unguessed: bool = False) -> AccessReading:
        """The reading of a scope."""
        return cls(scope.model, scope.access, scope.context, unguessed=unguessed)

    def table(self, object_: str) -> sa.Table:
        """The table of an object."""
        return self.model.objects[object_].table

    def seen(self, object_: str, row: sa.FromClause) -> sa.ColumnElement[bool]:
        """Live and visible to the actor."""
        condition = visible(self.access, object_, row, unguessed=self.unguessed)
        return condition if condition is sa.false() else sa.and_(row.c.deleted_at.is_(None), condition)

    def name(self, object_: str, row: sa.FromClause) -> sa.ColumnElement[str]:
        """The name, unless it holds that of a record that the actor may not see."""
        return name_shown(self.model, self.access, object_, row)

    def stored_rollup(self, field: BoundField) -> bool:
        """Whether the stored value may be told: only if the actor reads all records and fields that it is made of."""
        return all(
            (rights := self.access.objects.get(source.object)) is not None
            and rights.reads_all
            and source.field not in rights.hidden
            for source in sources(self.model, field)
            if source.many
        )

    def rollup(
        self, field: BoundField, row: sa.FromClause, of: Callable[[sa.FromClause], sa.ColumnElement[Any]]
    ) -> sa.ColumnElement[Any]:
        """Of the stored figure, or of the one over the children that the actor may see."""
        joined = self.joined(field, row) if self.joined is not None else None
        if joined is not None:
            return of(joined)
        figures, on = self.figures(field, row)
        return sa.select(of(figures)).where(on).scalar_subquery()

    def figures(self, field: BoundField, row: sa.FromClause) -> tuple[sa.FromClause, sa.ColumnElement[bool]]:
        """What holds a roll-up of a record `row`, and the condition to join it on."""
        from kundig.engine.policy.live_rollups import live_rollup

        if self.stored_rollup(field):
            return stored_rollups(self.model, field, row)
        if self.context is None:
            message = "a live roll-up needs a context: use AccessReading.of(scope)"
            raise RuntimeError(message)
        return live_rollup(self.model, self.access, self.context, field, row, self), sa.true()


@dataclass(frozen=True, slots=True)
class FullReading:
    """Reading without rights: for the writer and for what is computed for everybody (audiences, roll-ups), never for answers."""

    model: Model

    def table(self, object_: str) -> sa.Table:
        """The table of an object."""
        return self.model.objects[object_].table

    def seen(self, object_: str, row: sa.FromClause) -> sa.ColumnElement[bool]:
        """Live."""
        return row.c.deleted_at.is_(None)

    def name(self, object_: str, row: sa.FromClause) -> sa.ColumnElement[str]:
        """The name as it is stored."""
        return row.c.label

    def rollup(
        self, field: BoundField, row: sa.FromClause, of: Callable[[sa.FromClause], sa.ColumnElement[Any]]
    ) -> sa.ColumnElement[Any]:
        """Always of the stored figure."""
        figures, on = stored_rollups(self.model, field, row)
        return sa.select(of(figures)).where(on).scalar_subquery()


def stored_rollups(model: Model, field: BoundField, row: sa.FromClause) -> tuple[sa.FromClause, sa.ColumnElement[bool]]:
    """The stored roll-ups of a record `row`, and the condition to join them on."""
    rollups = model.objects[field.object].rollups
    assert rollups is not None
    stored = rollups.alias()
    return stored, stored.c.record == row.c.id
