"""Numbers: number (a JSON number), decimal and percent (exact, a string with a point), rating, duration (seconds)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
import sqlalchemy as sa

from kundig.base.i18n import t
from kundig.engine.schema.fields.contract import FieldType, NoOptions, Parsing, Reading, Refused
from kundig.engine.schema.kinds import Kind

if TYPE_CHECKING:
    from kundig.engine.schema.bound import BoundField

_LARGEST = Decimal(10) ** 15
"""JSON readers keep whole numbers exactly up to about nine times this."""

_DECIMAL = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,30})?")


class NumberOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The smallest and the largest number possible."""

    min: float | None = None
    max: float | None = None


class NumberType(FieldType):
    """A number, whole or not."""

    name = "number"
    kind = Kind.NUMBER
    Options: ClassVar[type[msgspec.Struct]] = NumberOptions

    def columns(self, field: BoundField) -> tuple[sa.Column[Any], ...]:
        """One numeric column."""
        return (sa.Column(field.column, sa.Numeric),)

    def parse(self, field: BoundField, value: Any, parsing: Parsing) -> Mapping[str, Any]:
        """A JSON number."""
        if value is None:
            return {field.column: None}
        number = _number(value)
        _check_range(number, field.options.min, field.options.max)
        return {field.column: number}

    def select(self, field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[Any]:
        """The column itself."""
        return row.c[field.column]


class DecimalOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`digits` after the point at most."""

    digits: int = 6


class DecimalType(FieldType):
    """An exact number, shown with the digits it was given."""

    name = "decimal"
    kind = Kind.NUMBER
    Options: ClassVar[type[msgspec.Struct]] = DecimalOptions

    def columns(self, field: BoundField) -> tuple[sa.Column[Any], ...]:
        """One numeric column without a scale, so that digits stay as given."""
        return (sa.Column(field.column, sa.Numeric),)

    def parse(self, field: BoundField, value: Any, parsing: Parsing) -> Mapping[str, Any]:
        """A string with a point, or a JSON number."""
        return {field.column: None if value is None else exact(value, field.options.digits)}

    def select(self, field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[Any]:
        """A string with a point."""
        return sa.cast(row.c[field.column], sa.Text)


class PercentType(DecimalType):
    """0 to 100."""

    name = "percent"

    def parse(self, field: BoundField, value: Any, parsing: Parsing) -> Mapping[str, Any]:
        """As decimal, from 0 to 100."""
        number = None if value is None else exact(value, field.options.digits)
        if number is not None:
            _check_range(number, 0, 100)
        return {field.column: number}


class RatingOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The best rating."""

    max: int = 5


class RatingType(FieldType):
    """Stars: 1 to `max`."""

    name = "rating"
    kind = Kind.NUMBER
    Options = RatingOptions

    def columns(self, field: BoundField) -> tuple[sa.Column[Any], ...]:
        """One small whole number."""
        return (sa.Column(field.column, sa.SmallInteger),)

    def parse(self, field: BoundField, value: Any, parsing: Parsing) -> Mapping[str, Any]:
        """A whole JSON number."""
        return {field.column: None if value is None else _whole(value, 1, field.options.max)}

    def select(self, field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[Any]:
        """The column itself."""
        return row.c[field.column]


class DurationType(FieldType):
    """A length of time in whole seconds."""

    name = "duration"
    kind = Kind.NUMBER
    Options = NoOptions

    def columns(self, field: BoundField) -> tuple[sa.Column[Any], ...]:
        """One whole number."""
        return (sa.Column(field.column, sa.BigInteger),)

    def parse(self, field: BoundField, value: Any, parsing: Parsing) -> Mapping[str, Any]:
        """A whole JSON number, not negative."""
        return {field.column: None if value is None else _whole(value, 0, 10**11)}

    def select(self, field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[Any]:
        """The column itself."""
        return row.c[field.column]


def exact(value: Any, digits: int) -> Decimal:
    """A decimal string or JSON number with at most `digits` after the point, or Refused. Zeros behind don't count."""
    if isinstance(value, str):
        if not _DECIMAL.fullmatch(value):
            raise Refused("bad_value", t('Give a number with a point, such as "12.50".'))
        number = Decimal(value)
    else:
        number = _number(value)
    if _places(number.normalize()) > digits:
        raise Refused("too_precise", t("At most {digits} digits after the point are possible here.", digits=digits))
    if _places(number) > digits:
        number = number.quantize(Decimal(1).scaleb(-digits))
    return abs(number) if number == 0 else number


def _places(number: Decimal) -> int:
    return -int(number.as_tuple().exponent)


def _number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise Refused("bad_type", t("Give a number here."))
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite() or abs(number) >= _LARGEST:
        raise Refused("bad_value", t("This number is too large."))
    if number == number.to_integral_value():
        return number.quantize(Decimal(1)) + 0
    if _places(number.normalize()) > 30:
        raise Refused("too_precise", t("At most {digits} digits after the point are possible here.", digits=30))
    return number.normalize()


def _whole(value: Any, low: int, high: int) -> int:
    number = _number(value)
    if number != number.to_integral_value():
        raise Refused("bad_value", t("Give a whole number here."))
    _check_range(number, low, high)
    return int(number)


def _check_range(number: Decimal, low: float | None, high: float | None) -> None:
    if low is not None and number < Decimal(str(low)):
        raise Refused("too_small", t("At least {min} is needed here.", min=low))
    if high is not None and number > Decimal(str(high)):
        raise Refused("too_large", t("At most {max} is possible here.", max=high))
