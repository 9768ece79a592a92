"""A SCIM filter (RFC 7644, 3.4.2.2) as a filter of ours, which goes through the read door like all others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from scim2_models import InvalidFilterException
from scim2_models.path.expressions import (
    AttrPath,
    CompareOperator,
    Comparison,
    LogicalExpr,
    LogicalOperator,
    Not,
    Present,
    ValuePath,
)
from scim2_models.path.visitor import FilterVisitor

Where = dict[str, Any]
Test = Callable[[str, Any], Where]
"""Operator of ours and value → a filter."""

OPERATORS: Mapping[CompareOperator, str] = {
    CompareOperator.eq: "is",
    CompareOperator.ne: "is_not",
    CompareOperator.co: "contains",
    CompareOperator.sw: "starts_with",
    CompareOperator.ew: "ends_with",
    CompareOperator.gt: "gt",
    CompareOperator.ge: "gte",
    CompareOperator.lt: "lt",
    CompareOperator.le: "lte",
}
NOTHING: Where = {"field": "id", "op": "empty"}
"""Holds for no record."""


def text(field: str) -> Test:
    """An attribute that is a field of ours."""
    return lambda op, value: {"field": field, "op": op} if value is None else {"field": field, "op": op, "value": value}


def either(first: str, instead: str) -> Test:
    """An attribute that is one field, or another where that is empty."""

    def test(op: str, value: Any) -> Where:
        other = {"all": [{"field": first, "op": "empty"}, text(instead)(op, value)]}
        return {"any": [{"all": [{"field": first, "op": "not_empty"}, text(first)(op, value)]}, other]}

    return test


def folded(test: Test) -> Test:
    """An attribute that is kept in small letters."""
    return lambda op, value: test(op, value.lower() if isinstance(value, str) else value)


class Translating(FilterVisitor[Where]):
    """Translates by the attributes that an object has; a path that it has not is refused, not ignored."""

    def __init__(self, attributes: Mapping[str, Test], within: str = "") -> None:
        """`attributes` by their paths in small letters; `within` is the attribute whose values are looked at."""
        self.attributes = attributes
        self.within = within

    def visit_comparison(self, node: Comparison) -> Where:
        """`userName eq "anna"`."""
        operator = OPERATORS[node.op]
        value = node.value
        if value is None:
            return self._test(node.attr_path)("empty" if operator == "is" else "not_empty", None)
        return self._test(node.attr_path)(operator, value)

    def visit_present(self, node: Present) -> Where:
        """`externalId pr`."""
        return self._test(node.attr_path)("not_empty", None)

    def visit_not(self, node: Not) -> Where:
        """`not (…)`."""
        return {"none": [self.visit(node.expr)]}

    def visit_logical_expr(self, node: LogicalExpr) -> Where:
        """`… and …`, `… or …`."""
        return {"all" if node.op == LogicalOperator.and_ else "any": [self.visit(term) for term in node.terms]}

    def visit_value_path(self, node: ValuePath) -> Where:
        """`emails[value eq "anna@example.com"]`."""
        return Translating(self.attributes, f"{node.attr_path.attr}.").visit(node.val_filter)

    def _test(self, path: AttrPath) -> Test:
        name = f"{self.within}{path.attr}" + (f".{path.sub_attr}" if path.sub_attr else "")
        found = self.attributes.get(name.lower())
        if found is None:
            raise InvalidFilterException(detail=f"The attribute {name} can't be filtered by.")
        return found
