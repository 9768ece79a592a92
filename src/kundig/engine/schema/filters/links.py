"""Conditions on links: what they point to, that they point to anything, and which records point here.

A link counts only while its target is live and visible to the reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from kundig.engine.schema.bound import BoundField
from kundig.engine.schema.fields.contract import Reading
from kundig.engine.schema.fields.links import side_name
from kundig.engine.schema.fields.surroundings import beside
from kundig.engine.schema.filters.tree import Test

_IDS = ARRAY(sa.Uuid())
_TEXTS = ARRAY(sa.Text())
_ONE: sa.ColumnElement[int] = sa.literal_column("1")


def points_to(test: Test, field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[bool]:
    """That the link, or one of the links, points to one of the records meant. `id` is the record itself."""
    meant = _meant(test, field, row)
    if field.column == "id" and field.standard:
        return row.c.id == meant
    return _linked(field, row, reading, meant)


def _meant(test: Test, field: BoundField, row: sa.FromClause) -> sa.ColumnElement[Any]:
    """What an id is compared with. One alone is not put into a list: then PostgreSQL knows how many records point to it."""
    if test.form == "one":
        return sa.bindparam(test.binds[0], type_=sa.Uuid())
    ids: sa.ColumnElement[object] = sa.bindparam(test.binds[0], type_=_IDS)
    if len(test.binds) > 1:
        ids = sa.func.array_cat(ids, _by_external_ids(test.binds[1:], field, row))
    return sa.any_(ids)


def points_anywhere(field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[bool]:
    """That there is a link whose target can be seen."""
    if field.column == "id" and field.standard:
        return row.c.id.is_not(None)
    return _linked(field, row, reading, None)


def _linked(field: BoundField, row: sa.FromClause, reading: Reading, meant: sa.ColumnElement[Any] | None) -> sa.ColumnElement[bool]:
    if field.to_one:
        target = reading.table(field.target or "").alias()
        wanted = [reading.seen(field.target or "", target)]
        if meant is None:
            return sa.exists(sa.select(_ONE).select_from(target).where(target.c.id == row.c[field.column], *wanted))
        wanted.append(target.c.id == meant)
        return row.c[field.column].in_(sa.select(target.c.id).where(*wanted))
    side = _side(field, row)
    wanted = [side.c.record == row.c.id, _target_seen(field, side, reading)]
    if meant is not None:
        wanted.append(side.c.target == meant)
    return sa.exists(sa.select(_ONE).select_from(side).where(*wanted))


def _side(field: BoundField, row: sa.FromClause) -> sa.FromClause:
    columns = ("record", "target") if field.target else ("record", "target", "target_object")
    return beside(row, side_name(field), *columns).alias()


def _target_seen(field: BoundField, side: sa.FromClause, reading: Reading) -> sa.ColumnElement[bool]:
    if field.target:
        target = reading.table(field.target).alias()
        return sa.exists(
            sa.select(_ONE).select_from(target).where(target.c.id == side.c.target, reading.seen(field.target, target))
        )
    possible = []
    for name in field.options.targets:
        target = reading.table(name).alias()
        seen = reading.seen(name, target)
        if seen is not sa.false():
            found = sa.exists(sa.select(_ONE).select_from(target).where(target.c.id == side.c.target, seen))
            possible.append(sa.and_(side.c.target_object == sa.literal_column(f"'{name}'"), found))
    return sa.or_(sa.false(), *possible)


def _by_external_ids(binds: Sequence[str], field: BoundField, row: sa.FromClause) -> sa.ColumnElement[object]:
    """The ids of the records with one of the external ids, as an array."""
    external = beside(row, "external_id", "object", "record", "system", "value", "live").alias()
    system, value = (sa.bindparam(name, type_=_TEXTS) for name in binds)
    wanted = sa.func.unnest(system, value).table_valued("system", "value").render_derived()
    found = sa.select(external.c.record).where(
        external.c.system == wanted.c.system, external.c.value == wanted.c.value, external.c.live
    )
    if field.target:
        found = found.where(external.c.object == sa.literal_column(f"'{field.target}'"))
    return sa.func.array(found.scalar_subquery())


def points_here(link: BoundField, target: str, row: sa.FromClause, child_row: sa.FromClause) -> sa.ColumnElement[bool]:
    """That a child's row points by its link to `row`, a record of the object `target`."""
    if link.to_one:
        return child_row.c[link.column] == row.c.id
    side = _side(link, child_row)
    wanted = [side.c.target == row.c.id]
    if link.target is None:
        wanted.append(side.c.target_object == sa.literal_column(f"'{target}'"))
    return child_row.c.id.in_(sa.select(side.c.record).where(*wanted).correlate(row))
