"""Mappings out of short texts."""

import pytest

from kundig.base.errors import Invalid
from kundig.services.transfer.order import read_order
from kundig.services.transfer.wishes import add_options, add_values, pairs, rules_of


def test_columns_values_and_options() -> None:
    rules = rules_of(["deal=stage", "deal=lost_reason", "a=b=name", "id=external_id:erp"])
    add_values(rules, ["stage:Won=won", "stage:In=Out=open", "lost_reason:*=", "external_id:erp:x=y"])
    add_options(rules, "create", {"name": True})
    assert rules == {
        "deal": [{"field": "stage", "values": {"Won": "won", "In=Out": "open"}}, {"field": "lost_reason", "values": {"*": ""}}],
        "a=b": [{"field": "name", "create": True}],
        "id": [{"field": "external_id:erp", "values": {"x": "y"}}],
    }
    order = read_order(object_="thing", mapping=rules)
    assert order.mapping["deal"][1].values == {"*": ""}


@pytest.mark.parametrize("text", ["stage", "=stage", ""])
def test_what_is_no_pair_is_refused(text) -> None:
    with pytest.raises(Invalid):
        pairs("map", [text])


def test_options_of_fields_that_no_column_fills_are_refused() -> None:
    rules = rules_of(["a=name"])
    for broken in (lambda: add_values(rules, ["other:a=b"]), lambda: add_options(rules, "by", {"other": "x"})):
        with pytest.raises(Invalid):
            broken()


@pytest.mark.parametrize(
    ("field", "rest"),
    [
        ("mapping", {"mapping": "{"}),
        ("mapping", {"mapping": "[]"}),
        ("mapping", {"mapping": {"a": 1}}),
        ("mapping", {"mapping": {"a": {"field": "x", "wrong": 1}}}),
        ("mapping", {"mapping": {"a": {"field": "x", "scale": "many"}}}),
        ("mode", {"mapping": {}, "mode": "replace"}),
        ("locale", {"mapping": {}, "language": "fr"}),
        ("dates", {"mapping": {}, "dates": "ydm"}),
        ("constants", {"mapping": {}, "constants": "5"}),
    ],
)
def test_orders_are_checked(field, rest) -> None:
    with pytest.raises(Invalid) as caught:
        read_order(object_="thing", **rest)
    assert caught.value.errors[0].field == field
