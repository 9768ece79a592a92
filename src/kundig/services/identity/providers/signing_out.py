"""Ending the sessions that a provider had begun: it says so, or it is no longer the one that is believed."""

from __future__ import annotations

from datetime import timedelta

from kundig.base.context import Context
from kundig.engine.audit import Noted, note_all
from kundig.services.identity.audit_events import SIGNED_OUT_BY_PROVIDER
from kundig.services.identity.objects import USER
from kundig.services.identity.providers.id_tokens import FRESH, LEEWAY, Claims
from kundig.services.identity.providers.refusals import ProviderRefusal
from kundig.services.identity.throttle import Limit, count_try

# Where both are named, a session of that person whose name there we were not told may be the one that is meant.
_MEANT = """
using kundig.workspace w where w.id = s.workspace and w.schema = %(schema)s and s.provider = %(provider)s
and (%(subject)s::text is null or s.subject = %(subject)s)
and (%(sid)s::text is null or s.sid = %(sid)s or (s.sid is null and %(subject)s::text is not null))
"""
_END = f"""
with ended as (delete from kundig.session s {_MEANT} returning s.user_id, s.subject)
select user_id, subject, count(*) as count from ended group by user_id, subject
"""
_ALL = """
using kundig.workspace w where w.id = s.workspace and w.schema = %(schema)s and s.provider = %(provider)s
and s.user_id is distinct from %(but)s::uuid
"""
_END_STEPS = f"delete from kundig.sign_in_step s {_MEANT}"
_ONCE = timedelta(seconds=2 * (FRESH + 2 * LEEWAY))
"""For as long as a token is fresh it is remembered."""


async def end_vouched(context: Context, provider: str, claims: Claims) -> int:
    """End what the claims of a logout token mean; how many sessions that were. Raises ProviderRefusal if it was used before.

    All of it is one transaction: a provider that is not answered sends its token again.
    """
    connection = context.connection
    subject, sid = claims.get("sub"), claims.get("sid")
    values = {"schema": connection.schema, "provider": provider, "subject": subject, "sid": sid}
    once = Limit.of("logout token", str(connection.schema), provider, claims["jti"], tries=1, within=_ONCE)
    async with connection.directory():
        if await count_try(connection, [once]):
            raise ProviderRefusal("jti")
        ended = await connection.rows(_END, values)
        await connection.execute(_END_STEPS, values)
    await note_all(
        context,
        [
            Noted(
                SIGNED_OUT_BY_PROVIDER,
                USER.name,
                row["user_id"],
                {"provider": provider, "subject": row["subject"], "count": row["count"]},
            )
            for row in ended
        ],
    )
    return sum(row["count"] for row in ended)


async def end_all(context: Context, provider: str) -> int:
    """End all that began by a provider which is believed no more; how many sessions that were.

    Those of the person who decides it stay: they have just proven who they are, and would see no outcome. Devices and tokens stay.
    """
    values = {"schema": context.connection.schema, "provider": provider, "but": context.actor.user}
    async with context.connection.directory():
        await context.connection.execute(f"delete from kundig.sign_in_step s {_ALL}", values)
        return await context.connection.execute(f"delete from kundig.session s {_ALL}", values)
