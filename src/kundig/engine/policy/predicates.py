"""Which rows an actor may see, as SQL: the conditions that the read door adds to everything.

The numbers are bind parameters (`reads_{object}`, `forbids_{object}`), their values come from `Access.parameters`: so one statement
serves all actors whose access has the same shape.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from kundig.engine.policy.access import Access
from kundig.engine.policy.derived import sources
from kundig.engine.schema.bound import BoundField
from kundig.engine.schema.model import Model

_NUMBERS = ARRAY(sa.Integer)


def visible(access: Access, object_: str, row: sa.FromClause) -> sa.ColumnElement[bool]:
    """The condition that the actor may see a record, in the trash or not.

    `row` is anything with a column `audience`: the object's table, a search entry, a timeline entry of that object.
    """
    rights = access.objects.get(object_)
    if rights is None or not rights.readable:
        return sa.false()
    conditions = []
    if rights.reads is not None:
        conditions.append(overlaps(row.c.audience, sa.bindparam(reads_name(object_), type_=_NUMBERS)))
    if rights.forbids:
        conditions.append(sa.not_(overlaps(row.c.audience, sa.bindparam(forbids_name(object_), type_=_NUMBERS))))
    return sa.and_(sa.true(), *conditions)


def overlaps(audience: sa.ColumnElement[list[int]], numbers: sa.ColumnElement[list[int]]) -> sa.ColumnElement[bool]:
    """Whether two lists of principals share one; served by the GIN index of `audience`."""
    return audience.op("&&", is_comparison=True, return_type=sa.Boolean())(numbers)


def reads_name(object_: str) -> str:
    """The bind parameter for the principals whose records may be read."""
    return f"reads_{object_}"


def forbids_name(object_: str) -> str:
    """The bind parameter for the principals whose records may not be read."""
    return f"forbids_{object_}"


@dataclass(frozen=True, slots=True)
class AccessReading:
    """Reading with the rights of an actor: what `schema.fields` and filters ask while they build SQL for the read door."""

    model: Model
    access: Access

    def table(self, object_: str) -> sa.Table:
        """The table of an object."""
        return self.model.objects[object_].table

    def seen(self, object_: str, row: sa.FromClause) -> sa.ColumnElement[bool]:
        """Live and visible to the actor."""
        condition = visible(self.access, object_, row)
        return condition if condition is sa.false() else sa.and_(row.c.deleted_at.is_(None), condition)

    def stored_rollup(self, field: BoundField) -> bool:
        """Whether the stored value may be told: only if the actor reads all records and fields that it is made of."""
        return all(
            (rights := self.access.objects.get(source.object)) is not None
            and rights.reads_all
            and source.field not in rights.hidden
            for source in sources(self.model, field)
            if source.object != field.object or source.many
        )


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

    def stored_rollup(self, field: BoundField) -> bool:
        """Always."""
        return True
