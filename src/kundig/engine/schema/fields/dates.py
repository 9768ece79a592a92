"""Date and datetime."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from kundig.base.i18n import t
from kundig.engine.schema.fields.contract import FieldType, Parsing, Reading, Refused
from kundig.engine.schema.kinds import Kind

if TYPE_CHECKING:
    from kundig.engine.schema.bound import BoundField

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})")


class DateType(FieldType):
    """A day of the calendar."""

    name = "date"
    kind = Kind.DATE

    def columns(self, field: BoundField) -> tuple[sa.Column[Any], ...]:
        """One date column."""
        return (sa.Column(field.column, sa.Date),)

    def parse(self, field: BoundField, value: Any, parsing: Parsing) -> Mapping[str, Any]:
        """A day as `2026-11-23`."""
        return {field.column: None if value is None else parse_date(value)}

    def select(self, field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[Any]:
        """`2026-11-23`."""
        return sa.func.to_char(row.c[field.column], "YYYY-MM-DD")


class DatetimeType(FieldType):
    """An instant."""

    name = "datetime"
    kind = Kind.DATE

    def columns(self, field: BoundField) -> tuple[sa.Column[Any], ...]:
        """One timestamptz column."""
        return (sa.Column(field.column, sa.DateTime(timezone=True)),)

    def parse(self, field: BoundField, value: Any, parsing: Parsing) -> Mapping[str, Any]:
        """An instant with its offset."""
        return {field.column: None if value is None else parse_instant(value)}

    def select(self, field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[Any]:
        """In UTC, as `2026-11-23T10:15:30.250000Z`."""
        return instant_text(row.c[field.column])


def parse_date(value: Any) -> date:
    """A day as `2026-11-23`, or Refused."""
    if not isinstance(value, str):
        raise Refused("bad_type", t("Give a date here."))
    if _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise Refused("bad_value", t("Give a date as year-month-day, such as 2026-11-23."))


def parse_instant(value: Any) -> datetime:
    """An instant by RFC 3339 with an offset, or Refused."""
    if not isinstance(value, str):
        raise Refused("bad_type", t("Give a date and time here."))
    match = _INSTANT.fullmatch(value)
    if match:
        day, time, fraction, offset = match.groups()
        try:
            return datetime.fromisoformat(f"{day}T{time}{(fraction or '')[:7]}{offset.upper()}").astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise Refused("bad_value", t("Give date, time and offset, such as 2026-11-23T10:15:30Z."))


def instant_text(column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """A timestamptz as contract JSON."""
    return sa.func.to_char(sa.func.timezone("UTC", column), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
