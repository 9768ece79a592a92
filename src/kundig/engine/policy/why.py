"""Why somebody may, or may not, do something with a record: the grants and forbids that decide, found by what decides itself.

Where the answer is yes, all grounds are named that hold: each alone is enough, and without them all it would be no. Where it is no,
all is named that stands in the way: without that it would be yes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa

from kundig.base.errors import Missing
from kundig.engine.extension import FieldRight, Grant, Role
from kundig.engine.policy import principals
from kundig.engine.policy.decisions import may, parameters, ruled, shared, within
from kundig.engine.policy.derived import sources
from kundig.engine.policy.policies import EVERYONE
from kundig.engine.policy.readers import named_readers
from kundig.engine.policy.resolve import (
    FIELD_RIGHTS,
    LEVELS,
    NEVER_HIDDEN,
    Person,
    grants_of,
    highest,
    parent_of,
    person_principals,
    reads_besides,
)
from kundig.engine.policy.scope import Scope
from kundig.engine.policy.statements import statement
from kundig.engine.policy.tables import NUMBERS
from kundig.engine.policy.visibility import visible
from kundig.engine.schema.bound import BoundObject

Deed = Literal["read", "edit", "delete", "assign", "share"]
DEEDS: tuple[Deed, ...] = ("read", "edit", "delete", "assign", "share")
Kind = Literal["inactive", "unknown", "level", "owner", "team", "guest", "share", "rule", "filter", "forbid"]

_WRITES: tuple[Literal["edit", "delete", "assign", "share"], ...] = ("edit", "delete", "assign", "share")
_PRINCIPALS = "select id, kind, ref from {ws}.principal where id = any(%(ids)s)"
_SHARED = """
select p.id, p.kind, p.ref, s.level, s.until from {ws}.share s join {ws}.principal p on p.id = s.principal
where s.object = %(object)s and s.record = %(record)s and p.id = any(%(own)s) and (s.until is null or s.until > now())
order by p.id
"""


@dataclass(frozen=True, slots=True)
class Ground:
    """One thing that decides.

    `level`: a role reaches the record, or does not, by its level; `owner`, `team`, `guest`: what ties the person to it; `share`,
    `rule`, `filter` (of a role): what opens it; `forbid` (of a role): what closes it; `unknown`: no role gives the object at all.
    """

    kind: Kind
    deed: Deed = "read"
    """What it is a ground for: what can't be read can't be edited either."""
    role: str = ""
    level: str = ""
    """How far the role reaches; of a share or rule what it lets do: read or edit."""
    ref: str = ""
    """The team's id, the rule's name, or with whom it is shared: `user`, `members` of a team, `role`, with `:` and which."""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether somebody may do one thing, and all that decides it."""

    deed: Deed
    may: bool
    grounds: tuple[Ground, ...]


@dataclass(frozen=True, slots=True)
class FieldAnswer:
    """A field that is not simply editable: by which roles, or because of which field that it is made of."""

    field: str
    right: FieldRight
    roles: tuple[str, ...]
    made_of: str = ""


@dataclass(frozen=True, slots=True)
class Reasons:
    """All answers about one record. What belongs to another record (`parent`) follows that one."""

    object: str
    record: UUID
    answers: tuple[Answer, ...]
    fields: tuple[FieldAnswer, ...]
    parent: str = ""
    """The object of the record that decides, where that is not the one asked about."""


async def why(scope: Scope, object_: str, record: UUID) -> Reasons:
    """Why the scope's actor may do what with a live record, which they may not even see: told to administrators. Raises Missing."""
    asked = scope.model.objects[object_]
    deciding, above, row = await _deciding(scope, asked, record)
    found = _Finding(scope, deciding, row, *await _people(scope, deciding, row))
    answers = tuple(found.answer(deed) for deed in DEEDS)
    if deciding is not asked:  # what belongs to a record is written by whoever may edit that one, and neither assigned nor shared
        edit = next(answer for answer in answers if answer.deed == "edit")
        answers = (answers[0], edit, Answer("delete", edit.may, edit.grounds))
    return Reasons(object_, record, answers, tuple(_fields(scope, asked, found.people.person)), deciding.name if above else "")


