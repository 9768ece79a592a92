"""Reading a filter: JSON in, a resolved tree with bound values out, or all that is wrong with it at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from kundig.base.context import Context
from kundig.base.errors import FieldError, Invalid
from kundig.base.i18n import Text, t
from kundig.engine.schema.bound import BoundObject, Child
from kundig.engine.schema.fields.contract import Refused
from kundig.engine.schema.filters.operators import COUNTING, KNOWN, OPERATORS, OPPOSITES
from kundig.engine.schema.filters.paths import Hidden
from kundig.engine.schema.filters.tree import Branch, Filter, Leaf, Node, Related, Test
from kundig.engine.schema.filters.values import Asking, read_test
from kundig.engine.schema.model import Model, Path, UnknownField

MOST_LEVELS = 32
MOST_LEAVES = 500
_WHERE = "where"


def nothing_hidden(_object: str) -> frozenset[str]:
    """For filters of the program itself and of those who may see everything."""
    return frozenset()


def parse_filter(
    json: Any,
    object_: BoundObject,
    *,
    model: Model,
    context: Context,
    hidden: Hidden = nothing_hidden,
    limited: Hidden = nothing_hidden,
    prefix: str = "w",
) -> Filter:
    """The filter that `json` means for records of `object_`; raises Invalid with every error in it.

    `hidden` fields are unknown; `limited` ones are known but can't be filtered by (names that may hold those of records which
    the asker doesn't see). Parameters are named `prefix` and a number, so that several filters fit into one statement.
    """
    reader = _Reader(model, context, hidden, limited, prefix)
    root = reader.node(json, object_.name, 1)
    if reader.errors or root is None:
        raise Invalid(error for n, error in enumerate(reader.errors) if error not in reader.errors[:n])
    return Filter(object_.name, root, root.shape, reader.values)


class _Wrong(Exception):
    """One error in a filter."""

    def __init__(self, field: str, code: str, text: Text) -> None:
        super().__init__(text)
        self.error = FieldError(field, code, text)


@dataclass
class _Reader:
    """Goes through the tree once; gathers values and errors."""

    model: Model
    context: Context
    hidden: Hidden
    limited: Hidden
    prefix: str
    values: dict[str, Any] = field(default_factory=dict)
    errors: list[FieldError] = field(default_factory=list)
    leaves: int = 0

    def bind(self, value: Any) -> str:
        name = f"{self.prefix}{len(self.values)}"
        self.values[name] = value
        return name

    def node(self, json: Any, object_: str, level: int) -> Node | None:
        """A node of any sort, or None after an error, which is kept."""
        try:
            return self.read(json, object_, level)
        except _Wrong as wrong:
            self.errors.append(wrong.error)
            return None

    def read(self, json: Any, object_: str, level: int) -> Node:
        if not isinstance(json, Mapping):
            raise _Wrong(_WHERE, "bad_filter", t("A filter is an object with “field”, “all”, “any”, “none” or “related”."))
        if level > MOST_LEVELS:
            raise _Wrong(_WHERE, "bad_filter", t("A filter can be at most {most} levels deep.", most=MOST_LEVELS))
        if "field" in json:
            return self.leaf(json, object_)
        if "related" in json:
            return self.related(json, object_, level)
        joins = [key for key in ("all", "any", "none") if key in json]
        if len(json) != 1 or len(joins) != 1:
            given = ", ".join(str(key)[:50] for key in json)
            text = t("A filter has exactly one of the keys “all”, “any”, “none”; found: {given}.", given=given or "–")
            raise _Wrong(_WHERE, "bad_filter", text)
        return self.branch(joins[0], json[joins[0]], object_, level)  # type: ignore[arg-type]  # one of the three

    def branch(self, join: Literal["all", "any", "none"], parts: Any, object_: str, level: int) -> Branch:
        if not isinstance(parts, list):
            raise _Wrong(_WHERE, "bad_filter", t("“{join}” needs a list of filters.", join=join))
        if len(parts) > MOST_LEAVES:
            raise _Wrong(_WHERE, "bad_filter", t("A filter can have at most {most} conditions.", most=MOST_LEAVES))
        nodes = [self.node(part, object_, level + 1) for part in parts]
        return Branch(join, tuple(node for node in nodes if node is not None))

    def counted(self) -> None:
        """Count a leaf; there may be only so many."""
        self.leaves += 1
        if self.leaves > MOST_LEAVES:
            raise _Wrong(_WHERE, "bad_filter", t("A filter can have at most {most} conditions.", most=MOST_LEAVES))

    def leaf(self, json: Mapping[str, Any], object_: str) -> Leaf:
        self.counted()
        name, operator = json["field"], json.get("op")
        unknown = [str(key)[:50] for key in json if key not in ("field", "op", "value")]
        if unknown or not isinstance(name, str) or not isinstance(operator, str):
            text = t("A condition has “field” and “op”, both texts, and “value”; nothing else.")
            raise _Wrong(_WHERE, "bad_filter", text)
        path = self.path(name, object_)
        if operator not in OPERATORS[path.field.kind]:
            known = t("“{operator}” does not fit the field “{field}”.", operator=operator[:50], field=name[:100])
            text = known if operator in KNOWN else t("There is no operator “{operator}”.", operator=operator[:50])
            raise _Wrong(name, "unknown_operator", text)
        return self.tested(path, operator, json)

    def tested(self, path: Path, operator: str, json: Mapping[str, Any]) -> Leaf:
        positive = OPPOSITES.get(operator, operator)
        value = json.get("value")
        if positive == "not_empty":
            if value is not None:
                raise _Wrong(path.name, "bad_value", t("“{operator}” takes no value.", operator=operator))
            return Leaf(path, Test("filled"), operator != positive)
        if value is None:
            text = t("“{operator}” on “{field}” needs a value.", operator=operator, field=path.name[:100])
            raise _Wrong(path.name, "bad_value", text)
        try:
            test = read_test(Asking(path.field, positive, self.context, self.bind), value)
        except Refused as error:
            raise _Wrong(path.name, "bad_value", error.text) from None
        return Leaf(path, test, operator != positive)

    def path(self, name: str, object_: str) -> Path:
        try:
            path = self.model.field_at(object_, name, self.hidden)
        except UnknownField:
            raise _Wrong(name[:200], "unknown_field", t("There is no field “{field}”.", field=name[:200])) from None
        last = (path.links[-1].target or "") if path.links else object_
        if path.field.name.split(".")[0] in (self.limited(last) or frozenset()):
            text = t("“{field}” may hold names that you don't see, so you can't filter by it.", field=name[:200])
            raise _Wrong(name, "not_filterable", text)
        return path.in_language(self.context.language)

    def related(self, json: Mapping[str, Any], object_: str, level: int) -> Related:
        name = json["related"]
        unknown = [str(key)[:50] for key in json if key not in ("related", "where", "count")]
        if unknown or not isinstance(name, str):
            text = t("A condition on children has “related”, a text, “where” and “count”; nothing else.")
            raise _Wrong(_WHERE, "bad_filter", text)
        self.counted()
        child = self.child(name, object_)
        if child is None:
            text = t("There is no “{related}” that links to this object.", related=name[:200])
            raise _Wrong(name[:200], "unknown_field", text)
        where = json.get("where")
        inner = None if where is None else self.node(where, child.object, level + 1)
        link = self.model.objects[child.object].fields[child.field]
        return self.count(Related(child, link, object_, inner), json.get("count"))

    def child(self, name: str, object_: str) -> Child | None:
        """The records that point here by `object.field`, if the asker may know of both."""
        found = next((child for child in self.model.objects[object_].pointing if child.path == name), None)
        unknown = self.hidden(found.object) if found else None
        return None if found is None or unknown is None or found.field in unknown else found

    def count(self, some: Related, count: Any) -> Related:
        child = some.child
        if count is None:
            return some
        if not isinstance(count, list) or len(count) != 2 or not isinstance(count[0], str):
            raise _Wrong(child.path, "bad_value", t('“count” is a list of an operator and a number, such as ["gte", 1].'))
        operator, number = count
        if operator not in COUNTING:
            text = t("“{operator}” does not fit a count.", operator=operator[:50])
            raise _Wrong(child.path, "unknown_operator", text)
        if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= 1_000_000_000:
            raise _Wrong(child.path, "bad_value", t("A count is compared with a whole number from 0 on."))
        if (operator, number) in (("gte", 1), ("gt", 0), ("is_not", 0)):
            return some
        if (operator, number) in (("is", 0), ("lt", 1), ("lte", 0)):
            return replace(some, operator="no")
        return replace(some, operator=operator, bind=self.bind(number))
