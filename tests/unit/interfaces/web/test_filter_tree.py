"""The tree of the filter editor: what goes in comes out, whatever is nested; commands change only what they name."""

from __future__ import annotations

from typing import Any

import pytest

from kundig.interfaces.web.pages.filter_tree import Node, changed, filter_of, tree_from, tree_of

A: dict[str, Any] = {"field": "a", "op": "is", "value": "1"}
B: dict[str, Any] = {"field": "b", "op": "empty"}
RELATED = {"related": "deal.contact", "where": A}


def leaves_of(node: Node) -> dict[int, Any]:
    """The conditions that the leaves were read from."""
    found = {id(node): node.json} if node.kind == "leaf" else {}
    for part in node.parts:
        found |= leaves_of(part)
    return found


@pytest.mark.parametrize(
    "parts",
    [
        (),
        (A,),
        (A, B),
        (A, {"any": [A, {"none": [B, {"all": [A, B]}]}]}),
        ({"any": [A, B]},),
        ({"none": [A]},),
        (RELATED, B),
        ({**RELATED, "count": ["lt", 3]},),
        ({"related": "deal.contact", "count": ["is", 0]},),
        ({"related": "deal.contact", "where": {"any": [A, {"related": "line.deal"}]}},),
        ({"related": "deal.contact", "where": {"all": [A, B]}},),
    ],
)
def test_a_filter_survives_the_editor(parts: tuple[Any, ...]) -> None:
    root = tree_of(parts)
    assert filter_of(root, leaves_of(root)) == parts


def test_a_form_is_read_in_the_order_of_its_places() -> None:
    form = {
        "query": ["view=all"],
        "n.0.join": ["any"],
        "n.0.10.field": ["last"],
        "n.0.2.field": ["first"],
        "n.0.3.join": ["none"],
        "n.0.3.0.field": ["inner"],
        "n.0.4.child": ["deal.contact"],
        "n.0.4.0.field": ["deep"],
        "n.0.2.value.label": ["Ada"],
        "n.7.0.field": ["nowhere"],
    }
    root = tree_from(form)
    assert root.join == "any"
    assert [(part.kind, part.one("field")) for part in root.parts] == [
        ("leaf", "first"),
        ("group", ""),
        ("related", ""),
        ("leaf", "last"),
    ]
    assert root.parts[0].given["value.label"] == ["Ada"]
    assert [part.one("field") for part in (*root.parts[1].parts, *root.parts[2].parts)] == ["inner", "deep"]


def test_commands_name_the_place_of_what_is_new() -> None:
    root = tree_of((A, {"any": [A, B]}))
    assert changed(root, "add:0") == "0.2"
    assert changed(root, "group:0.1") == "0.1.2.0"
    assert changed(root, "related:0.1.2") == "0.1.2.2"
    assert changed(root, "add:0.0") == "", "a condition holds no others"
    assert changed(root, "add:0.9") == ""
    assert changed(root, "remove:0.1.0") == ""
    assert [part.json for part in root.parts[1].parts[:1]] == [B]
    assert changed(root, "remove:0") == ""
    assert len(root.parts) == 3
    changed(root, "clear:0")
    assert root.parts == []


def test_what_says_nothing_yet_is_left_out() -> None:
    root = tree_of((A,))
    changed(root, "group:0")
    changed(root, "add:0")
    assert filter_of(root, leaves_of(root)) == (A,)
