"""What signing in knows of user records: kept beside them in schema `kundig`, in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from kundig.base.database import Connection
from kundig.base.uuid7 import uuid7

_IDENTITIES = """
insert into kundig.identity (id, email)
select id, email from unnest(%(new)s::uuid[], %(emails)s::text[]) as n (id, email) order by email
on conflict (email) do nothing
"""
_MEMBERS = """
insert into kundig.membership as m (workspace, user_id, identity, name, language, time_zone, is_active)
select w.id, n.user_id, i.id, n.name, coalesce(n.language, w.language), coalesce(n.time_zone, w.time_zone), n.is_active
from unnest(%(users)s::uuid[], %(emails)s::text[], %(names)s::text[], %(languages)s::text[], %(zones)s::text[], %(active)s::bool[])
  as n (user_id, email, name, language, time_zone, is_active)
join kundig.identity i on i.email = n.email
join kundig.workspace w on w.schema = %(schema)s
on conflict (workspace, user_id) do update
set identity = excluded.identity, name = excluded.name, language = excluded.language, time_zone = excluded.time_zone,
    is_active = excluded.is_active
"""
_RENAME = """
update kundig.identity i set email = n.email
from unnest(%(users)s::uuid[], %(emails)s::text[]) as n (user_id, email)
join kundig.workspace w on w.schema = %(schema)s
join kundig.membership m on m.workspace = w.id and m.user_id = n.user_id
where i.id = m.identity and i.email <> n.email
  and not exists (select from kundig.membership o where o.identity = i.id and (o.workspace, o.user_id) <> (m.workspace, m.user_id))
  and not exists (select from kundig.identity o where o.email = n.email)
"""
_END = """
delete from kundig.{table} s using kundig.workspace w
where w.id = s.workspace and w.schema = %(schema)s and s.user_id = any(%(users)s)
"""
_END_LINKS = """
delete from kundig.link l using kundig.membership m, kundig.workspace w
where l.identity = m.identity and w.id = m.workspace and w.schema = %(schema)s and m.user_id = any(%(users)s)
"""


@dataclass(frozen=True, slots=True)
class Member:
    """A user as signing in needs it. Language and time zone None: those of the workspace."""

    user: UUID
    email: str
    name: str
    language: str | None
    time_zone: str | None
    is_active: bool


async def keep_members(connection: Connection, members: Sequence[Member], ended: Sequence[UUID] = ()) -> None:
    """Bring identities and memberships in line with users; end all sign-ins of `ended` (deactivated, other address).

    Those are sessions, tokens, calendar links, devices and one-time links.

    A new address moves the user to the identity of that address, with the password of that one; an identity that nobody else
    uses is renamed and keeps its own.
    """
    schema = connection.schema
    values = {
        "schema": schema,
        "new": [uuid7() for _ in members],
        "users": [m.user for m in members],
        "emails": [m.email for m in members],
        "names": [m.name for m in members],
        "languages": [m.language for m in members],
        "zones": [m.time_zone for m in members],
        "active": [m.is_active for m in members],
    }
    async with connection.directory():
        if ended:
            gone = {"schema": schema, "users": list(ended)}
            for statement in (
                *(_END.format(table=table) for table in ("session", "sign_in_step", "token", "feed", "device")),
                _END_LINKS,
            ):
                await connection.execute(statement, gone)
        await connection.execute(_RENAME, values)
        await connection.execute(_IDENTITIES, values)
        await connection.execute(_MEMBERS, values)
