"""What a change of roles means for the people who have them: computed from the models before and after, as rights are resolved.

Somebody whose other roles give the same already does not notice it, and is not counted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kundig.base.database import Connection
from kundig.engine.extension import GLOBAL_RIGHTS, Grant, Role
from kundig.engine.policy.giving import BY_LEVEL, YES_OR_NO
from kundig.engine.policy.policies import EVERYONE, policies_of
from kundig.engine.policy.principals import digest
from kundig.engine.policy.resolve import FIELD_RIGHTS, LEVELS, Person, field_right, grants_of, highest
from kundig.engine.schema.model import Model

_HOLDERS = """
select coalesce(role, '{{}}') as roles, count(*) as people from {ws}."user" where is_active and deleted_at is null group by role
"""
_NOBODY = UUID(int=0)
_FILTERS = ("filter", "forbid")
_MORE, _FEWER, _OTHERS = "more", "fewer", "others"
SECOND_FACTOR = "second_factor"
"""What an effect is about that asks for, or does without, a second step when signing in."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that becomes another for some people.

    `what` is a deed, `field`, `filter`, `forbid`, or of the whole workspace (`object` empty) a global right or the second step.
    Of filters `before` and `after` are empty.
    """

    object: str
    what: str
    before: str
    after: str
    people: int
    wider: bool | None
    """None where others become it: another filter reaches neither more nor less, but others."""
    field: str = ""


@dataclass(frozen=True, slots=True)
class Effects:
    """All that changes, and how many people notice any of it."""

    people: int
    found: tuple[Effect, ...]

    @property
    def objects(self) -> tuple[str, ...]:
        """The objects concerned."""
        return tuple(dict.fromkeys(effect.object for effect in self.found if effect.object))


async def holders(connection: Connection) -> list[tuple[tuple[str, ...], int]]:
    """Which roles active people have together, and how many have just those."""
    return [(tuple(row["roles"]), row["people"]) for row in await connection.rows(_HOLDERS)]


def effects(before: Model, after: Model, people: Sequence[tuple[tuple[str, ...], int]]) -> Effects:
    """What becomes of the rights of people with these roles."""
    changed = {name for name in (*before.roles, *after.roles) if before.roles.get(name) != after.roles.get(name)}
    counted: dict[tuple[Any, ...], int] = defaultdict(int)
    noticing = 0
    for roles, many in people:
        if EVERYONE not in changed and changed.isdisjoint(roles):
            continue
        different = list(_different(_given(before, roles), _given(after, roles)))
        noticing += many if different else 0
        for key in different:
            counted[key] += many
    return Effects(noticing, tuple(_effect(key, many) for key, many in counted.items()))


Given = Mapping[tuple[str, str, str], str]
"""What somebody may do: (object, what, field) → how far."""


def _given(model: Model, roles: tuple[str, ...]) -> Given:
    policies, person = policies_of(model), Person(_NOBODY, roles)
    own = [policies.roles[name] for name in dict.fromkeys((*roles, EVERYONE)) if name in policies.roles]
    found: dict[tuple[str, str, str], str] = {}
    rights = {right for role in own for right in (GLOBAL_RIGHTS if role.everything else role.rights)}
    found |= {("", right, ""): "1" if right in rights else "" for right in GLOBAL_RIGHTS}
    found["", SECOND_FACTOR, ""] = "1" if any(role.second_factor == "required" for role in own) else ""
    for object_ in model.objects.values():
        if object_.definition.storage == "record":
            found |= dict(_on_object(object_.name, tuple(object_.fields), grants_of(model, policies, person, object_.name)))
            forbids = {digest(item.where) for role in own for item in role.forbids if item.object == object_.name}
            found[object_.name, "forbid", ""] = " ".join(sorted(forbids))
    return found


def _on_object(
    name: str, fields: Sequence[str], grants: Sequence[tuple[Role, Grant]]
) -> Iterator[tuple[tuple[str, str, str], str]]:
    given = [grant for _, grant in grants]
    for deed in BY_LEVEL:
        yield (name, deed, ""), highest(LEVELS, (getattr(grant, deed) for grant in given))
    for deed in YES_OR_NO:
        yield (name, deed, ""), "1" if any(getattr(grant, deed) for grant in given) else ""
    filters = {digest(grant.where) for grant in given if grant.where is not None}
    if any(grant.read == "all" for grant in given):
        filters = set()  # it adds nothing to all of them
    yield (name, "filter", ""), " ".join(sorted(filters))
    if any(grant.read != "none" or grant.where is not None for grant in given):
        yield from (((name, "field", field), field_right(field, given)) for field in fields)


def _different(before: Given, after: Given) -> Iterator[tuple[Any, ...]]:
    """What is another one, in the order in which it stands; of what could not be read at all no fields are told."""
    for key in dict.fromkeys((*before, *after)):
        was, made = before.get(key), after.get(key)
        if was == made or (key[1] == "field" and (was is None or made is None)):
            continue
        if key[1] in _FILTERS:
            yield (*key, "", _more(was or "", made or ""))
        else:
            yield (*key, was or "", made or "")


def _effect(key: tuple[Any, ...], people: int) -> Effect:
    object_, what, field, before, after = key
    order: tuple[str, ...] = FIELD_RIGHTS if what == "field" else LEVELS if what in BY_LEVEL else ("", "1")
    if what == SECOND_FACTOR:
        wider = not after
    elif what in _FILTERS:
        return Effect(object_, what, "", "", people, None if after == _OTHERS else (after == _MORE) == (what == "filter"))
    else:
        wider = order.index(after or order[0]) > order.index(before or order[0])
    return Effect(object_, what, before, after, people, wider, field)


def _more(before: str, after: str) -> str:
    """Whether there are more of the filters, fewer, or others."""
    was, made = set(before.split()), set(after.split())
    return _MORE if was < made else _FEWER if made < was else _OTHERS
