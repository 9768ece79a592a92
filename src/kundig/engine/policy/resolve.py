"""Rights of one actor, resolved from roles, teams and rules into an `Access`; pure, no database.

Roles add up: the higher level, the wider field right wins; a forbid of any of them stays. A token only takes away. Owned objects
(lines, attendees) are read as their parent; to create, edit or delete them needs the right to edit the parent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar
from uuid import UUID

import msgspec
from psycopg.types.numeric import Int4

from kundig.engine.extension import GLOBAL_RIGHTS, FieldRight, Grant, Level, Role
from kundig.engine.policy import principals
from kundig.engine.policy.access import Access, ObjectAccess
from kundig.engine.policy.derived import sources
from kundig.engine.policy.policies import EVERYONE, Policies, granted, policies_of
from kundig.engine.policy.principals import Principal
from kundig.engine.policy.visibility import forbids_name, reads_name
from kundig.engine.schema.bound import BoundObject
from kundig.engine.schema.model import Model

LEVELS: tuple[Level, ...] = ("none", "own", "team", "team_below", "all")
FIELD_RIGHTS: tuple[FieldRight, ...] = ("hidden", "read", "edit_on_create", "edit")
NEVER_HIDDEN = frozenset({"id", "object", "label", "version"})
"""Without these a record could not be named at all."""
_ALL = Grant(read="all", create=True, edit="all", delete="all", assign="all", share="all", export=True, bring=True, bulk=True)

Ranked = TypeVar("Ranked", bound=str)


@dataclass(frozen=True, slots=True)
class Person:
    """What the rights of a user follow from. `teams_below` are the own teams and all under them."""

    user: UUID
    roles: tuple[str, ...] = ()
    teams: tuple[UUID, ...] = ()
    teams_below: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a token, or a look from aside, leaves of a user's rights; None: all of them."""

    read_only: bool = False
    objects: frozenset[str] | None = None
    rights: frozenset[str] | None = None
    exports: bool = True


UNNARROWED = Narrowing()


def person_principals(model: Model, policies: Policies, person: Person) -> frozenset[Principal]:
    """All principals whose numbers `resolve` will ask for."""
    found = {principals.user(person.user), *map(principals.role, person.roles)}
    found.update(principals.members(team) for team in person.teams)
    found.update(principals.team(team) for team in (*person.teams, *person.teams_below))
    for object_ in model.objects.values():
        found.update(item.principal for item in policies.filters(object_.definition))
    return frozenset(found)


def resolve(
    model: Model, policies: Policies, person: Person, number: Mapping[Principal, int], narrowing: Narrowing = UNNARROWED
) -> Access:
    """The rights of a person, less what a token takes away. A principal without a number is left out: no record can carry it."""
    roles = _roles(policies, person)
    everything = any(role.everything for role in roles)
    resolving = _Resolving(model, policies, person, roles, number)
    objects = {name: rights for name in model.objects if (rights := resolving.rights(name)) is not None}
    objects = _hide_derived(model, _narrowed(model, objects, narrowing))
    full = everything and narrowing == UNNARROWED
    general = frozenset(GLOBAL_RIGHTS if everything else (right for role in roles for right in role.rights))
    return Access(
        user=person.user,
        objects=objects,
        rights=_narrowed_rights(general, narrowing),
        shape=shape(objects),
        principal=number.get(principals.user(person.user)),
        teams=person.teams,
        teams_below=person.teams_below,
        edit_grants=tuple(sorted(resolving.personal)),
        edit_rules=frozenset() if narrowing.read_only else frozenset(resolving.edit_rules),
        everything=full,
        roles=person.roles,
        second_factor=any(role.second_factor == "required" for role in roles),
        parameters=parameters(objects),
    )


def reads_besides(
    model: Model, policies: Policies, person: Person, number: Mapping[Principal, int], name: str
) -> tuple[frozenset[int], frozenset[int]]:
    """The principals whose records of an object a person would still read if no role read all of them, and never would."""
    resolving = _Resolving(model, policies, person, _roles(policies, person), number)
    lesser = [
        (role, msgspec.structs.replace(grant, read="none") if grant.read == "all" else grant)
        for role, grant in resolving.grants(model.objects[name])
    ]
    return frozenset(resolving.reads(model.objects[name], lesser) or ()), frozenset(resolving.forbids(name))


def grants_of(model: Model, policies: Policies, person: Person, name: str) -> tuple[tuple[Role, Grant], ...]:
    """What each of a person's roles gives of an object, those left out that give nothing to read or create."""
    resolving = _Resolving(model, policies, person, _roles(policies, person), {})
    return tuple(resolving.grants(model.objects[name]))


def system_access(model: Model) -> Access:
    """The rights of the program itself (installation, demo data, the command line, jobs): all of them. Made once for a model."""
    kept = policies_of(model).compiled
    if "system access" not in kept:
        kept["system access"] = _system_access(model)
    found: Access = kept["system access"]
    return found


