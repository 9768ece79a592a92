"""Which fields of a record are shown, and their SQL: every value as contract JSON, built by PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by

from kundig.base.database.connection import WORKSPACE_SCHEMA
from kundig.base.errors import FieldError, Invalid
from kundig.base.i18n import t
from kundig.engine.policy.predicates import AccessReading
from kundig.engine.policy.scope import Scope
from kundig.engine.policy.sight import path_in
from kundig.engine.records.ordering import Joined
from kundig.engine.schema.bound import BoundField, BoundObject
from kundig.engine.schema.model import Path, UnknownField

_ALWAYS = ("object", "external_ids")
_EXTERNAL = sa.table(
    "external_id", *(sa.column(name) for name in ("object", "record", "system", "value", "live")), schema=WORKSPACE_SCHEMA
)


def parse_fields(scope: Scope, object_: BoundObject, fields: Sequence[str] | None) -> tuple[str, ...] | None:
    """The names asked for, each once, `id` first; None for the whole record. Raises Invalid with `fields` as field."""
    if fields is None:
        return None
    errors = []
    for name in fields:
        if name not in _ALWAYS:
            try:
                path_in(scope, object_.name, name)
            except UnknownField:
                errors.append(FieldError("fields", "unknown_field", t("There is no field “{field}”.", field=name[:200])))
    if errors:
        raise Invalid(errors)
    return tuple(dict.fromkeys(("id", *fields)))


def record_columns(scope: Scope, object_: BoundObject, joined: Joined, fields: tuple[str, ...] | None) -> list[sa.Label[Any]]:
    """The values of a record, labelled as in JSON; what they are read from is `joined.source` then."""
    row, reading = joined.row, joined.reading
    if fields is None:
        hidden = scope.rights(object_.name).hidden
        shown: Iterable[BoundField] = (*object_.implicit.values(), *object_.fields.values())
        values = {field.name: field.type.select(field, row, reading) for field in shown if field.name not in hidden}
        extra = {"object": _object_name(object_), "external_ids": _external_ids(object_, row)}
        ordered = {"id": values.pop("id"), "object": extra.pop("object"), **values, **extra}
        return [value.label(name) for name, value in ordered.items()]
    return [_named(scope, object_, row, name, reading).label(name) for name in fields]


def _named(scope: Scope, object_: BoundObject, row: sa.FromClause, name: str, reading: AccessReading) -> sa.ColumnElement[Any]:
    if name == "object":
        return _object_name(object_)
    if name == "external_ids":
        return _external_ids(object_, row)
    return along(path_in(scope, object_.name, name), row, reading)


def along(path: Path, row: sa.FromClause, reading: AccessReading) -> sa.ColumnElement[Any]:
    """The value at the end of a path; null where a record on the way is missing or can't be seen."""
    return _along(path.links, path.field, row, reading)


def _along(links: tuple[BoundField, ...], field: BoundField, row: sa.FromClause, reading: AccessReading) -> sa.ColumnElement[Any]:
    if not links:
        return field.type.select(field, row, reading)
    target = links[0].target or ""
    other = reading.table(target).alias()
    value = _along(links[1:], field, other, reading)
    return sa.select(value).where(other.c.id == row.c[links[0].column], reading.seen(target, other)).scalar_subquery()


def _object_name(object_: BoundObject) -> sa.ColumnElement[str]:
    return sa.literal_column(f"'{object_.name}'", sa.Text())


def _external_ids(object_: BoundObject, row: sa.FromClause) -> sa.ColumnElement[Any]:
    pairs = _EXTERNAL.alias()
    pair = sa.func.concat(pairs.c.system, sa.literal_column("':'"), pairs.c.value)
    listed = sa.func.coalesce(sa.func.json_agg(aggregate_order_by(pair, pair)), sa.literal_column("'[]'::json"))
    own = (pairs.c.object == _object_name(object_), pairs.c.record == row.c.id, pairs.c.live)
    return sa.select(listed).where(*own).scalar_subquery()
