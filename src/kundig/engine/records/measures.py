"""What an aggregate asks for: groups (`account.type`, `close_date:month`) and measures (`sum:amount`), checked and as SQL.

Sums leave out amounts for which no exchange rate is known; `unrated:amount` counts these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

import sqlalchemy as sa

from kundig.base.errors import FieldError, Invalid
from kundig.base.i18n import Text, t
from kundig.engine.policy.predicates import AccessReading
from kundig.engine.policy.scope import Scope
from kundig.engine.policy.sight import comparable, path_in
from kundig.engine.records.ordering import Joined, Key, position
from kundig.engine.schema.bound import BoundField, BoundObject
from kundig.engine.schema.filters.conditions import folded
from kundig.engine.schema.filters.sql_types import is_instant
from kundig.engine.schema.kinds import Kind
from kundig.engine.schema.model import Path, UnknownField

BUCKETS = ("day", "week", "month", "quarter", "year")
ZONE = "zone"
_GROUPED = frozenset({Kind.TEXT, Kind.NUMBER, Kind.BOOLEAN, Kind.DATE, Kind.CHOICE, Kind.LINK})
_MEASURED: Mapping[str, frozenset[Kind]] = {
    "sum": frozenset({Kind.NUMBER}),
    "avg": frozenset({Kind.NUMBER}),
    "min": frozenset({Kind.NUMBER, Kind.DATE}),
    "max": frozenset({Kind.NUMBER, Kind.DATE}),
    "count_distinct": _GROUPED,
    "unrated": frozenset({Kind.NUMBER}),
}
_COUNTS = ("count_distinct", "unrated")
_AVERAGE_DIGITS = 10
_Asked = TypeVar("_Asked")


class _Values:
    """Stands in for a row where a field type shows values that are in no table: its columns are expressions."""

    def __init__(self, columns: Mapping[str, sa.ColumnElement[Any]]) -> None:
        self.c = columns


def shown(field: BoundField, value: sa.ColumnElement[Any], reading: AccessReading, digits: int) -> sa.ColumnElement[Any]:
    """A figure as contract JSON, as its field would show it; money as an exact string in the workspace's currency."""
    result = field.result
    if "currency" in result.parts:
        return sa.cast(sa.func.round(value, digits), sa.Text())
    row: Any = _Values({result.column: value})
    return result.type.select(result, row, reading)


@dataclass(frozen=True)
class Group:
    """A group: by a field's value, or by the day, week … its date lies in."""

    name: str
    path: Path
    bucket: str | None

    def value(self, joined: Joined) -> sa.ColumnElement[Any]:
        """What rows are grouped by; the id of a link's target."""
        field = self.path.field
        row = joined.along(self.path.links, outer=True)
        if field.kind is Kind.LINK:
            return _target(joined, row, field).c.id
        value = field.type.compared(field, row, joined.reading)
        assert value is not None
        if self.bucket is None:
            return value
        local = sa.func.timezone(sa.bindparam(ZONE, type_=sa.Text()), value) if is_instant(field) else sa.cast(value, sa.DateTime())
        return sa.cast(sa.func.date_trunc(sa.literal_column(f"'{self.bucket}'"), local), sa.Date())

    def shown(self, value: sa.ColumnElement[Any], reading: AccessReading, digits: int) -> sa.ColumnElement[Any]:
        """The group as contract JSON."""
        field = self.path.field
        if self.bucket is not None:
            return sa.func.to_char(value, "YYYY-MM-DD")
        if field.kind is not Kind.LINK:
            return shown(field, value, reading, digits)
        target = reading.table(field.target or "").alias()
        name: sa.ColumnElement[str] = sa.literal_column(f"'{field.target}'")
        link = sa.func.json_build_object("id", target.c.id, "object", name, "label", reading.name(field.target or "", target))
        return sa.select(link).where(target.c.id == value).scalar_subquery()

    def ordered(self, value: sa.ColumnElement[Any], reading: AccessReading) -> list[sa.ColumnElement[Any]]:
        """The order of the groups, null last."""
        field = self.path.field
        if field.kind is Kind.LINK:
            target = reading.table(field.target or "").alias()
            label = sa.select(target.c.label_fold).where(target.c.id == value).scalar_subquery()
            return [label.asc().nulls_last(), value.asc().nulls_last()]
        if field.kind is Kind.CHOICE:
            return [position(Key(self.path, descending=False), value).asc().nulls_last(), value.asc().nulls_last()]
        if field.kind is Kind.TEXT:
            return [folded(value).asc().nulls_last(), value.asc().nulls_last()]
        return [value.asc().nulls_last()]


