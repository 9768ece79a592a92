"""The first administrator: from the settings, or by a one-time link that only the operator sees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from uuid import UUID

from kundig.base.context import Workspace
from kundig.base.database import Connection, Database
from kundig.base.errors import Missing
from kundig.base.i18n import t
from kundig.engine.policy.scope import Scope
from kundig.engine.records.writing import Change, Create
from kundig.services.identity import passwords
from kundig.services.identity.codes import hashed, new_code
from kundig.services.identity.links import invite
from kundig.services.identity.roles import ADMINISTRATOR
from kundig.services.identity.scopes import Scopes
from kundig.services.identity.signing_in import set_first_password
from kundig.services.identity.throttle import Limit, count_try, place_of

_LIFETIME = timedelta(days=7)
_QUARTER = timedelta(minutes=15)
_LOCK = "select pg_advisory_xact_lock(hashtextextended('kundig first start ' || %(schema)s, 0))"
_ADD = """
with old as (delete from kundig.link l using kundig.workspace w where l.workspace = w.id and w.schema = %(schema)s)
insert into kundig.link (hash, purpose, workspace, expires_at)
select %(hash)s, 'first', id, now() + %(lifetime)s from kundig.workspace where schema = %(schema)s
"""
_HELD = """
select true from kundig.link l join kundig.workspace w on w.id = l.workspace
where l.hash = %(hash)s and l.purpose = 'first' and l.expires_at > now() and w.schema = %(schema)s
"""


@dataclass(frozen=True, slots=True)
class SetUp:
    """A link to print: `first` asks for name, address and password, `setup` for the password of the address in the settings."""

    code: str
    purpose: Literal["first", "setup"]


async def first_start(
    database: Database, scopes: Scopes, workspace: Workspace, *, email: str | None, password: str | None
) -> SetUp | None:
    """While nobody can sign in: make the administrator of the settings, and a link unless the password is given too. Repeatable."""
    async with database.transaction(workspace) as connection:
        await connection.execute(_LOCK, {"schema": workspace.schema})
        if await has_users(connection):
            return None
        if email is None:
            return SetUp(await _first_link(connection), "first")
        user = await _administrator(await scopes.of_system(connection, workspace, "cli"), email.partition("@")[0], email)
        if password is not None:
            await set_first_password(connection, user, password)
            return None
        return SetUp((await invite(connection, user)).code, "setup")


async def first_link_holds(database: Database, workspace: Workspace, code: str, *, address: str | None) -> bool:
    """Whether a link of the first start may still be used; opening it changes nothing. Raises TooMany."""
    async with database.transaction(None) as connection:
        refusal = await count_try(connection, [Limit.of("link", place_of(address), tries=50, within=_QUARTER)])
    if refusal:
        raise refusal
    async with database.transaction(None) as connection:
        return bool(await connection.value(_HELD, {"hash": hashed(code), "schema": workspace.schema}))


async def claim(
    database: Database,
    scopes: Scopes,
    workspace: Workspace,
    code: str,
    *,
    name: str,
    email: str,
    password: str,
    address: str | None,
) -> UUID:
    """Become the first administrator; the link is used up. Raises Missing, Invalid, TooMany."""
    if not await first_link_holds(database, workspace, code, address=address):
        raise Missing(t("This link is no longer valid. Please ask for a new one."))
    await passwords.check_new(password, email, name)
    async with database.transaction(workspace) as connection:
        await connection.execute(_LOCK, {"schema": workspace.schema})
        async with connection.directory():
            used = await connection.execute("delete from kundig.link where hash = %(hash)s", {"hash": hashed(code)})
        if not used or await has_users(connection):
            raise Missing(t("This link is no longer valid. Please ask for a new one."))
        user = await _administrator(await scopes.of_system(connection, workspace, "web"), name, email)
        await set_first_password(connection, user, password)
    return user


async def has_users(connection: Connection) -> bool:
    """Whether there is anybody in the connection's workspace."""
    return bool(await connection.value('select exists (select from {ws}."user")'))


async def _administrator(scope: Scope, name: str, email: str) -> UUID:
    [user] = await Change(scope).write("user", [Create({"name": name, "email": email, "role": [ADMINISTRATOR]})])
    return user


async def _first_link(connection: Connection) -> str:
    code, schema = new_code(), connection.schema
    async with connection.directory():
        await connection.execute(_ADD, {"hash": hashed(code), "schema": schema, "lifetime": _LIFETIME})
    return code