def inactive(object_: str, record: UUID) -> Reasons:
    """The answers about somebody who can't sign in."""
    ground = (Ground("inactive"),)
    return Reasons(object_, record, tuple(Answer(deed, may=False, grounds=ground) for deed in DEEDS), ())


async def _deciding(scope: Scope, object_: BoundObject, record: UUID) -> tuple[BoundObject, bool, Mapping[str, Any]]:
    """The object and the facts of the record whose audience and level count: the one asked about, or the one it belongs to."""
    above = False
    while object_.definition.storage == "owned":
        table, link = object_.table, object_.fields[object_.definition.parent or ""].column
        owner = await scope.connection.value(sa.select(table.c[link]).where(table.c.id == record))
        if owner is None:
            raise Missing
        object_, record, above = scope.model.objects[parent_of(object_)], owner, True
    row = await scope.connection.row(
        statement(scope, ("why", object_.name), lambda: _facts(scope, object_)), {**parameters(scope.access), "record": record}
    )
    if row is None:
        raise Missing
    return object_, above, row


def _facts(scope: Scope, object_: BoundObject) -> sa.Select[Any]:
    """Every condition that decides about a record, each told by itself; those of the doors themselves too."""
    row = object_.table.alias("r")
    readers = list(named_readers(scope.model, object_, row))
    guests = sa.func.array(sa.union_all(*readers).scalar_subquery(), type_=NUMBERS) if readers else sa.null()
    told = {
        "may_read": visible(scope.access, object_.name, row),
        **{f"may_{deed}": may(scope, deed, object_.name, row) for deed in _WRITES},
        **{f"within_{level}": within(level, row) for level in LEVELS},
        "shared": shared(object_.name, row),
        "ruled": ruled(row),
        "guests": guests,
    }
    columns = (value.label(name) for name, value in told.items())
    named = (row.c.id, row.c.audience, row.c.owner_id)
    return sa.select(*named, *columns).where(row.c.id == sa.bindparam("record", type_=sa.UUID()), row.c.deleted_at.is_(None))


@dataclass(frozen=True, slots=True)
class _People:
    """Who the record's principals are, what is shared with the actor, what they would read if no role read all, and never would."""

    person: Person
    known: Mapping[int, principals.Principal]
    shares: tuple[Mapping[str, Any], ...]
    besides: frozenset[int]
    never: frozenset[int]


async def _people(scope: Scope, object_: BoundObject, row: Mapping[str, Any]) -> tuple[_People, tuple[tuple[Role, Grant], ...]]:
    access, policies = scope.access, scope.policies
    assert access.user is not None
    person = Person(access.user, access.roles, access.teams, access.teams_below)
    numbers = await principals.of_person(
        scope.connection, person_principals(scope.model, policies, person), (*person.roles, EVERYONE)
    )
    found = await scope.connection.rows(_PRINCIPALS, {"ids": row["audience"]})
    shares = await scope.connection.rows(_SHARED, {"object": object_.name, "record": row["id"], "own": list(access.edit_grants)})
    known = {item["id"]: principals.Principal(item["kind"], item["ref"]) for item in found}
    besides, never = reads_besides(scope.model, policies, person, numbers, object_.name)
    return _People(person, known, tuple(shares), besides, never), grants_of(scope.model, policies, person, object_.name)