@dataclass(frozen=True)
class Measure:
    """A figure over the records of a group; `path` is None for `count`."""

    name: str
    function: str
    path: Path | None

    def value(self, joined: Joined) -> sa.ColumnElement[Any]:
        """The aggregate, empty values left out."""
        if self.path is None:
            return sa.func.count()
        field = self.path.field
        row = joined.along(self.path.links, outer=True)
        if self.function == "unrated":
            amount, _, worth = (row.c[name] for name in field.column_names)
            return sa.func.count().filter(amount.is_not(None), worth.is_(None))
        value = _target(joined, row, field).c.id if field.kind is Kind.LINK else field.type.compared(field, row, joined.reading)
        assert value is not None
        if self.function == "count_distinct":
            return sa.func.count(sa.distinct(value))
        figure: sa.ColumnElement[Any] = getattr(sa.func, self.function)(value)
        if self.function == "avg" and "currency" not in field.result.parts:
            figure = sa.func.trim_scale(sa.func.round(figure, _AVERAGE_DIGITS))
        return figure

    def shown(self, value: sa.ColumnElement[Any], reading: AccessReading, digits: int) -> sa.ColumnElement[Any]:
        """The figure as contract JSON."""
        if self.path is None or self.function in _COUNTS:
            return value
        return shown(self.path.field, value, reading, digits)


def may_lack_rates(scope: Scope, object_: str, name: str) -> bool:
    """Whether the field at a path holds amounts that people give, of which some may be in no sum: `unrated:{name}` counts them."""
    field = path_in(scope, object_, name).field
    return any(field.name == amount.name for amount in scope.model.objects[field.object].amounts)


def _target(joined: Joined, row: sa.FromClause, field: BoundField) -> sa.FromClause:
    """The row that a link points to; the row itself for `id`."""
    return row if field.column == "id" else joined.join(row, field, outer=True)


def parse_groups(scope: Scope, object_: BoundObject, names: Sequence[str]) -> tuple[Group, ...]:
    """The groups asked for; raises Invalid with `group` as field."""
    return _each(names, "group", lambda name: _group(scope, object_, name))


def parse_measures(scope: Scope, object_: BoundObject, names: Sequence[str]) -> tuple[Measure, ...]:
    """The measures asked for, `count` if none; raises Invalid with `measure` as field."""
    return _each(names or ("count",), "measure", lambda name: _measure(scope, object_, name))


class _Wrong(Exception):
    def __init__(self, code: str, text: Text) -> None:
        super().__init__(text)
        self.code, self.text = code, text


def _each(names: Sequence[str], field: str, read: Callable[[str], _Asked]) -> tuple[_Asked, ...]:
    found, errors = [], []
    for name in dict.fromkeys(names):
        try:
            found.append(read(name))
        except _Wrong as wrong:
            errors.append(FieldError(field, wrong.code, wrong.text))
    if errors:
        raise Invalid(errors)
    return tuple(found)


def _group(scope: Scope, object_: BoundObject, name: str) -> Group:
    path_name, colon, bucket = name.partition(":")
    path = _path(scope, object_, path_name)
    kind = path.field.kind
    if kind not in _GROUPED or (kind is Kind.LINK and not path.field.to_one):
        _refuse("not_groupable", t("“{group}” can't be grouped by.", group=name[:200]))
    if colon and (bucket not in BUCKETS or kind is not Kind.DATE):
        _refuse(
            "bad_value", t("“{group}” is no group: only dates are grouped by day, week, month, quarter or year.", group=name[:200])
        )
    return Group(name, path, bucket or None)


def _measure(scope: Scope, object_: BoundObject, name: str) -> Measure:
    function, _, path_name = name.partition(":")
    if name == "count":
        return Measure(name, "count", None)
    if function not in _MEASURED or not path_name:
        text = t(
            "“{measure}” is no measure: use count, sum:f, avg:f, min:f, max:f, count_distinct:f or unrated:f.", measure=name[:200]
        )
        _refuse("bad_value", text)
    path = _path(scope, object_, path_name)
    if path.field.kind not in _MEASURED[function] or (path.field.kind is Kind.LINK and not path.field.to_one):
        _refuse("bad_value", t("“{measure}” does not fit the field.", measure=name[:200]))
    if function == "unrated" and not may_lack_rates(scope, object_.name, path_name):
        _refuse("bad_value", t("“{measure}” does not fit the field.", measure=name[:200]))
    return Measure(name, function, path)


def _path(scope: Scope, object_: BoundObject, name: str) -> Path:
    try:
        path = path_in(scope, object_.name, name).in_language(scope.context.language)
    except UnknownField:
        _refuse("unknown_field", t("There is no field “{field}”.", field=name[:200]))
    if not comparable(scope, path):
        text = t("“{field}” may hold names that you don't see, so you can't group by it or sum it up.", field=name[:200])
        _refuse("not_groupable", text)
    return path


def _refuse(code: str, text: Text) -> NoReturn:
    raise _Wrong(code, text)
