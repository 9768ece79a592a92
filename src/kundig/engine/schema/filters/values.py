"""Values of a filter's leaves: read by the strict rules of the field's kind, bound as parameters of a positive test."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from kundig.base.context import Context
from kundig.base.i18n import t
from kundig.engine.schema.bound import BoundField
from kundig.engine.schema.fields.contract import Refused
from kundig.engine.schema.filters.operators import MOST_VALUES
from kundig.engine.schema.filters.periods import Span, days_meant, instants_meant
from kundig.engine.schema.filters.sql_types import is_instant, is_whole
from kundig.engine.schema.filters.tree import Test
from kundig.engine.schema.kinds import Kind

Bind = Callable[[Any], str]
"""Keeps a value as a parameter and answers its name."""

_DECIMAL = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?")
_BIGGEST = 2**63 - 1
_GRAM = 3
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Asking:
    """What reading a value needs: the field, the operator (a positive one), who asks, where values go."""

    field: BoundField
    operator: str
    context: Context
    bind: Bind


def read_test(asking: Asking, value: Any) -> Test:
    """The test that an operator makes with a value; raises Refused. The operator fits the field's kind."""
    return _READERS[asking.field.kind](asking, value)


def _text(asking: Asking, value: Any) -> Test:
    if asking.operator == "in":
        return Test("text_in", (asking.bind([_operand(asking, item) for item in _several(asking, value)]),))
    if asking.operator == "is":
        return Test("text_is", (asking.bind(_operand(asking, _string(value))),))
    part = _part(value)
    return Test(f"text_{asking.operator}", (asking.bind(part),), _has_grams(part))


def _number(asking: Asking, value: Any) -> Test:
    whole = is_whole(asking.field)
    several = asking.operator in ("in", "between")
    numbers = [_decimal(item) for item in (_several(asking, value) if several else [value])]
    form = _form(numbers, whole)
    fitting = [_fitting(number, form) for number in numbers]
    if asking.operator == "in":
        return Test("number_in", (asking.bind(fitting),), form)
    if asking.operator == "between" and numbers[0] > numbers[1]:
        raise _bad(t("Give the smaller value first."))
    return Test(f"number_{asking.operator}", tuple(asking.bind(number) for number in fitting), form)


def _boolean(_asking: Asking, value: Any) -> Test:
    if not isinstance(value, bool):
        raise _bad(t("Give true or false here."))
    return Test("boolean", (), value)


def _date(asking: Asking, value: Any) -> Test:
    if asking.operator == "in":
        return _dates_in(asking, [_span(asking, item) for item in _several(asking, value)])
    if asking.operator == "between":
        first, last = (_span(asking, item) for item in _several(asking, value))
        if first.start is not None and last.end is not None and first.start >= last.end:
            raise _bad(t("Give the earlier value first."))
        return _range(asking, first.start, last.end)
    if asking.operator == "within" and isinstance(value, str) and value[:1].isdigit():
        raise _bad(t("“{value}” is no period, such as today, this_week or last_30_days.", value=value[:50]))
    span = _span(asking, value)
    if asking.operator == "gt":
        return _range(asking, span.end, None) if span.end is not None else Test("never")
    if asking.operator == "lt":
        return _range(asking, None, span.start) if span.start is not None else Test("never")
    if asking.operator == "gte":
        return _range(asking, span.start, None)
    if asking.operator == "lte":
        return _range(asking, None, span.end)
    return _range(asking, span.start, span.end)


def _range(asking: Asking, start: date | None, end: date | None) -> Test:
    binds = tuple(asking.bind(point) for point in (start, end) if point is not None)
    return Test("range", binds, (start is not None, end is not None))


def _dates_in(asking: Asking, spans: Sequence[Span[Any]]) -> Test:
    lowest, highest = (_FIRST, _LAST) if is_instant(asking.field) else (date.min, date.max)
    starts = [span.start or lowest for span in spans]
    ends = [span.end or highest for span in spans]
    return Test("ranges", (asking.bind(starts), asking.bind(ends)))


def _span(asking: Asking, value: Any) -> Span[Any]:
    text = _string(value)
    meant = instants_meant if is_instant(asking.field) else days_meant
    span = meant(text, asking.context.now, asking.context.time_zone)
    if span is None:
        raise _bad(
            t("“{value}” is no date: give one such as 2026-11-23, or a period such as today or last_30_days.", value=text[:50])
        )
    return span


def _choice(asking: Asking, value: Any) -> Test:
    known = {choice.key for choice in asking.field.choices}
    keys = [_string(item) for item in _several(asking, value)] if asking.operator == "in" else [_string(value)]
    for key in keys:
        if key not in known:
            raise _bad(t("“{value}” is none of the possible values.", value=key[:100]))
    return Test("choice_in", (asking.bind(keys),)) if asking.operator == "in" else Test("choice_is", (asking.bind(keys[0]),))


