"""The roles and sharing rules of a workspace at one version, and the filters that follow from them."""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kundig.engine.extension import Grant, Object, Role, SharingRule
from kundig.engine.policy.principals import Principal, forbid, grant, rule
from kundig.engine.schema.model import Model

EVERYONE = "everyone"
"""The role that everybody has besides their own, if it is there: the directory of users and teams."""


@dataclass(frozen=True, slots=True)
class Filtered:
    """A principal that a record belongs to when it matches a filter."""

    principal: Principal
    where: Mapping[str, Any]


@dataclass(frozen=True)
class Policies:
    """All roles by name and all sharing rules. `compiled` keeps statements that are made from them; it dies with the version."""

    roles: Mapping[str, Role] = field(default_factory=dict)
    rules: tuple[SharingRule, ...] = ()
    compiled: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    def filters(self, object_: Object) -> tuple[Filtered, ...]:
        """All filters that decide about the audience of an object's records, each once, in a stable order."""
        return tuple({found.principal: found for found in self._filters(object_)}.values())

    def rules_of(self, object_: str) -> Iterator[tuple[SharingRule, Principal]]:
        """The sharing rules of an object with their principals."""
        return ((item, rule(item.name, object_, item.where)) for item in self.rules if item.object == object_)

    def _filters(self, object_: Object) -> Iterator[Filtered]:
        for role in self.roles.values():
            given = granted(role, object_)
            if given is not None and given.where is not None:
                yield Filtered(grant(role.name, object_.name, given.where), given.where)
            for never in role.forbids:
                if never.object == object_.name:
                    yield Filtered(forbid(role.name, object_.name, never.where), never.where)
        for item, principal in self.rules_of(object_.name):
            yield Filtered(principal, item.where)


def policies_of(model: Model) -> Policies:
    """The policies of a model, one for as long as it lives."""
    key = id(model)
    if key not in _KEPT:
        _KEPT[key] = Policies(model.roles, tuple(model.rules.values()))
        weakref.finalize(model, _KEPT.pop, key, None)
    return _KEPT[key]


_KEPT: dict[int, Policies] = {}


def granted(role: Role, object_: Object) -> Grant | None:
    """What a role says about an object: by its name, else by `"*"`, which does not reach objects of the platform (user, team)."""
    named = role.objects.get(object_.name)
    return named if named is not None or object_.system else role.objects.get("*")
