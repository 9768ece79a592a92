"""Who people are at providers: bound to issuer and subject, which no one else ever gets, and to no address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kundig.base.database import Connection
from kundig.base.errors import Conflict
from kundig.base.i18n import t
from kundig.base.uuid7 import uuid7

_OF = "from kundig.workspace w where w.id = p.workspace and w.schema = %(schema)s"
_FIND = """
select p.user_id from kundig.provider_identity p join kundig.workspace w on w.id = p.workspace
where w.schema = %(schema)s and p.issuer = %(issuer)s and p.subject = %(subject)s
"""
_BIND = """
insert into kundig.provider_identity (id, workspace, user_id, issuer, subject)
select %(id)s, w.id, %(user)s, %(issuer)s, %(subject)s from kundig.workspace w where w.schema = %(schema)s
on conflict (workspace, issuer, subject) do update set subject = excluded.subject returning user_id
"""
_SEEN = f"""
update kundig.provider_identity p set seen_at = now(), sole = %(sole)s {_OF} and p.issuer = %(issuer)s and p.subject = %(subject)s
"""
_LIST = """
select p.id, p.issuer, p.subject, p.created_at, p.seen_at from kundig.provider_identity p
join kundig.workspace w on w.id = p.workspace
where w.schema = %(schema)s and p.user_id = %(user)s order by p.created_at
"""
_UNBIND = """
delete from kundig.provider_identity p using kundig.workspace w where w.id = p.workspace and w.schema = %(schema)s
and p.user_id = %(user)s and p.id = %(id)s returning p.issuer
"""
_FREE = f"update kundig.provider_identity p set sole = false {_OF} and p.issuer = %(issuer)s and p.sole"
_TAKEN = "select exists (select from kundig.identity where email = %(email)s)"


@dataclass(frozen=True, slots=True)
class Bound:
    """A person's identity at a provider."""

    id: UUID
    issuer: str
    subject: str
    created_at: datetime
    seen_at: datetime | None


async def user_of(connection: Connection, issuer: str, subject: str) -> UUID | None:
    """The user of the connection's workspace who is this at the provider."""
    schema = connection.schema
    async with connection.directory():
        found: UUID | None = await connection.value(_FIND, {"schema": schema, "issuer": issuer, "subject": subject})
    return found


async def bind(connection: Connection, user: UUID, issuer: str, subject: str) -> None:
    """From now on, who is this at the provider is this user; raises Conflict if it is another already."""
    values = {"id": uuid7(), "schema": connection.schema, "user": user, "issuer": issuer, "subject": subject}
    async with connection.directory():
        bound = await connection.value(_BIND, values)
    if bound != user:
        raise Conflict(t("This account of the provider belongs to another user already."))


async def seen(connection: Connection, issuer: str, subject: str, *, sole: bool) -> None:
    """Note that somebody has come from the provider, and whether they may use a password too from now on."""
    values = {"schema": connection.schema, "issuer": issuer, "subject": subject, "sole": sole}
    async with connection.directory():
        await connection.execute(_SEEN, values)


async def identities_of(connection: Connection, user: UUID) -> list[Bound]:
    """Who a user is at which providers."""
    values = {"schema": connection.schema, "user": user}
    async with connection.directory():
        return [Bound(**row) for row in await connection.rows(_LIST, values)]


async def unbind(connection: Connection, user: UUID, identity: UUID) -> str | None:
    """The user is no longer known by this; the issuer, None if there was no such binding."""
    values = {"schema": connection.schema, "user": user, "id": identity}
    async with connection.directory():
        issuer: str | None = await connection.value(_UNBIND, values)
    return issuer


async def free_passwords(connection: Connection, issuer: str) -> None:
    """Let all who come from a provider sign in with a password again."""
    values = {"schema": connection.schema, "issuer": issuer}
    async with connection.directory():
        await connection.execute(_FREE, values)


async def is_taken(connection: Connection, email: str) -> bool:
    """Whether somebody signs in with this address already, in this workspace or another."""
    async with connection.directory():
        return bool(await connection.value(_TAKEN, {"email": email}))
