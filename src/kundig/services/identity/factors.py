"""A person's second factors: which there are, taking one away, taking all away. A password is not enough while there is one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from kundig.base.database import Connection
from kundig.base.errors import Missing
from kundig.services.identity.recovery import codes_left, forget_codes

Kind = Literal["app", "passkey"]
LONGEST_NAME = 80

_PERSON = """
select m.identity, i.email, m.name, m.language, i.password is not null as has_password
from kundig.membership m join kundig.workspace w on w.id = m.workspace
join kundig.identity i on i.id = m.identity where w.schema = %(schema)s and m.user_id = %(user)s
"""
_LIST = "select id, kind, name, created_at, used_at from kundig.factor where identity = %(identity)s order by id"
_REMOVE = "delete from kundig.factor where identity = %(identity)s and id = %(id)s returning id, kind, name, created_at, used_at"


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose factors they are."""

    identity: UUID
    email: str
    name: str
    language: str
    has_password: bool = True


@dataclass(frozen=True, slots=True)
class Factor:
    """A second factor as its owner knows it."""

    id: UUID
    kind: Kind
    name: str
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Factors:
    """All of a person's, and how many recovery codes are left."""

    holder: Holder
    all: tuple[Factor, ...]
    codes: int = 0

    def has(self, kind: Kind) -> bool:
        """Whether there is one of a kind."""
        return any(factor.kind == kind for factor in self.all)


async def holder_of(connection: Connection, user: UUID) -> Holder:
    """The person behind a user of the connection's workspace, called within its `directory`; raises Missing."""
    row = await connection.row(_PERSON, {"schema": connection.schema, "user": user})
    if row is None:
        raise Missing
    return Holder(**row)


async def factors_of(connection: Connection, user: UUID) -> Factors:
    """What a user of the connection's workspace signs in with besides the password."""
    async with connection.directory():
        holder = await holder_of(connection, user)
        rows = await connection.rows(_LIST, {"identity": holder.identity})
        return Factors(holder, tuple(Factor(**row) for row in rows), await codes_left(connection, holder.identity))


async def has_factor(connection: Connection, identity: UUID) -> bool:
    """Whether a password alone is not enough. The transaction must be in no workspace."""
    exists = "select exists (select from kundig.factor where identity = %(identity)s)"
    return bool(await connection.value(exists, {"identity": identity}))


async def remove_factor(connection: Connection, user: UUID, id_: UUID) -> tuple[Holder, Factor]:
    """Take one away; with the last one the recovery codes go. Raises Missing."""
    async with connection.directory():
        holder = await holder_of(connection, user)
        row = await connection.row(_REMOVE, {"identity": holder.identity, "id": id_})
        if row is None:
            raise Missing
        if not await has_factor(connection, holder.identity):
            await forget_codes(connection, holder.identity)
    return holder, Factor(**row)


async def reset_factors(connection: Connection, user: UUID) -> tuple[Holder, int]:
    """Take all away, recovery codes too, for who can't get in any more; whose they were, and how many."""
    async with connection.directory():
        holder = await holder_of(connection, user)
        removed = await connection.execute("delete from kundig.factor where identity = %(identity)s", {"identity": holder.identity})
        await forget_codes(connection, holder.identity)
    return holder, removed


def factor_name(given: str, usual: str) -> str:
    """What a factor is called: as its owner likes, else by its kind."""
    return "".join(c for c in given.strip() if c.isprintable())[:LONGEST_NAME] or usual
