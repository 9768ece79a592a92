"""Filter conditions as people read and make them: a chip in words, and the small form that adds one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kundig.base.i18n import Text, t
from kundig.engine.policy.scope import Scope
from kundig.engine.schema.bound import BoundField, BoundObject
from kundig.engine.schema.kinds import Kind
from kundig.interfaces.web.formats import formats
from kundig.interfaces.web.widgets.choosing import widget_of
from kundig.interfaces.web.widgets.described import FieldView, describe
from kundig.interfaces.web.widgets.reading import plain_number

OPERATORS: Mapping[str, Text] = {
    "is": t("is"),
    "is_not": t("is not"),
    "in": t("is one of"),
    "not_in": t("is none of"),
    "contains": t("contains"),
    "not_contains": t("does not contain"),
    "starts_with": t("begins with"),
    "ends_with": t("ends with"),
    "gt": t("is more than"),
    "gte": t("is at least"),
    "lt": t("is less than"),
    "lte": t("is at most"),
    "between": t("is between"),
    "within": t("lies in"),
    "has_all": t("has all of"),
    "empty": t("is empty"),
    "not_empty": t("is filled"),
}
OF_TIME: Mapping[str, Text] = {"gt": t("is after"), "gte": t("is from"), "lt": t("is before"), "lte": t("is until")}
"""Dates are not more or less than others, but later or earlier."""
OFFERED: Mapping[Kind, tuple[str, ...]] = {
    Kind.TEXT: ("contains", "is", "starts_with", "not_contains", "empty", "not_empty"),
    Kind.NUMBER: ("gte", "lte", "is", "gt", "lt", "empty", "not_empty"),
    Kind.BOOLEAN: ("is",),
    Kind.DATE: ("within", "gte", "lte", "is", "empty", "not_empty"),
    Kind.CHOICE: ("is", "is_not", "empty", "not_empty"),
    Kind.LIST: ("contains", "is", "is_not", "empty", "not_empty"),
    Kind.LINK: ("is", "is_not", "empty", "not_empty"),
    Kind.NONE: ("empty", "not_empty"),
}
PERIODS: Mapping[str, Text] = {
    "today": t("today"),
    "yesterday": t("yesterday"),
    "tomorrow": t("tomorrow"),
    "this_week": t("this week"),
    "last_week": t("last week"),
    "next_week": t("next week"),
    "this_month": t("this month"),
    "last_month": t("last month"),
    "next_month": t("next month"),
    "this_quarter": t("this quarter"),
    "last_quarter": t("last quarter"),
    "this_year": t("this year"),
    "last_year": t("last year"),
    "last_7_days": t("the last 7 days"),
    "last_30_days": t("the last 30 days"),
    "last_90_days": t("the last 90 days"),
    "next_7_days": t("the next 7 days"),
    "next_30_days": t("the next 30 days"),
    "past": t("the past"),
    "future": t("the future"),
}


def filterable(scope: Scope, object_: BoundObject) -> tuple[FieldView, ...]:
    """The fields that the small form offers, by their labels."""
    hidden = scope.rights(object_.name).hidden
    fields = [field for field in object_.fields.values() if field.name not in hidden and field.kind is not Kind.NONE]
    shown = [describe(scope, field) for field in fields]
    return tuple(sorted(shown, key=lambda field: field.label.casefold()))


def operators_for(field: BoundField, language: str) -> list[tuple[str, str]]:
    """The operators that the small form offers for a field, with their words."""
    words = {**OPERATORS, **OF_TIME} if field.kind is Kind.DATE else OPERATORS
    return [(name, words[name].render(language)) for name in OFFERED[field.kind]]


def periods(language: str) -> list[tuple[str, str]]:
    """Relative periods with their words."""
    return [(name, text.render(language)) for name, text in PERIODS.items()]


def chip_of(scope: Scope, object_: BoundObject, part: Mapping[str, Any], without: str) -> Any:
    """A condition in words; a whole branch is told as what it is."""
    from kundig.interfaces.web.pages.listing import Chip, column_at

    language = scope.context.language
    path, operator = part.get("field"), part.get("op")
    shown = column_at(scope, object_, path) if isinstance(path, str) else None
    if shown is None or not isinstance(operator, str):
        return Chip(t("Filter").render(language), "", t("several conditions").render(language), without)
    known = {**OPERATORS, **OF_TIME} if shown.widget in ("date", "datetime") else OPERATORS
    words = known[operator].render(language) if operator in known else operator
    return Chip(shown.label, words, _in_words(scope, shown, part.get("value")), without)


def _in_words(scope: Scope, field: FieldView, value: Any) -> str:
    language = scope.context.language
    if isinstance(value, list):
        return ", ".join(_in_words(scope, field, item) for item in value)
    if isinstance(value, bool):
        return (t("yes") if value else t("no")).render(language)
    if isinstance(value, str) and value in PERIODS:
        return PERIODS[value].render(language)
    if isinstance(value, str) and value in field.choices:
        return field.choices[value].label
    if value == "me":
        return t("me").render(language)
    if value is not None and field.widget in ("number", "decimal", "money", "percent"):
        return formats(language, str(scope.context.time_zone)).number(value)
    if isinstance(value, str) and field.widget in ("date", "datetime"):
        return formats(language, str(scope.context.time_zone)).date(value) if value[:4].isdigit() else value
    return "" if value is None else str(value)


def condition_from(field: BoundField, operator: str, text: str, language: str) -> dict[str, Any]:
    """The condition that the small form means; a value that doesn't fit is refused by the filter language itself."""
    leaf: dict[str, Any] = {"field": field.name, "op": operator}
    if operator in ("empty", "not_empty"):
        return leaf
    if field.kind is Kind.BOOLEAN:
        return leaf | {"value": text in ("1", "true", "yes")}
    if field.kind is Kind.NUMBER:
        return leaf | {"value": plain_number(text, language)}
    return leaf | {"value": text}


def value_control(field: BoundField, operator: str) -> str:
    """Which control the small form shows for the value: none, period, choice, boolean, date, link, text."""
    if operator in ("empty", "not_empty"):
        return "none"
    if operator == "within":
        return "period"
    by_kind = {Kind.CHOICE: "choice", Kind.BOOLEAN: "boolean", Kind.DATE: "date", Kind.LINK: "link"}
    return by_kind.get(field.kind, "choice" if widget_of(field) == "choices" else "text")