def _list(asking: Asking, value: Any) -> Test:
    if asking.operator in ("is", "in", "has_all"):
        items = _several(asking, value) if asking.operator != "is" else [value]
        operands = [_operand(asking, _string(item)) for item in items]
        known = {choice.key for choice in asking.field.choices}
        for operand in operands:
            if known and operand not in known:
                raise _bad(t("“{value}” is none of the possible values.", value=operand[:100]))
        return Test("list_all" if asking.operator == "has_all" else "list_any", (asking.bind(operands),))
    part = _part(value)
    if asking.field.type.contact == "phone":
        part = re.sub(r"[^0-9]", "", part) or part
    return Test(f"list_{asking.operator}", (asking.bind(part),))


def _link(asking: Asking, value: Any) -> Test:
    ids: list[UUID | None] = []
    systems: list[str] = []
    keys: list[str] = []
    for item in _several(asking, value) if asking.operator == "in" else [value]:
        text = _string(item)
        system, colon, key = text.partition(":")
        if text == "me" and asking.field.target == "user":
            ids.append(asking.context.actor.user)
        elif colon and system and key:
            systems.append(system)
            keys.append(key)
        else:
            ids.append(_uuid(text))
    known = [id_ for id_ in ids if id_ is not None]
    if len(known) == 1 and not systems:
        return Test("link", (asking.bind(known[0]),), "one")
    binds: tuple[str, ...] = (asking.bind(known),)
    if systems:
        binds = (*binds, asking.bind(systems), asking.bind(keys))
    return Test("link", binds)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text) if len(text) == len("00000000-0000-0000-0000-000000000000") else _not_an_id(text)
    except ValueError:
        return _not_an_id(text)


def _not_an_id(text: str) -> UUID:
    raise _bad(t("“{value}” is neither an id nor system:external id.", value=text[:100]))


def _none(_asking: Asking, _value: Any) -> Test:
    raise _bad(t("This field can only be empty or not."))


_READERS: Mapping[Kind, Callable[[Asking, Any], Test]] = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _date,
    Kind.CHOICE: _choice,
    Kind.LIST: _list,
    Kind.LINK: _link,
    Kind.NONE: _none,
}


def _several(asking: Asking, value: Any) -> list[Any]:
    """The items of a list, as many as the operator takes."""
    if not isinstance(value, list):
        raise _bad(t("“{operator}” needs a list of values.", operator=asking.operator))
    if asking.operator == "between":
        if len(value) != 2:
            raise _bad(t("“between” needs exactly two values, the smaller first."))
    elif not 1 <= len(value) <= MOST_VALUES[asking.operator]:
        most = MOST_VALUES[asking.operator]
        raise _bad(t("“{operator}” needs 1 to {most} values.", operator=asking.operator, most=most))
    return value


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise _bad(t("Give a text here."))
    if "\0" in value:
        raise _bad(t("The text holds a character that can't be stored."))
    return unicodedata.normalize("NFC", value)


def _part(value: Any) -> str:
    text = _string(value)
    if not text:
        raise _bad(t("Give at least one character."))
    if len(text) > 1000:
        raise _bad(t("Give at most {max} characters.", max=1000))
    return text


def _operand(asking: Asking, value: Any) -> str:
    """The value as the field stores it; what can't be stored is looked for as it is, and found nowhere."""
    text = _string(value)
    try:
        return asking.field.result.type.operand(asking.field.result, text, asking.context)
    except Refused as error:
        raise _bad(error.text) from error


def _has_grams(part: str) -> bool:
    """Whether a part is long enough for the index of three-letter groups."""
    return len([c for c in unicodedata.normalize("NFKD", part) if not unicodedata.combining(c)]) >= _GRAM


def _decimal(value: Any) -> Decimal:
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return Decimal(value)
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        number = Decimal(str(value))
        if number.is_finite() and abs(number) < Decimal(10) ** 40:
            return number
    raise _bad(t('Give a number here, such as 10000 or "10000.50".'))


def _form(numbers: Sequence[Decimal], whole_column: bool) -> str:
    """How numbers are bound: whole ones against a whole column keep its index usable."""
    fits = whole_column and all(n == n.to_integral_value() and abs(n) <= _BIGGEST for n in numbers)
    return "whole" if fits else "decimal"


def _fitting(number: Decimal, form: str) -> int | Decimal:
    return int(number) if form == "whole" else number


def _bad(text: Any) -> Refused:
    return Refused("bad_value", text)
