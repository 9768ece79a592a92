"""Principals: numbers for users, teams, roles, filters and rules, as records carry them in `audience`.

`kind` and `ref` are what a principal means, the number is what the database compares. The reference of a filter holds a digest of
it: a filter that changes becomes another principal, so that what it opened before is closed at once. What a filter forbade stays
forbidden until its successor's records are found: the former principal has its own number behind its reference until then.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from kundig.base.database.connection import Connection

_FOUND = """
select p.kind, p.ref, p.id from {ws}.principal p
join unnest(%(kinds)s::text[], %(refs)s::text[]) as w (kind, ref) on w.kind = p.kind and w.ref = p.ref
"""
FORMER = "(kind = 'forbid' and split_part(ref, '/', 4) <> '')"
"""SQL: that a principal is what a forbid was before it was changed."""
PLACE = "split_part(ref, '/', 1) || '/' || split_part(ref, '/', 2)"
"""SQL: the role and the object of a forbid."""
_OF_PERSON = f"""{_FOUND}
union all select kind, ref, id from {{ws}}.principal where {FORMER} and split_part(ref, '/', 1) = any(%(roles)s::text[])
"""
_REPLACE = f"""
update {{ws}}.principal set ref = ref || '/' || id
where kind = 'forbid' and not {FORMER} and ref <> all(%(refs)s::text[]) and {PLACE} = any(%(places)s::text[]) returning id, ref
"""
_END = f"delete from {{ws}}.principal where id = any(%(ids)s) and {FORMER}"
_ADD = """
insert into {ws}.principal (kind, ref)
select kind, ref from unnest(%(kinds)s::text[], %(refs)s::text[]) as w (kind, ref) order by kind, ref
on conflict (kind, ref) do nothing
"""

READERS = "readers"


@dataclass(frozen=True, slots=True, order=True)
class Principal:
    """Who may be meant: `user`, `team` (owns records), `members` (of a team, for shares), `role`, `grant`, `forbid`, `rule`.

    No record carries one of the kind `readers`: it says that audiences hold the users whom a link names.
    """

    kind: str
    ref: str


def user(id_: UUID) -> Principal:
    """One person: owner of records, receiver of shares."""
    return Principal("user", str(id_))


def team(id_: UUID) -> Principal:
    """The records that a team owns."""
    return Principal("team", str(id_))


def members(id_: UUID) -> Principal:
    """The members of a team, for shares and rules."""
    return Principal("members", str(id_))


def role(name: str) -> Principal:
    """All who have a role, for shares and rules."""
    return Principal("role", name)


def grant(role_name: str, object_: str, where: Mapping[str, Any]) -> Principal:
    """The records of an object that a role's filter adds."""
    return Principal("grant", f"{role_name}/{object_}/{digest(where)}")


def forbid(role_name: str, object_: str, where: Mapping[str, Any]) -> Principal:
    """The records of an object that a role may never see."""
    return Principal("forbid", f"{role_name}/{object_}/{digest(where)}")


def rule(name: str, object_: str, where: Mapping[str, Any]) -> Principal:
    """The records that a sharing rule opens."""
    return Principal("rule", f"{name}/{object_}/{digest(where)}")


def readers(object_: str, owned: str, link: str) -> Principal:
    """The mark that the audiences of an object hold the users whom a link of what its records own names."""
    return Principal(READERS, f"{object_}/{owned}/{link}")


def digest(value: Any) -> str:
    """A short fingerprint of a value that JSON can hold."""
    return hashlib.sha256(msgspec.json.encode(value, order="deterministic")).hexdigest()[:16]


async def numbers(connection: Connection, wanted: Iterable[Principal]) -> dict[Principal, int]:
    """The numbers of those principals that have one: no record can carry the others.

    Never keep what the same transaction has added: it may be rolled back.
    """
    columns = _columns(sorted(set(wanted)))
    return {Principal(row["kind"], row["ref"]): row["id"] for row in await connection.rows(_FOUND, columns)}


async def of_person(connection: Connection, wanted: Iterable[Principal], roles: Iterable[str]) -> dict[Principal, int]:
    """The same, and what forbids of these roles forbade until they were changed, as long as that counts (`is_former`)."""
    values = _columns(sorted(set(wanted))) | {"roles": sorted(set(roles))}
    return {Principal(row["kind"], row["ref"]): row["id"] for row in await connection.rows(_OF_PERSON, values)}


def is_former(principal: Principal) -> bool:
    """Whether it is what a forbid was before it was changed."""
    return principal.kind == "forbid" and principal.ref.count("/") == 3


def place_of(forbid_: Principal) -> str:
    """The role and the object of a forbid."""
    return "/".join(forbid_.ref.split("/")[:2])


async def replace_forbids(
    connection: Connection, wanted: Collection[Principal], fresh: Collection[Principal]
) -> dict[str, list[int]]:
    """Keep what forbids meant that `fresh` ones take the place of; their numbers by object, for `end_former`."""
    values = {"refs": [p.ref for p in wanted if p.kind == "forbid"], "places": sorted({place_of(p) for p in fresh})}
    found: dict[str, list[int]] = {}
    for row in await connection.rows(_REPLACE, values):
        found.setdefault(row["ref"].split("/")[1], []).append(row["id"])
    return found


async def end_former(connection: Connection, ids: Sequence[int]) -> None:
    """The records of their successors are found: they forbid nothing any more."""
    await connection.execute(_END, {"ids": list(ids)})


async def ensure(connection: Connection, wanted: Iterable[Principal]) -> None:
    """Give a number to each principal that has none: for every new user, team, role, filter and rule."""
    await connection.execute(_ADD, _columns(sorted(set(wanted))))


def _columns(wanted: list[Principal]) -> dict[str, list[str]]:
    return {"kinds": [p.kind for p in wanted], "refs": [p.ref for p in wanted]}