@dataclass(frozen=True, slots=True)
class _Finding:
    """Puts names to what has been decided."""

    scope: Scope
    object: BoundObject
    row: Mapping[str, Any]
    people: _People
    grants: tuple[tuple[Role, Grant], ...]

    def answer(self, deed: Deed) -> Answer:
        """The answer to one question: as the doors give it, with what it comes from."""
        allowed = bool(self.row[f"may_{deed}"])
        if deed == "read":
            return Answer(deed, allowed, tuple(self.opens() if allowed else self.keeps_out()))
        if allowed:
            return Answer(deed, allowed, tuple(self.reaches(deed)))
        hidden = () if self.row["may_read"] else tuple(self.keeps_out())
        short = () if not self.grants or any(self.reaches(deed)) else tuple(self.falls_short(deed))
        return Answer(deed, allowed, tuple(dict.fromkeys((*hidden, *short))))

    def opens(self) -> Iterator[Ground]:
        """All that opens the record to be read, whatever forbids it."""
        yield from (Ground("level", "read", role.name, "all") for role, grant in self.grants if grant.read == "all")
        for number in sorted(self.people.besides.intersection(self.row["audience"])):
            yield from self.tie(number)

    def tie(self, number: int) -> Iterator[Ground]:
        """What a principal means that both the record and the person have."""
        principal = self.people.known[number]
        match principal.kind:
            case "team":
                yield Ground("team", ref=principal.ref)
            case "grant":
                yield Ground("filter", role=principal.ref.partition("/")[0])
            case "rule":
                rule = self.scope.model.rules[principal.ref.partition("/")[0]]
                yield Ground("rule", level=rule.level, ref=rule.name)
            case "user":
                if self.row["owner_id"] == self.people.person.user:
                    yield Ground("owner")
                if number in (self.row["guests"] or ()):
                    yield Ground("guest")
        yield from (_share(share) for share in self.people.shares if share["id"] == number)

    def keeps_out(self) -> Iterator[Ground]:
        """All because of which the record can't be read: forbids, and where nothing opens it, that."""
        for number in sorted(self.people.never.intersection(self.row["audience"])):
            yield Ground("forbid", role=self.people.known[number].ref.partition("/")[0])
        if not self.grants:
            yield Ground("unknown")
        elif not any(self.opens()):
            yield from (Ground("level", "read", role.name, grant.read) for role, grant in self.grants)

    def reaches(self, deed: Deed) -> Iterator[Ground]:
        """All by which the record lies within the person's reach for what they want to do, seen or not."""
        levels = [(role, getattr(grant, deed)) for role, grant in self.grants]
        for role, level in levels:
            if self.row[f"within_{level}"]:
                yield Ground("level", deed, role.name, level)
        if deed != "edit" or highest(LEVELS, (level for _, level in levels if level != "all")) == "none":
            return
        if self.row["shared"]:
            yield from (_share(share, deed) for share in self.people.shares if share["level"] == "edit")
        if self.row["ruled"]:
            for number in sorted(self.scope.access.edit_rules.intersection(self.row["audience"])):
                yield Ground("rule", deed, level="edit", ref=self.people.known[number].ref.partition("/")[0])

    def falls_short(self, deed: Deed) -> Iterator[Ground]:
        """How far each role reaches, which is not far enough."""
        yield from (Ground("level", deed, role.name, getattr(grant, deed)) for role, grant in self.grants)


def _share(share: Mapping[str, Any], deed: Deed = "read") -> Ground:
    return Ground("share", deed, level=share["level"], ref=f"{share['kind']}:{share['ref']}", until=share["until"])


def _fields(scope: Scope, object_: BoundObject, person: Person) -> Iterator[FieldAnswer]:
    """The fields that are less than editable, and why: what the access says, with the roles that say so."""
    rights = scope.access.objects.get(object_.name)
    if rights is None:
        return
    grants = grants_of(scope.model, scope.policies, person, object_.name)
    if object_.definition.storage == "owned":  # of fields that belong to a record only roles speak that name the object
        grants = tuple((role, grant) for role, grant in grants if object_.name in role.objects or role.everything)
    for name, field in object_.fields.items():
        if name in NEVER_HIDDEN:
            continue
        if name in rights.hidden:
            right: FieldRight = "hidden"
        elif name in rights.fixed:
            right = "read"
        elif name in rights.fixed_later:
            right = "edit_on_create"
        else:
            continue
        said = {role.name: grant.fields.get(name, grant.other_fields) for role, grant in grants}
        if said and highest(FIELD_RIGHTS, said.values()) == right:
            yield FieldAnswer(name, right, tuple(role for role, given in said.items() if given == right))
            continue
        unknown = (
            source for source in sources(scope.model, field) if source.needed and _hidden(scope, source.object, source.field)
        )
        source = next(unknown, None)
        yield FieldAnswer(
            name, right, (), f"{source.object}.{source.field}" if source and source.field else source.object if source else ""
        )


def _hidden(scope: Scope, object_: str, field: str | None) -> bool:
    rights = scope.access.objects.get(object_)
    return rights is None or not rights.readable or field in rights.hidden
