"""Which rows an actor may see, as SQL: the conditions that the read door adds to everything.

The numbers are bind parameters (`reads_{object}`, `forbids_{object}`), their values come from `Access.parameters`: so one statement
serves all actors whose access has the same shape.
"""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from kundig.engine.policy.access import Access
from kundig.engine.policy.tables import NUMBERS


def visible(
    access: Access, object_: str, row: sa.FromClause, *, unguessed: bool = False, granted: bool = False
) -> sa.ColumnElement[bool]:
    """The condition that the actor may see a record, in the trash or not.

    `row` is anything with a column `audience`: the object's table, a search entry, a timeline entry of that object.
    `unguessed` keeps the planner from guessing by the numbers how many that are: then every plan looks alike, and one is kept.
    `granted` leaves only what forbids: for rows that have been found by one of the principals that may be read.
    """
    rights = access.objects.get(object_)
    if rights is None or not rights.readable:
        return sa.false()
    conditions = []
    if rights.reads is not None and not granted:
        conditions.append(overlaps(row.c.audience, reads_numbers(object_, unguessed=unguessed)))
    if rights.forbids:
        conditions.append(sa.not_(overlaps(row.c.audience, sa.bindparam(forbids_name(object_), type_=NUMBERS))))
    return sa.and_(sa.true(), *conditions)


def sees(access: Access, object_: str, audience: Collection[int]) -> bool:
    """The same of one record whose audience has been read: for telling many readers of it without a statement for each."""
    rights = access.objects.get(object_)
    if rights is None or not rights.readable:
        return False
    of_record = frozenset(audience)
    return (rights.reads is None or not of_record.isdisjoint(rights.reads)) and of_record.isdisjoint(rights.forbids)


def overlaps(audience: sa.ColumnElement[list[int]], numbers: sa.ColumnElement[list[int]]) -> sa.ColumnElement[bool]:
    """Whether two lists of principals share one; served by the GIN index of `audience`."""
    return audience.op("&&", is_comparison=True, return_type=sa.Boolean())(numbers)


def reads_numbers(object_: str, *, unguessed: bool = False) -> sa.ColumnElement[list[int]]:
    """The principals whose records may be read, as in `visible`."""
    numbers: sa.ColumnElement[list[int]] = sa.bindparam(reads_name(object_), type_=NUMBERS)
    return sa.select(numbers).scalar_subquery() if unguessed else numbers


def reads_name(object_: str) -> str:
    """The bind parameter for the principals whose records may be read."""
    return f"reads_{object_}"


def forbids_name(object_: str) -> str:
    """The bind parameter for the principals whose records may not be read."""
    return f"forbids_{object_}"
