"""Reading filters: what they resolve to, and every way in which they can be wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from kundig.base.context import Actor, Context, Workspace
from kundig.base.errors import Invalid
from kundig.engine.extension import Module, Object, Pipeline, Stage, choice, field
from kundig.engine.schema.definitions import define
from kundig.engine.schema.filters import Filter, parse_filter
from kundig.engine.schema.model import Model, build_model

BOTH = {"en": "x", "de": "x"}
ME = UUID("0190a000-0000-7000-8000-000000000001")
OTHER = "0190a000-0000-7000-8000-000000000002"
NOW = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)


def named(name: str, type_: str = "text", **rest: Any) -> Any:
    return field(name, type_, "x", "x", **rest)


def object_(name: str, *fields: Any, **rest: Any) -> Object:
    return Object(name=name, label=BOTH, label_plural=BOTH, fields=(named("name"), *fields), **rest)


@pytest.fixture(scope="module")
def model() -> Model:
    objects = (
        object_("user", named("email"), system=True),
        object_("team", system=True),
        object_("firm", named("parent", "link", target="firm"), named("address", "address"), named("secret_number", "number")),
        object_(
            "deal",
            named("firm", "link", target="firm"),
            named("amount", "money"),
            named("count", "number"),
            named("length", "duration"),
            named("due", "date"),
            named("met_at", "datetime"),
            named("tags", "tags"),
            named("phones", "phones"),
            named("emails", "emails"),
            named("kind", "choice", choices=(choice("a", "A", "A"), choice("b", "B", "B"))),
            named("sure", "boolean"),
            named("about", "link_any"),
            named("stage", "pipeline"),
        ),
        object_("line", named("deal", "link", target="deal"), named("price", "number")),
    )
    stages = (Stage(key="open", label=BOTH), Stage(key="won", label=BOTH, status="won"))
    pipelines = (Pipeline(name="deals", object="deal", field="stage", label=BOTH, stages=stages),)
    return build_model(define([Module(name="m", label=BOTH, objects=objects, pipelines=pipelines)]), "ws_x", 1)


def context(zone: str = "Europe/Berlin") -> Context:
    actor = Actor("user", ME, ME)
    return Context(None, Workspace("x", "ws_x"), actor, "test", time_zone=ZoneInfo(zone), now=NOW)  # type: ignore[arg-type]


def read(
    model: Model, json: Any, *, hidden: Any = lambda _: frozenset(), limited: Any = lambda _: frozenset(), zone: str = "UTC"
) -> Filter:
    return parse_filter(json, model.objects["deal"], model=model, context=context(zone), hidden=hidden, limited=limited)


def leaf(path: str, op: str, *value: Any) -> dict[str, Any]:
    return {"field": path, "op": op} | ({"value": value[0]} if value else {})


def errors(model: Model, json: Any, **rest: Any) -> list[tuple[str, str, str]]:
    with pytest.raises(Invalid) as raised:
        read(model, json, **rest)
    return [(error.field, error.code, str(error.text)) for error in raised.value.errors]


@pytest.mark.parametrize(
    ("json", "values"),
    [
        (leaf("name", "is", "Mu\u0308ller"), ["Müller"]),
        (leaf("name", "in", ["a", "b"]), [["a", "b"]]),
        (leaf("count", "gte", 10), [Decimal(10)]),
        (leaf("length", "is", 60), [60]),
        (leaf("length", "is", "60.5"), [Decimal("60.5")]),
        (leaf("amount", "between", ["1.5", 2]), [Decimal("1.5"), Decimal(2)]),
        (leaf("due", "is", "2026-11-23"), [date(2026, 11, 23), date(2026, 11, 24)]),
        (leaf("due", "gt", "2026-11-23"), [date(2026, 11, 24)]),
        (leaf("due", "between", ["last_month", "today"]), [date(2026, 10, 1), date(2026, 11, 24)]),
        (leaf("due", "between", ["today", "this_month"]), [date(2026, 11, 23), date(2026, 12, 1)]),
        (leaf("due", "lt", "future"), [date(2026, 11, 24)]),
        (leaf("emails", "is", "Info@Example.com"), [["info@example.com"]]),
        (leaf("phones", "is", "089 2345678"), [["+49892345678"]]),
        (leaf("phones", "contains", "089 / 23"), ["08923"]),
        (leaf("kind", "in", ["a", "b"]), [["a", "b"]]),
        (leaf("stage", "is_not", "won"), ["won"]),
        (leaf("status", "is", "won"), ["won"]),
        (leaf("owner", "is", "me"), [ME]),
        (leaf("owner", "in", ["me", OTHER]), [[ME, UUID(OTHER)]]),
        (leaf("firm", "in", [OTHER, "erp:4711:x"]), [[UUID(OTHER)], ["erp"], ["4711:x"]]),
        (leaf("id", "is", OTHER), [UUID(OTHER)]),
        (leaf("firm.parent.address.city", "empty"), []),
        (leaf("amount.currency", "is", "EUR"), ["EUR"]),
        ({"related": "line.deal"}, []),
        ({"related": "line.deal", "count": ["gte", 2], "where": leaf("price", "gt", 1)}, [Decimal(1), 2]),
        ({"all": []}, []),
    ],
    ids=str,
)
def test_values_are_read_as_they_are_stored(model: Model, json: Any, values: list[Any]) -> None:
    assert list(read(model, json).values.values()) == values


def test_days_begin_where_the_asker_is(model: Model) -> None:
    """At 22:30 UTC it is tomorrow already in Auckland, and still today in Berlin."""
    assert read(model, leaf("due", "is", "today"), zone="Pacific/Auckland").values["w0"] == date(2026, 11, 24)
    assert read(model, leaf("due", "is", "today"), zone="Europe/Berlin").values["w0"] == date(2026, 11, 23)
    start, end = read(model, leaf("met_at", "is", "2026-11-23"), zone="Europe/Berlin").values.values()
    assert (start, end) == (datetime(2026, 11, 22, 23, tzinfo=UTC), datetime(2026, 11, 23, 23, tzinfo=UTC))


def test_the_shape_leaves_values_out(model: Model) -> None:
    """Filters that differ in values only share a statement; those that differ in more do not."""
    one, two = (
        read(model, {"all": [leaf("name", "contains", part), leaf("count", "gt", n)]}) for part, n in (("abc", 1), ("xyz", 2))
    )
    assert one.shape == two.shape
    assert hash(one.shape) == hash(two.shape)
    others = [
        leaf("name", "contains", "abc"),
        leaf("name", "contains", "ab"),
        leaf("name", "not_contains", "abc"),
        leaf("firm.name", "contains", "abc"),
        leaf("sure", "is", True),
        leaf("sure", "is", False),
        leaf("due", "lt", "past"),
        leaf("due", "gt", "today"),
        {"any": [leaf("name", "contains", "abc")]},
        {"none": [leaf("name", "contains", "abc")]},
        {"related": "line.deal"},
        {"related": "line.deal", "count": ["is", 0]},
        {"related": "line.deal", "count": ["is", 1]},
    ]
    assert len({read(model, json).shape for json in others}) == len(others)


BAD: list[tuple[Any, str, str, str]] = [
    (leaf("nonsense", "is", "x"), "nonsense", "unknown_field", "nonsense"),
    (leaf("firm.nonsense", "is", "x"), "firm.nonsense", "unknown_field", "firm.nonsense"),
    (leaf("name.first", "is", "x"), "name.first", "unknown_field", "name.first"),
    (leaf("about.name", "is", "x"), "about.name", "unknown_field", "about.name"),
    (leaf("", "is", "x"), "", "unknown_field", ""),
    (leaf("name", "resembles", "x"), "name", "unknown_operator", "resembles"),
    (leaf("amount", "contains", "1"), "amount", "unknown_operator", "contains"),
    (leaf("name", "gt", "x"), "name", "unknown_operator", "gt"),
    (leaf("kind", "within", "today"), "kind", "unknown_operator", "within"),
    (leaf("firm", "starts_with", "x"), "firm", "unknown_operator", "starts_with"),
    (leaf("sure", "in", [True]), "sure", "unknown_operator", "in"),
    (leaf("firm.address", "is", "x"), "firm.address", "unknown_operator", "is"),
    (leaf("stage", "is", "nowhere"), "stage", "bad_value", "nowhere"),
    (leaf("kind", "in", ["a", "nowhere"]), "kind", "bad_value", "nowhere"),
    (leaf("due", "within", "someday"), "due", "bad_value", "someday"),
    (leaf("due", "within", "last_0_days"), "due", "bad_value", "last_0_days"),
    (leaf("due", "within", "2026-11-23"), "due", "bad_value", "2026-11-23"),
    (leaf("due", "gt", "31.12.2026"), "due", "bad_value", "31.12.2026"),
    (leaf("due", "is", "2026-11-23T10:00:00Z"), "due", "bad_value", "2026-11-23T10:00:00Z"),
    (leaf("met_at", "is", "2026-11-23T10:00:00"), "met_at", "bad_value", "2026-11-23T10:00:00"),
    (leaf("due", "between", ["2026-11-24", "2026-11-23"]), "due", "bad_value", "earlier"),
    (leaf("amount", "gt", "much"), "amount", "bad_value", "number"),
    (leaf("amount", "gt", True), "amount", "bad_value", "number"),
    (leaf("amount", "gt", float("nan")), "amount", "bad_value", "number"),
    (leaf("amount", "gt", 1e300), "amount", "bad_value", "number"),
    (leaf("amount", "gt", "1e5"), "amount", "bad_value", "number"),
    (leaf("amount", "between", [1]), "amount", "bad_value", "two"),
    (leaf("amount", "between", [2, 1]), "amount", "bad_value", "smaller"),
    (leaf("name", "in", "x"), "name", "bad_value", "list"),
    (leaf("name", "in", []), "name", "bad_value", "10000"),
    (leaf("name", "in", ["x"] * 10_001), "name", "bad_value", "10000"),
    (leaf("tags", "has_all", ["x"] * 1_001), "tags", "bad_value", "1000"),
    (leaf("name", "is"), "name", "bad_value", "value"),
    (leaf("name", "is", None), "name", "bad_value", "value"),
    (leaf("name", "in", [None]), "name", "bad_value", "text"),
    (leaf("name", "contains", ""), "name", "bad_value", "character"),
    (leaf("name", "is", 1), "name", "bad_value", "text"),
    (leaf("name", "is", "a\0b"), "name", "bad_value", "character"),
    (leaf("name", "empty", "x"), "name", "bad_value", "no value"),
    (leaf("sure", "is", 1), "sure", "bad_value", "true"),
    (leaf("firm", "is", "not-an-id"), "firm", "bad_value", "not-an-id"),
    (leaf("firm", "is", "me"), "firm", "bad_value", "me"),
    (leaf("firm", "is", {"id": OTHER}), "firm", "bad_value", "text"),
    ({"related": "starship.deal"}, "starship.deal", "unknown_field", "starship.deal"),
    ({"related": "line.price"}, "line.price", "unknown_field", "line.price"),
    ({"related": "line.deal", "where": leaf("nonsense", "is", 1)}, "nonsense", "unknown_field", "nonsense"),
    ({"related": "line.deal", "count": ["about", 1]}, "line.deal", "unknown_operator", "about"),
    ({"related": "line.deal", "count": ["gte", "x"]}, "line.deal", "bad_value", "whole number"),
    ({"related": "line.deal", "count": ["gte", -1]}, "line.deal", "bad_value", "whole number"),
    ({"related": "line.deal", "count": ["gte", True]}, "line.deal", "bad_value", "whole number"),
    ({"related": "line.deal", "count": 1}, "line.deal", "bad_value", "count"),
    ({"related": "line.deal", "counts": 1}, "where", "bad_filter", "related"),
    ({"related": 1}, "where", "bad_filter", "related"),
    ({"every": []}, "where", "bad_filter", "every"),
    ({}, "where", "bad_filter", "all"),
    ({"all": [], "any": []}, "where", "bad_filter", "any"),
    ({"all": leaf("name", "is", "x")}, "where", "bad_filter", "all"),
    ({"field": "name"}, "where", "bad_filter", "op"),
    ({"field": ["name"], "op": "is", "value": "x"}, "where", "bad_filter", "field"),
    ({"field": "name", "op": "is", "value": "x", "also": 1}, "where", "bad_filter", "field"),
    ([], "where", "bad_filter", "filter"),
    ("x", "where", "bad_filter", "filter"),
    (None, "where", "bad_filter", "filter"),
]  # fmt: skip


@pytest.mark.parametrize(("json", "place", "code", "names"), BAD, ids=lambda v: str(v)[:60])
def test_what_is_wrong_is_named(model: Model, json: Any, place: str, code: str, names: str) -> None:
    for where in (json, {"any": [leaf("name", "is", "x"), {"none": [json]}]}):
        (error,) = errors(model, where)
        assert error[:2] == (place, code)
        assert names in error[2]


def test_everything_wrong_is_named_at_once(model: Model) -> None:
    found = errors(model, {"all": [leaf("x", "is", 1), {"any": [leaf("name", "gt", 1)]}, leaf("kind", "is", "y")]})
    assert [error[0] for error in found] == ["x", "name", "kind"]


def nested(levels: int) -> Any:
    json: Any = leaf("name", "is", "x")
    for _ in range(levels - 1):
        json = {"all": [json]}
    return json


def test_depth_and_size_are_limited(model: Model) -> None:
    assert read(model, nested(32)).values
    assert errors(model, nested(33))[0][:2] == ("where", "bad_filter")
    assert len(read(model, {"any": [leaf("name", "is", "x")] * 500}).values) == 500
    (error,) = errors(model, {"any": [{"any": [leaf("name", "is", "x")] * 300}] * 2})
    assert error[:2] == ("where", "bad_filter")


def hidden(object_: str) -> frozenset[str] | None:
    return {"firm": frozenset({"secret_number"}), "line": None}.get(object_, frozenset())


@pytest.mark.parametrize(
    "json", [leaf("firm.secret_number", "gt", 1), {"related": "line.deal"}, leaf("firm.parent.secret_number", "empty")]
)
def test_the_hidden_looks_like_nonsense(model: Model, json: Any) -> None:
    """Field for field the same answer as for a name that never was."""
    name = json.get("field") or json["related"]
    nonsense = {**json, ("field" if "field" in json else "related"): "firm.nonsense" if "field" in json else "starship.deal"}
    given, expected = errors(model, json, hidden=hidden), errors(model, nonsense, hidden=hidden)
    other = nonsense.get("field") or nonsense["related"]
    assert [(e[1], e[2].replace(name, "?")) for e in given] == [(e[1], e[2].replace(other, "?")) for e in expected]


def test_what_is_seen_in_part_only_cannot_be_compared(model: Model) -> None:
    (error,) = errors(model, leaf("count", "gt", 1), limited=lambda _: frozenset({"count"}))
    assert error[:2] == ("count", "not_filterable")


@pytest.mark.parametrize(
    ("where", "certain"),
    [
        (leaf("name", "is", "x"), True),
        (leaf("name", "contains", "x"), True),
        (leaf("name", "is_not", "x"), False),
        (leaf("name", "empty"), False),
        (leaf("kind", "is", "a"), False),
        ({"all": [leaf("kind", "is", "a"), leaf("name", "is", "x")]}, True),
        ({"any": [leaf("kind", "is", "a"), leaf("name", "is", "x")]}, False),
        ({"none": [leaf("name", "is", "x")]}, False),
    ],
)
def test_it_is_known_which_fields_must_have_a_value(model: Model, where: Any, certain: bool) -> None:
    assert read(model, where).demands(model.field_at("deal", "name")) is certain