def _system_access(model: Model) -> Access:
    objects = {name: _object_access(model.objects[name], [_ALL], None, ()) for name in model.objects}
    return Access(None, objects, frozenset(GLOBAL_RIGHTS), shape(objects), everything=True)


def parameters(objects: Mapping[str, ObjectAccess]) -> dict[str, list[int]]:
    """The values of the bind parameters that `predicates.visible` uses.

    They are of the column's type: what would be cast for each row makes a plan that is kept look worse than one made anew.
    """
    reads = {reads_name(name): _typed(rights.reads) for name, rights in objects.items() if rights.reads is not None}
    return reads | {forbids_name(name): _typed(rights.forbids) for name, rights in objects.items() if rights.forbids}


def _typed(numbers: Iterable[int]) -> list[int]:
    return [Int4(number) for number in numbers]


def shape(objects: Mapping[str, ObjectAccess]) -> str:
    """Equal for accesses for which the same SQL serves: everything but the numbers."""
    facts = [(name, _facts(rights)) for name, rights in sorted(objects.items())]
    return principals.digest(facts)


def _facts(rights: ObjectAccess) -> tuple[object, ...]:
    levels = (rights.edit, rights.delete, rights.assign, rights.share)
    fields = (sorted(rights.hidden), sorted(rights.fixed), sorted(rights.fixed_later))
    return (rights.reads is None, rights.readable, bool(rights.forbids), rights.create, levels, fields)


def _roles(policies: Policies, person: Person) -> tuple[Role, ...]:
    names = dict.fromkeys((*person.roles, EVERYONE))
    return tuple(policies.roles[name] for name in names if name in policies.roles)


@dataclass
class _Resolving:
    """The work of one `resolve`: `personal` principals are the person's own, by which records are shared with them."""

    model: Model
    policies: Policies
    person: Person
    roles: tuple[Role, ...]
    number: Mapping[Principal, int]
    edit_rules: set[int] = field(default_factory=set)

    def numbers(self, wanted: Iterable[Principal]) -> set[int]:
        """The numbers of those that have one."""
        return {self.number[principal] for principal in wanted if principal in self.number}

    @property
    def personal(self) -> set[int]:
        """By these, records are owned by or shared with the person."""
        own = [
            principals.user(self.person.user),
            *map(principals.role, self.person.roles),
            *map(principals.members, self.person.teams),
        ]
        return self.numbers(own)

    def rights(self, name: str) -> ObjectAccess | None:
        """The rights on an object, or None if it does not exist for the person."""
        object_ = self.model.objects[name]
        if object_.definition.storage == "owned":
            return self._owned(object_)
        grants = self.grants(object_)
        if not grants:
            return None
        forbids = tuple(sorted(self.forbids(name)))
        return _object_access(object_, [grant for _, grant in grants], self.reads(object_, grants), forbids)

    def forbids(self, name: str) -> set[int]:
        """The principals whose records of an object the person may never see."""
        now = self.numbers(
            principals.forbid(role.name, name, item.where) for role in self.roles for item in role.forbids if item.object == name
        )
        places = {f"{role.name}/{name}" for role in self.roles}
        return now | {n for p, n in self.number.items() if principals.is_former(p) and principals.place_of(p) in places}

    def grants(self, object_: BoundObject) -> list[tuple[Role, Grant]]:
        """What the roles give; those that give nothing to read or create don't count."""
        found = ((role, _ALL if role.everything else granted(role, object_.definition)) for role in self.roles)
        return [
            (role, grant) for role, grant in found if grant and (grant.read != "none" or grant.where is not None or grant.create)
        ]

    def reads(self, object_: BoundObject, grants: list[tuple[Role, Grant]]) -> tuple[int, ...] | None:
        """The principals whose records may be read, None for all records; notes sharing rules of level edit."""
        level = highest(LEVELS, (grant.read for _, grant in grants))
        if level == "all":
            self._rules(object_)
            return None
        found = self.numbers(
            principals.grant(role.name, object_.name, grant.where) for role, grant in grants if grant.where is not None
        )
        if level != "none":
            found |= self.personal | self._rules(object_)
            teams = {"own": (), "team": self.person.teams, "team_below": self.person.teams_below}[level]
            found |= self.numbers(map(principals.team, teams))
        return tuple(sorted(found))

    def _rules(self, object_: BoundObject) -> set[int]:
        """The sharing rules that include the person; those of level edit are noted."""
        mine = {
            f"user:{self.person.user}",
            *(f"role:{name}" for name in self.person.roles),
            *(f"team:{team}" for team in self.person.teams),
        }
        reached = [(rule, principal) for rule, principal in self.policies.rules_of(object_.name) if mine.intersection(rule.to)]
        self.edit_rules |= self.numbers(principal for rule, principal in reached if rule.level == "edit")
        return self.numbers(principal for _, principal in reached)

    def _owned(self, object_: BoundObject) -> ObjectAccess | None:
        parent = self.rights(parent_of(object_))
        if parent is None:
            return None
        named = [grant for role in self.roles if (grant := _ALL if role.everything else role.objects.get(object_.name))]
        fields = _object_access(object_, named or [_ALL], None, ())
        return replace(
            parent,
            create=parent.edit != "none",
            delete=parent.edit,
            assign="none",
            share="none",
            hidden=fields.hidden,
            fixed=fields.fixed,
            fixed_later=fields.fixed_later,
        )


