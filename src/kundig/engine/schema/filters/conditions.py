"""The SQL of each test, by kind. A condition holds, doesn't, or is null for an empty value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from kundig.engine.schema.bound import BoundField
from kundig.engine.schema.fields.contract import Reading
from kundig.engine.schema.fields.surroundings import beside
from kundig.engine.schema.filters.links import points_anywhere, points_to
from kundig.engine.schema.filters.sql_types import is_instant
from kundig.engine.schema.filters.tree import Test
from kundig.engine.schema.kinds import Kind

Condition = sa.ColumnElement[bool]
_TEXTS = ARRAY(sa.Text())
_ONE: sa.ColumnElement[int] = sa.literal_column("1")


def condition(test: Test, field: BoundField, row: sa.FromClause, reading: Reading) -> Condition:
    """The condition that a test makes on a field of `row`."""
    if test.name == "never":
        return sa.false()
    if test.name == "filled":
        return _filled(field, row, reading)
    if test.name == "link":
        return points_to(test, field, row, reading)
    if test.name.startswith("list_"):
        return _list(test, field, row, reading)
    return _BY_NAME[test.name.partition("_")[0]](test, field, _value_of(field, row, reading))


def _value_of(field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[Any]:
    """What a field compares by; fields without one never come here, since no operator fits them."""
    value = field.type.compared(field, row, reading)
    assert value is not None
    return value


def folded(text: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    """A text without regard to case, accents and ß; what indexes on texts hold."""
    return sa.collate(sa.func.kundig.fold(text), "C")


def _filled(field: BoundField, row: sa.FromClause, reading: Reading) -> Condition:
    if field.kind is Kind.LINK:
        return points_anywhere(field, row, reading)
    if field.kind is Kind.LIST:
        return sa.func.cardinality(_value_of(field, row, reading)) > 0
    if field.kind is Kind.TEXT:
        return _value_of(field, row, reading) != sa.literal_column("''")
    value = field.type.held(field, row, reading)
    if value is not None:
        return value.is_not(None)
    columns = [row.c[column.name] for column in field.type.columns(field)]
    return sa.or_(sa.false(), *(_something(column) for column in columns))


def _something(column: sa.ColumnElement[Any]) -> Condition:
    if not isinstance(column.type, sa.JSON):
        return column.is_not(None)
    return sa.cast(column, sa.Text).not_in([sa.literal_column(text) for text in ("'null'", "'[]'", "'\"\"'")])


def _text(test: Test, _field: BoundField, value: sa.ColumnElement[Any]) -> Condition:
    bound = sa.bindparam(test.binds[0], type_=_TEXTS if test.name == "text_in" else sa.Text())
    if test.name == "text_in":
        return value == sa.any_(bound)
    if test.name == "text_is":
        # The second part says nothing new, but the index is on folded texts.
        return sa.and_(value == bound, folded(value) == sa.func.kundig.fold(bound))
    if test.name == "text_contains":
        found = sa.func.strpos(folded(value), sa.func.kundig.fold(bound)) > 0
        if test.form is not True:
            return found
        grams = sa.func.kundig.grams(value).op("@>", is_comparison=True, return_type=sa.Boolean())
        return sa.and_(grams(sa.func.kundig.grams(bound)), found)
    return _edge(test.name.removeprefix("text_"), folded(value), sa.func.kundig.fold(bound))


def _edge(operator: str, folded_value: sa.ColumnElement[Any], part: sa.ColumnElement[Any]) -> Condition:
    """Begins or ends with a part. No LIKE, so that no character of the part has a meaning of its own."""
    if operator == "starts_with":
        return sa.func.starts_with(folded_value, part, type_=sa.Boolean())
    return sa.func.right(folded_value, sa.func.char_length(part)) == part


def _number(test: Test, _field: BoundField, value: sa.ColumnElement[Any]) -> Condition:
    one: Any = sa.BigInteger() if test.form == "whole" else sa.Numeric()
    operator = test.name.removeprefix("number_")
    if operator == "in":
        return value == sa.any_(sa.bindparam(test.binds[0], type_=ARRAY(one)))
    bounds = [sa.bindparam(name, type_=one) for name in test.binds]
    if operator == "between":
        return sa.and_(value >= bounds[0], value <= bounds[1])
    compared: dict[str, Condition] = {
        "is": value == bounds[0],
        "gt": value > bounds[0],
        "gte": value >= bounds[0],
        "lt": value < bounds[0],
        "lte": value <= bounds[0],
    }
    return compared[operator]


def _boolean(test: Test, _field: BoundField, value: sa.ColumnElement[Any]) -> Condition:
    return value.is_(sa.true()) if test.form is True else value.is_(sa.false())


def _range(test: Test, field: BoundField, value: sa.ColumnElement[Any]) -> Condition:
    """In a half-open range; without limits on both sides, that there is a value at all."""
    point: Any = sa.DateTime(timezone=True) if is_instant(field) else sa.Date()
    binds = [sa.bindparam(name, type_=point) for name in test.binds]
    conditions = [value >= binds[0]] if test.form in {(True, False), (True, True)} else []
    if test.form in {(False, True), (True, True)}:
        conditions.append(value < binds[-1])
    return sa.and_(*conditions) if conditions else value.is_not(None)


def _ranges(test: Test, field: BoundField, value: sa.ColumnElement[Any]) -> Condition:
    point: Any = sa.DateTime(timezone=True) if is_instant(field) else sa.Date()
    starts, ends = (sa.bindparam(name, type_=ARRAY(point)) for name in test.binds)
    span = sa.func.unnest(starts, ends).table_valued("start", "stop").render_derived()
    return sa.exists(sa.select(_ONE).select_from(span).where(value >= span.c.start, value < span.c.stop))


def _choice(test: Test, _field: BoundField, value: sa.ColumnElement[Any]) -> Condition:
    if test.name == "choice_in":
        return value == sa.any_(sa.bindparam(test.binds[0], type_=_TEXTS))
    return value == sa.bindparam(test.binds[0], type_=sa.Text())


_BY_NAME: Mapping[str, Callable[[Test, BoundField, sa.ColumnElement[Any]], Condition]] = {
    "text": _text,
    "number": _number,
    "boolean": _boolean,
    "range": _range,
    "ranges": _ranges,
    "choice": _choice,
}


def _list(test: Test, field: BoundField, row: sa.FromClause, reading: Reading) -> Condition:
    operator = test.name.removeprefix("list_")
    if field.type.contact is not None:
        return _contact(operator, test, field, row)
    items = _value_of(field, row, reading)
    if operator in ("any", "all"):
        compare = items.op("&&" if operator == "any" else "@>", is_comparison=True, return_type=sa.Boolean())
        return compare(sa.bindparam(test.binds[0], type_=_TEXTS))
    item = sa.func.unnest(items).table_valued("item").render_derived()
    return sa.exists(
        sa.select(_ONE).select_from(item).where(_item_part(operator, item.c.item, sa.bindparam(test.binds[0], type_=sa.Text())))
    )


def _item_part(operator: str, item: sa.ColumnElement[Any], part: sa.ColumnElement[Any]) -> Condition:
    if operator == "contains":
        return sa.func.strpos(folded(item), sa.func.kundig.fold(part)) > 0
    return _edge(operator, folded(item), sa.func.kundig.fold(part))


def _contact(operator: str, test: Test, field: BoundField, row: sa.FromClause) -> Condition:
    """By the table of contact points, whose indexes are on the values."""
    point = beside(row, "contact_point", "object", "field", "record", "kind", "value", "reversed", "live").alias()
    own = (
        point.c.live,
        point.c.kind == sa.literal_column(f"'{field.type.contact}'"),
        point.c.object == sa.literal_column(f"'{field.object}'"),
        point.c.field == sa.literal_column(f"'{field.name}'"),
    )
    if operator in ("any", "all"):
        bound = sa.bindparam(test.binds[0], type_=_TEXTS)
        found = sa.select(point.c.record).where(*own, point.c.value == sa.any_(bound))
        if operator == "all":
            distinct = sa.select(sa.func.count(sa.distinct(sa.column("v")))).select_from(sa.func.unnest(bound).alias("v"))
            found = found.group_by(point.c.record).having(sa.func.count(sa.distinct(point.c.value)) == distinct.scalar_subquery())
        return row.c.id.in_(found)
    part = sa.bindparam(test.binds[0], type_=sa.Text())
    holds = _phone_part(operator, point, part) if field.type.contact == "phone" else _item_part(operator, point.c.value, part)
    return row.c.id.in_(sa.select(point.c.record).where(*own, holds))


def _phone_part(operator: str, point: sa.FromClause, digits: sa.ColumnElement[Any]) -> Condition:
    """Phone numbers compare by their digits, without the plus before them."""
    compared: dict[str, Condition] = {
        "contains": sa.func.strpos(point.c.value, digits) > 0,
        "starts_with": sa.func.starts_with(point.c.value, sa.func.concat("+", digits), type_=sa.Boolean()),
        "ends_with": sa.func.starts_with(point.c.reversed, sa.func.reverse(digits), type_=sa.Boolean()),
    }
    return compared[operator]
