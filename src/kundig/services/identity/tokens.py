"""API tokens: made for a user, narrower than the user if wished, shown once, kept as hashes."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from kundig.base.context import Context
from kundig.base.database import Connection
from kundig.base.errors import Missing
from kundig.base.uuid7 import uuid7
from kundig.engine.audit import Noted, note, note_all
from kundig.engine.policy.resolve import UNNARROWED, Narrowing
from kundig.services.identity.audit_events import TOKEN_MADE, TOKEN_REVOKED
from kundig.services.identity.codes import TOKEN_PREFIX, hashed, new_code
from kundig.services.identity.objects import USER

_ADD = """
insert into kundig.token (id, hash, workspace, user_id, name, read_only, objects, rights, expires_at)
select %(id)s, %(hash)s, m.workspace, m.user_id, %(name)s, %(read_only)s, %(objects)s, %(rights)s, %(expires_at)s
from kundig.membership m join kundig.workspace w on w.id = m.workspace
where w.schema = %(schema)s and m.user_id = %(user)s and m.is_active
"""
_LIST = """
select t.id, t.name, t.read_only, t.objects, t.rights, t.created_at, t.used_at, t.expires_at from kundig.token t
join kundig.workspace w on w.id = t.workspace where w.schema = %(schema)s and t.user_id = %(user)s order by t.created_at desc
"""
_END = """
delete from kundig.token t using kundig.workspace w
where w.id = t.workspace and w.schema = %(schema)s and t.user_id = %(user)s and (%(only)s::uuid is null or t.id = %(only)s)
returning t.id, t.name
"""


async def add_token(
    context: Context, user: UUID, name: str, *, narrowing: Narrowing = UNNARROWED, expires_at: datetime | None = None
) -> str:
    """A new token of an active user of the context's workspace, made by its actor; it can't be read again. Raises Missing."""
    token, id_, connection = new_code(TOKEN_PREFIX), uuid7(), context.connection
    called = name.strip()[:200]
    values = {
        "id": id_,
        "hash": hashed(token),
        "schema": connection.schema,
        "user": user,
        "name": called,
        "read_only": narrowing.read_only,
        "objects": None if narrowing.objects is None else sorted(narrowing.objects),
        "rights": None if narrowing.rights is None else sorted(narrowing.rights),
        "expires_at": expires_at,
    }
    async with connection.directory():
        added = await connection.execute(_ADD, values)
    if not added:
        raise Missing
    detail: dict[str, Any] = {"token": str(id_), "name": called, "read_only": narrowing.read_only}
    if expires_at is not None:
        detail["until"] = expires_at.isoformat()
    if narrowing.objects is not None:
        detail["objects"] = sorted(narrowing.objects)
    await note(context, TOKEN_MADE, object_=USER.name, record=user, detail=detail)
    return token


async def tokens_of(connection: Connection, user: UUID) -> list[dict[str, Any]]:
    """A user's tokens, the newest first, without the tokens themselves."""
    schema = connection.schema
    async with connection.directory():
        return await connection.rows(_LIST, {"schema": schema, "user": user})


async def end_tokens(context: Context, user: UUID, *, only: UUID | None = None) -> int:
    """End one or all tokens of a user at once, as the context's actor; how many there were."""
    connection = context.connection
    schema = connection.schema
    async with connection.directory():
        ended = await connection.rows(_END, {"schema": schema, "user": user, "only": only})
    details = [{"token": str(row["id"]), "name": row["name"]} for row in ended]
    await note_all(context, [Noted(TOKEN_REVOKED, USER.name, user, detail) for detail in details])
    return len(ended)
