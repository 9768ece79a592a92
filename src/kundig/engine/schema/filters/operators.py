"""Which operators fit which kind of field, what they mean positively, and how many values they take."""

from __future__ import annotations

from collections.abc import Mapping

from kundig.engine.schema.kinds import Kind

_EQUAL = ("is", "is_not", "in", "not_in")
_ORDERED = ("gt", "gte", "lt", "lte", "between")
_PARTS = ("contains", "not_contains", "starts_with", "ends_with")
_EMPTY = ("empty", "not_empty")

OPERATORS: Mapping[Kind, frozenset[str]] = {
    Kind.TEXT: frozenset((*_EQUAL, *_PARTS, *_EMPTY)),
    Kind.NUMBER: frozenset((*_EQUAL, *_ORDERED, *_EMPTY)),
    Kind.BOOLEAN: frozenset(("is", "is_not", *_EMPTY)),
    Kind.DATE: frozenset((*_EQUAL, *_ORDERED, "within", *_EMPTY)),
    Kind.CHOICE: frozenset((*_EQUAL, *_EMPTY)),
    Kind.LIST: frozenset((*_EQUAL, *_PARTS, "has_all", *_EMPTY)),
    Kind.LINK: frozenset((*_EQUAL, *_EMPTY)),
    Kind.NONE: frozenset(_EMPTY),
}
"""The operators of each kind; there are no others."""

KNOWN = frozenset().union(*OPERATORS.values())

OPPOSITES: Mapping[str, str] = {"is_not": "is", "not_in": "in", "not_contains": "contains", "empty": "not_empty"}
"""Negative operators hold exactly when the positive one doesn't, so an empty field matches them."""

MOST_VALUES: Mapping[str, int] = {"in": 10_000, "has_all": 1_000}
"""Operators that take a list, and how long it may be; `between` takes exactly two."""

COUNTING = frozenset(("is", "is_not", "gt", "gte", "lt", "lte"))
"""What the number of children can be compared by."""
