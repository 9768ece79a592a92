"""A filter while it is being edited: a tree of what stands in the controls, read from a filter or a form and turned back into one.

Nothing that was typed is lost: what can't be a condition yet stays in its place. Names in the form are `n.0.1.field`: the place
of the node, then the part of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from kundig.base.whole import whole
from kundig.interfaces.web.pages.arrangement import Part, parts_of

JOINS = ("all", "any", "none")
MOST_NODES = 200
_LAST = 999
"""The last place within a group that a name can say."""
NodeKind = Literal["leaf", "group", "related"]
Given = dict[str, list[str]]
"""The texts in the controls of a node by part, as a form sends them."""


@dataclass
class Node:
    """One line or one group of the editor."""

    kind: NodeKind
    given: Given = field(default_factory=dict)
    parts: list[Node] = field(default_factory=list)
    json: Part | None = None
    """The condition that it was read from, as long as its controls have not been filled from it."""

    def one(self, name: str, default: str = "") -> str:
        """The single text of a part."""
        return next(iter(self.given.get(name, ())), default)

    @property
    def join(self) -> str:
        """How the parts of a group, or the conditions on related records, are joined."""
        found = self.one("join", "all")
        return found if found in JOINS else "all"


def tree_of(parts: tuple[Part, ...]) -> Node:
    """The tree of conditions that must all hold; one branch alone is the tree itself."""
    if len(parts) == 1 and any(join in parts[0] for join in JOINS):
        return _node(parts[0])
    return Node("group", {"join": ["all"]}, [_node(part) for part in parts])


def _node(part: Part) -> Node:
    join = next((join for join in JOINS if join in part), None)
    if join is not None:
        return Node("group", {"join": [join]}, [_node(inner) for inner in part[join]])
    if "related" in part:
        operator, number = part.get("count") or ("gte", 1)
        inner = _within(part.get("where"))
        given = {"child": [part["related"]], "count": [operator], "n": [str(number)], "join": [inner.join]}
        return Node("related", given, inner.parts)
    return Node("leaf", {"field": [str(part.get("field", ""))], "op": [str(part.get("op", ""))]}, json=part)


def _within(where: Part | None) -> Node:
    inner = tree_of(parts_of(where))
    return inner if inner.kind == "group" else Node("group", {"join": ["all"]}, [inner])


def tree_from(form: Mapping[str, list[str]]) -> Node:
    """The tree that a form holds."""
    found: dict[tuple[int, ...], Given] = {}
    for name, values in form.items():
        head, *steps = name.split(".")
        place = tuple(number for step in steps if (number := whole(step, _LAST)) is not None)
        part = ".".join(steps[len(place) :])
        if head == "n" and place and part:
            found.setdefault(place, {})[part] = values
    root = Node("group", found.get((0,), {"join": ["all"]}))
    nodes: dict[tuple[int, ...], Node] = {(0,): root}
    for place in sorted(found)[:MOST_NODES]:
        above = nodes.get(place[:-1])
        if place != (0,) and above is not None:
            kind: NodeKind = "related" if "child" in found[place] else "leaf" if "field" in found[place] else "group"
            nodes[place] = Node(kind, found[place])
            above.parts.append(nodes[place])
    return root


def changed(root: Node, command: str) -> str:
    """Carry out `add:0`, `group:0.1`, `related:0`, `remove:0.2` or `clear:0`; the place of what is new, "" for nothing."""
    name, _, text = command.partition(":")
    if name == "clear":
        root.parts.clear()
    place = [number for step in text.split(".") if (number := whole(step, _LAST)) is not None][1:]
    if name == "remove":
        above = node_at(root, place[:-1])
        if place and above is not None and place[-1] < len(above.parts):
            del above.parts[place[-1]]
        return ""
    node = node_at(root, place)
    made = {"add": [Node("leaf", {"fresh": ["1"]})], "related": [Node("related", {"child": [""], "join": ["all"]})]}
    made["group"] = [Node("group", {"join": ["any"]}, [Node("leaf"), Node("leaf")])]
    if node is None or node.kind == "leaf" or name not in made:
        return ""
    node.parts += made[name]
    inside = [0] if name == "group" else []
    return ".".join(str(step) for step in (0, *place, len(node.parts) - 1, *inside))


def node_at(root: Node, place: list[int]) -> Node | None:
    """The node at a place below the root."""
    node = root
    for step in place:
        if step >= len(node.parts):
            return None
        node = node.parts[step]
    return node


def filter_of(root: Node, leaves: Mapping[int, Part | None]) -> tuple[Part, ...]:
    """The conditions that a tree means; `leaves` are those of its leaves by identity, None for one that says nothing."""
    made = [part for node in root.parts if (part := _json(node, leaves)) is not None]
    if root.join == "all":
        return tuple(made)
    return ({root.join: made},) if made else ()


def _json(node: Node, leaves: Mapping[int, Part | None]) -> Part | None:
    if node.kind == "leaf":
        return leaves.get(id(node))
    inner = [part for child in node.parts if (part := _json(child, leaves)) is not None]
    if node.kind == "group":
        return {node.join: inner} if inner else None
    made: dict[str, Any] = {"related": node.one("child")}
    if inner:
        made["where"] = inner[0] if len(inner) == 1 and node.join == "all" else {node.join: inner}
    operator, number = node.one("count", "gte"), node.one("n", "1").strip()
    if (operator, number) != ("gte", "1"):
        made["count"] = [operator, number if (least := whole(number)) is None else least]
    return made
