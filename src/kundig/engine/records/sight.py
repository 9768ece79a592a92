"""What an actor may know of when asking: hidden fields, figures that can't be compared, paths and filters that keep to both."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kundig.engine.policy.naming import names_told
from kundig.engine.policy.predicates import AccessReading
from kundig.engine.policy.scope import Scope
from kundig.engine.schema.bound import BoundObject
from kundig.engine.schema.filters import Filter, parse_filter
from kundig.engine.schema.model import Path


def hidden_in(scope: Scope, object_: str) -> frozenset[str] | None:
    """The fields of an object that the actor may not know of; None for an object that the actor may not know of."""
    rights = scope.access.objects.get(object_)
    return None if rights is None else rights.hidden


def limited_in(scope: Scope, object_: str) -> frozenset[str]:
    """Roll-ups that the actor sees in part only, and names that may hold hidden ones: comparing them would tell about the rest."""
    key, kept = ("limited", object_, scope.access.shape), scope.policies.compiled
    if key not in kept:
        kept[key] = frozenset(_limited(scope, object_))
    found: frozenset[str] = kept[key]
    return found


def _limited(scope: Scope, object_: str) -> Iterator[str]:
    reading = AccessReading.of(scope)
    for field in scope.model.objects[object_].fields.values():
        if field.type.rollup_columns(field) and not reading.stored_rollup(field):
            yield field.name
    if not names_told(scope.model, scope.access, object_):
        yield "label"


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