def parent_of(object_: BoundObject) -> str:
    """The object that owns an owned one."""
    link = object_.fields[object_.definition.parent or ""]
    target: str = link.options.target
    return target


def highest(order: tuple[Ranked, ...], given: Iterable[Ranked]) -> Ranked:
    """The strongest of some ranked words; the weakest of all if there are none."""
    return order[max((order.index(word) for word in given), default=0)]


def _object_access(
    object_: BoundObject, grants: list[Grant], reads: tuple[int, ...] | None, forbids: tuple[int, ...]
) -> ObjectAccess:
    field_rights = {name: field_right(name, grants) for name in object_.fields}
    return ObjectAccess(
        reads=reads,
        forbids=forbids,
        create=any(grant.create for grant in grants),
        edit=highest(LEVELS, (grant.edit for grant in grants)),
        delete=highest(LEVELS, (grant.delete for grant in grants)),
        assign=highest(LEVELS, (grant.assign for grant in grants)),
        share=highest(LEVELS, (grant.share for grant in grants)),
        export=any(grant.export for grant in grants),
        bring=any(grant.bring for grant in grants),
        bulk=any(grant.bulk for grant in grants),
        hidden=_having(field_rights, "hidden"),
        fixed=_having(field_rights, "hidden") | _having(field_rights, "read"),
        fixed_later=_having(field_rights, "edit_on_create"),
    )


def field_right(name: str, grants: Sequence[Grant]) -> FieldRight:
    """The strongest right that grants give on a field."""
    weakest: FieldRight = "read" if name in NEVER_HIDDEN else "hidden"
    return highest(FIELD_RIGHTS, (weakest, *(grant.fields.get(name, grant.other_fields) for grant in grants)))


def _having(rights: Mapping[str, FieldRight], right: FieldRight) -> frozenset[str]:
    return frozenset(name for name, found in rights.items() if found == right)


def _hide_derived(model: Model, objects: dict[str, ObjectAccess]) -> dict[str, ObjectAccess]:
    """Hide what is made of hidden fields or of objects out of reach, until nothing more follows."""
    while more := dict(_derived_hidden(model, objects)):
        for name, fields in more.items():
            rights = objects[name]
            objects[name] = replace(
                rights, hidden=rights.hidden | fields, fixed=rights.fixed | fields, fixed_later=rights.fixed_later - fields
            )
    return objects


def _derived_hidden(model: Model, objects: Mapping[str, ObjectAccess]) -> Iterator[tuple[str, frozenset[str]]]:
    for name, rights in objects.items():
        fields = frozenset(
            field.name
            for field in model.objects[name].fields.values()
            if field.name not in rights.hidden | NEVER_HIDDEN
            and any(_unreadable(objects, source.object, source.field) for source in sources(model, field) if source.needed)
        )
        if fields:
            yield name, fields


def _unreadable(objects: Mapping[str, ObjectAccess], object_: str, field_: str | None) -> bool:
    rights = objects.get(object_)
    return rights is None or not rights.readable or field_ in rights.hidden


def _narrowed(model: Model, objects: Mapping[str, ObjectAccess], narrowing: Narrowing) -> dict[str, ObjectAccess]:
    kept = {
        name: rights for name, rights in objects.items() if narrowing.objects is None or _root(model, name) in narrowing.objects
    }
    if not narrowing.exports:
        kept = {name: replace(rights, export=False) for name, rights in kept.items()}
    if not narrowing.read_only:
        return kept
    return {
        name: replace(rights, create=False, edit="none", delete="none", assign="none", share="none", bring=False, bulk=False)
        for name, rights in kept.items()
    }


def _narrowed_rights(rights: frozenset[str], narrowing: Narrowing) -> frozenset[str]:
    """A token that names objects has only the global rights that it names too."""
    if narrowing.read_only:
        rights &= {"read_audit"}
    if narrowing.rights is None:
        return rights if narrowing.objects is None else frozenset()
    return rights & narrowing.rights


def _root(model: Model, name: str) -> str:
    while model.objects[name].definition.storage == "owned":
        name = parent_of(model.objects[name])
    return name
