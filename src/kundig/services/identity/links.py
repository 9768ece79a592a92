"""One-time links: the first password of a new user, and a new one for who forgot theirs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from kundig.base.database import Connection, Database
from kundig.base.database.workspaces import workspace_from
from kundig.base.errors import Missing
from kundig.base.i18n import t
from kundig.engine.audit import note
from kundig.engine.configuration.store import company_of
from kundig.services.identity import passwords
from kundig.services.identity.audit_events import PASSWORD_RESET
from kundig.services.identity.codes import hashed, new_code
from kundig.services.identity.noting import in_workspace
from kundig.services.identity.throttle import Limit, count_try, place_of

Purpose = Literal["setup", "reset"]
LIFETIMES = {"setup": timedelta(days=7), "reset": timedelta(minutes=60)}
_QUARTER = timedelta(minutes=15)

_ADD = """
with old as (delete from kundig.link where identity = %(identity)s)
insert into kundig.link (hash, purpose, identity, expires_at) values (%(hash)s, %(purpose)s, %(identity)s, now() + %(lifetime)s)
"""
_MEMBER = """
select i.id, i.email, m.user_id, m.name, m.language, w.schema, i.password is null as fresh
from kundig.identity i join kundig.membership m on m.identity = i.id join kundig.workspace w on w.id = m.workspace
where m.is_active and {condition} order by m.workspace limit 1
"""
_HOLDER = """
select i.id, i.email, m.name, m.language, i.password is null as fresh from kundig.link l join kundig.identity i on i.id = l.identity
join kundig.membership m on m.identity = i.id and m.is_active
where l.hash = %(hash)s and l.expires_at > now() limit 1
"""
_MEMBER_OF = """
select m.user_id, w.name, w.schema, w.kind, w.currency, w.region, w.language, w.time_zone
from kundig.membership m join kundig.workspace w on w.id = m.workspace
where m.identity = %(identity)s and m.is_active order by m.workspace limit 1
"""
_SET = "update kundig.identity set password = %(password)s, password_at = now() where id = %(identity)s"
_END = """
delete from kundig.{table} s using kundig.membership m
where m.identity = %(identity)s and s.workspace = m.workspace and s.user_id = m.user_id
"""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link to send: the code for the address, and whom to write to in which language."""

    code: str
    purpose: Purpose
    email: str
    name: str
    language: str
    user: UUID


@dataclass(frozen=True, slots=True)
class Holder:
    """Who a link was made for."""

    identity: UUID
    email: str
    name: str
    language: str
    fresh: bool
    """There has been no password yet."""


async def invite(connection: Connection, user: UUID) -> Invitation:
    """A link by which a user sets the first password; earlier links end. Raises Missing if there is no such active user."""
    schema = connection.schema
    async with connection.directory():
        statement = _MEMBER.format(condition="w.schema = %(schema)s and m.user_id = %(user)s")
        row = await connection.row(statement, {"schema": schema, "user": user})
        if row is None:
            raise Missing
        return await _link(connection, row, "setup")


async def reset_link(connection: Connection, email: str) -> tuple[Invitation, str] | None:
    """A link for who forgot the password and the schema of their workspace; None if nobody has the address.

    The transaction must be in no workspace. Called from a job only, so that nobody learns from an answer who has an account.
    """
    row = await connection.row(_MEMBER.format(condition="i.email = %(email)s"), {"email": email.strip().lower()})
    return (await _link(connection, row, "reset"), row["schema"]) if row else None


async def holder_of(database: Database, code: str, *, address: str | None) -> Holder:
    """Who a link is for, without using it up: opening it in a mail scanner changes nothing. Raises Missing, TooMany."""
    async with database.transaction(None) as connection:
        refusal = await count_try(connection, [Limit.of("link", place_of(address), tries=50, within=_QUARTER)])
    if refusal:
        raise refusal
    async with database.transaction(None) as connection:
        row = await connection.row(_HOLDER, {"hash": hashed(code)})
    if row is None:
        raise Missing(t("This link is no longer valid. Please ask for a new one."))
    return Holder(row["id"], row["email"], row["name"], row["language"], row["fresh"])


async def use_link(database: Database, code: str, password: str, *, address: str | None) -> Holder:
    """Set the password and use the link up; all sessions end. Raises Missing, Invalid, TooMany."""
    holder = await holder_of(database, code, address=address)
    await passwords.check_new(password, holder.email, holder.name, await _company(database, holder))
    stored = await passwords.hash_password(password)
    async with database.transaction(None) as connection:
        if not await connection.execute(
            "delete from kundig.link where hash = %(hash)s and expires_at > now()", {"hash": hashed(code)}
        ):
            raise Missing(t("This link is no longer valid. Please ask for a new one."))
        await set_password(connection, holder.identity, stored)
        member = await connection.row(_MEMBER_OF, {"identity": holder.identity})
        if member is not None:
            await note(await in_workspace(connection, workspace_from(member), member["user_id"], address), PASSWORD_RESET)
    return holder


async def _company(database: Database, holder: Holder) -> str:
    """What the company is called that somebody works for."""
    async with database.transaction(None) as connection:
        member = await connection.row(_MEMBER_OF, {"identity": holder.identity})
        if member is None:
            return ""
        return await company_of((await in_workspace(connection, workspace_from(member), None, None)).connection)


async def set_password(connection: Connection, identity: UUID, stored: str) -> None:
    """Store a password's hash; links, sessions and devices of the identity end. The transaction must be in no workspace."""
    await connection.execute(_SET, {"password": stored, "identity": identity})
    await connection.execute("delete from kundig.link where identity = %(identity)s", {"identity": identity})
    for table in ("session", "sign_in_step", "device"):
        await connection.execute(_END.format(table=table), {"identity": identity})


async def _link(connection: Connection, row: dict[str, Any], purpose: Purpose) -> Invitation:
    code = new_code()
    values = {"hash": hashed(code), "purpose": purpose, "identity": row["id"], "lifetime": LIFETIMES[purpose]}
    await connection.execute(_ADD, values)
    return Invitation(code, purpose, row["email"], row["name"], row["language"], row["user_id"])
