"""A filter after it was read: every name resolved, every value bound, ready to become SQL.

Nodes hold the names of bind parameters, never values: two filters with the same `shape` compile to the same statement.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from kundig.engine.schema.bound import BoundField, Child
from kundig.engine.schema.kinds import Kind
from kundig.engine.schema.model import Path


@dataclass(frozen=True, slots=True)
class Test:
    """What must hold for a value: a positive condition. `binds` are its parameters, `form` what else decides its SQL."""

    __test__ = False  # pytest: this is no test class

    name: str
    binds: tuple[str, ...] = ()
    form: Hashable = ()


@dataclass(frozen=True, slots=True)
class Leaf:
    """A test of the value at the end of a path, or its opposite."""

    path: Path
    test: Test
    negated: bool = False

    @property
    def shape(self) -> Hashable:
        """What decides its SQL."""
        return (self.path.name, self.test.name, self.test.binds, self.test.form, self.negated)


@dataclass(frozen=True, slots=True)
class Branch:
    """Several nodes joined."""

    join: Literal["all", "any", "none"]
    parts: tuple[Node, ...]

    @property
    def shape(self) -> Hashable:
        """What decides its SQL."""
        return (self.join, *(part.shape for part in self.parts))


@dataclass(frozen=True, slots=True)
class Related:
    """A condition on the number of records that point here by `link`, and for which `where` holds.

    Without `bind`: that there is one (or none). `target` is the object that they point to.
    """

    child: Child
    link: BoundField
    target: str
    where: Node | None
    operator: str = "some"
    bind: str = ""

    @property
    def shape(self) -> Hashable:
        """What decides its SQL."""
        return ("related", self.child.path, self.where.shape if self.where else None, self.operator, self.bind)


Node = Leaf | Branch | Related
_SINGLE = frozenset({Kind.TEXT, Kind.NUMBER, Kind.BOOLEAN, Kind.DATE, Kind.CHOICE})


@dataclass(frozen=True, slots=True)
class Filter:
    """A whole filter on records of `object`. `shape` is hashable, `values` go with the statement made from it."""

    object: str
    root: Node
    shape: Hashable
    values: Mapping[str, Any]

    def demands(self, path: Path) -> bool:
        """Whether only records with a value at the end of a path can match. False means that this is not certain."""
        return _demands(self.root, path.name)


def _demands(node: Node, name: str) -> bool:
    """A positive test never holds for an empty value of a kind that has a single one."""
    if isinstance(node, Branch):
        return node.join == "all" and any(_demands(part, name) for part in node.parts)
    if not isinstance(node, Leaf) or node.negated or node.path.name != name or node.path.field.kind not in _SINGLE:
        return False
    return node.test.name != "filled" or "currency" not in node.path.field.parts  # an amount without a rate compares as none
