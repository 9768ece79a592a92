"""The secret link of a person's calendar: made when they ask for it, shown once, kept as a hash, read-only for who has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from kundig.base.context import Context
from kundig.base.database import Connection, Database
from kundig.base.errors import Missing
from kundig.base.uuid7 import uuid7
from kundig.engine.audit import note
from kundig.services.identity.audit_events import FEED_ENDED, FEED_MADE
from kundig.services.identity.codes import hashed, new_code
from kundig.services.identity.throttle import Limit, count_try, place_of

_QUARTER = timedelta(minutes=15)
BY_CODE, BY_ADDRESS = 60, 300
"""Calls in a quarter of an hour for one link, and from one address, behind which many may sit."""

_ADD = """
insert into kundig.feed (id, hash, workspace, user_id)
select %(id)s, %(hash)s, m.workspace, m.user_id from kundig.membership m join kundig.workspace w on w.id = m.workspace
where w.schema = %(schema)s and m.user_id = %(user)s and m.is_active
on conflict (workspace, user_id) do update set hash = excluded.hash, created_at = now(), used_at = null
"""
_READ = """
select f.created_at, f.used_at from kundig.feed f join kundig.workspace w on w.id = f.workspace
where w.schema = %(schema)s and f.user_id = %(user)s
"""
_END = """
delete from kundig.feed f using kundig.workspace w where w.id = f.workspace and w.schema = %(schema)s and f.user_id = %(user)s
"""


@dataclass(frozen=True, slots=True)
class Feed:
    """That there is a link, without the link."""

    created_at: datetime
    used_at: datetime | None


async def renew_feed(context: Context, user: UUID) -> str:
    """A new link's code; an earlier one ends at once. It can't be read again. Raises Missing if there is no such active user."""
    code, connection = new_code(), context.connection
    schema = connection.schema
    async with connection.directory():
        if not await connection.execute(_ADD, {"id": uuid7(), "hash": hashed(code), "schema": schema, "user": user}):
            raise Missing
    await note(context, FEED_MADE)
    return code


async def feed_of(connection: Connection, user: UUID) -> Feed | None:
    """Whether a person has a link."""
    schema = connection.schema
    async with connection.directory():
        row = await connection.row(_READ, {"schema": schema, "user": user})
    return None if row is None else Feed(row["created_at"], row["used_at"])


async def end_feed(context: Context, user: UUID) -> None:
    """The link leads nowhere from now on."""
    connection = context.connection
    schema = connection.schema
    async with connection.directory():
        ended = await connection.execute(_END, {"schema": schema, "user": user})
    if ended:
        await note(context, FEED_ENDED)


async def count_call(database: Database, code: str, address: str | None) -> None:
    """Count a call of a link before it is looked up; raises TooMany."""
    limits = [
        Limit.of("feed", code, tries=BY_CODE, within=_QUARTER),
        Limit.of("feeds from", place_of(address), tries=BY_ADDRESS, within=_QUARTER),
    ]
    async with database.transaction(None) as connection:
        refusal = await count_try(connection, limits)
    if refusal:
        raise refusal
