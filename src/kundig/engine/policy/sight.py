"""What an actor may know of when asking: hidden fields, names that can't be compared, paths and filters that keep to both."""

from __future__ import annotations

from typing import Any

from kundig.engine.policy.naming import names_told
from kundig.engine.policy.scope import Scope
from kundig.engine.schema.bound import BoundObject
from kundig.engine.schema.filters import Filter, parse_filter
from kundig.engine.schema.model import Path


def hidden_in(scope: Scope, object_: str) -> frozenset[str] | None:
    """The fields of an object that the actor may not know of; None for an object that the actor may not know of."""
    rights = scope.access.objects.get(object_)
    return None if rights is None else rights.hidden


def limited_in(scope: Scope, object_: str) -> frozenset[str]:
    """The name, where it may hold those of records that the actor doesn't see: comparing it would tell them."""
    return frozenset() if names_told(scope.model, scope.access, object_) else frozenset({"label"})


def path_in(scope: Scope, object_: str, name: str) -> Path:
    """A field by its path, as far as the actor may know of it; raises UnknownField."""
    return scope.model.field_at(object_, name, lambda other: hidden_in(scope, other))


def comparable(scope: Scope, path: Path) -> bool:
    """Whether the actor may filter, order and group by a field."""
    field = path.field
    if field.target is not None and field.name != "id" and not names_told(scope.model, scope.access, field.target):
        return False  # links are put in the order of their names
    return field.name.split(".")[0] not in limited_in(scope, field.object)


def filter_in(scope: Scope, object_: BoundObject, where: Any, *, prefix: str = "w") -> Filter:
    """A filter as the actor may ask it; raises Invalid. `prefix` keeps its values apart from those of other filters."""
    return parse_filter(
        where,
        object_,
        model=scope.model,
        context=scope.context,
        hidden=lambda other: hidden_in(scope, other),
        limited=lambda other: limited_in(scope, other),
        prefix=prefix,
    )
