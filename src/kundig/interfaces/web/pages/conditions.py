"""Conditions of a list: which operators and values a field offers, and the chips above the rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kundig.base.i18n import Text, t
from kundig.engine.policy.scope import Scope
from kundig.engine.schema.bound import BoundField
from kundig.engine.schema.kinds import Kind
from kundig.interfaces.web.pages.listing import Listing, without
from kundig.interfaces.web.pages.wording import OF_TIME, OPERATORS, PERIODS, SEVERAL, wording

_EMPTY = ("empty", "not_empty")
OFFERED: Mapping[Kind, tuple[str, ...]] = {
    Kind.TEXT: ("contains", "not_contains", "is", "is_not", "starts_with", "ends_with", "in", "not_in", *_EMPTY),
    Kind.NUMBER: ("gte", "lte", "gt", "lt", "is", "is_not", "between", "in", "not_in", *_EMPTY),
    Kind.BOOLEAN: ("is", *_EMPTY),
    Kind.DATE: ("within", "gte", "lte", "gt", "lt", "is", "is_not", "between", *_EMPTY),
    Kind.CHOICE: ("in", "not_in", *_EMPTY),
    Kind.LIST: ("contains", "not_contains", "is", "is_not", "starts_with", "ends_with", "in", "not_in", "has_all", *_EMPTY),
    Kind.LINK: ("in", "not_in", *_EMPTY),
    Kind.NONE: _EMPTY,
}
"""All operators of the filter language. Where several values can be ticked, "is one of" says "is" too."""
_TICKED = ("in", "has_all", "not_in", *_EMPTY)
_LISTED = frozenset(("in", "not_in", "has_all"))


def operators_of(field: BoundField) -> tuple[str, ...]:
    """The operators that a field offers."""
    return _TICKED if field.kind is Kind.LIST and field.choices else OFFERED[field.kind]


def operators_for(field: BoundField, language: str) -> list[tuple[str, str]]:
    """The same with their words."""
    words = {**OPERATORS, **OF_TIME} if field.kind is Kind.DATE else OPERATORS
    return [(name, words[name].render(language)) for name in operators_of(field)]


def periods(language: str) -> list[tuple[str, str]]:
    """Relative periods with their words; those of several units leave the number to be given."""
    fixed = [(name, text.render(language)) for name, text in PERIODS.items()]
    return fixed + [(name, Text(text.message, {"n": "…"}).render(language)) for name, text in SEVERAL.items()]


def value_control(field: BoundField, operator: str) -> str:
    """What a value is given with: none, days, span (two days), range (two numbers), ticks, yesno, links, lines, number or text."""
    if operator in _EMPTY:
        return "none"
    if field.kind is Kind.DATE:
        return "span" if operator == "between" else "lines" if operator in _LISTED else "days"
    if field.choices:
        return "ticks"
    if field.kind in (Kind.LINK, Kind.BOOLEAN):
        return "links" if field.kind is Kind.LINK else "yesno"
    if operator in _LISTED:
        return "lines"
    if field.kind is Kind.NUMBER:
        return "range" if operator == "between" else "number"
    return "text"


@dataclass(frozen=True, slots=True)
class Chip:
    """One condition in words: each part leads to its place in the editor; and the address of the list without it."""

    place: int
    field: str
    operator: str
    value: str
    without: str
    whole: str = ""
    """A branch, or a condition on related records, in one sentence."""


async def chips_of(scope: Scope, listing: Listing) -> tuple[Chip, ...]:
    """The conditions that a list is filtered by."""
    parts = listing.now.where
    words = await wording(scope, listing.object, parts)
    chips = []
    for place, (part, address) in enumerate(zip(parts, without(listing), strict=True)):
        told = words.told(part)
        if told.field:
            chips.append(Chip(place, told.field, told.operator, told.value, address))
        else:
            chips.append(Chip(place, t("Filter").render(scope.context.language), "", "", address, told.value))
    return tuple(chips)
