"""Sessions: kept on the server, ended by signing out, by idleness, by age, by a new password and by deactivation."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from kundig.base.context import Context
from kundig.base.database import Connection
from kundig.base.uuid7 import uuid7
from kundig.engine.audit import note
from kundig.services.identity.audit_events import SIGNED_IN
from kundig.services.identity.codes import hashed, new_code
from kundig.services.identity.devices import FORGET_UNUSED, LET_GO
from kundig.services.identity.objects import USER
from kundig.services.identity.signed import ALIVE, LONGEST
from kundig.services.identity.vouchers import Voucher

_BEGIN = """
insert into kundig.session (id, hash, workspace, user_id, ends_at, agent, address, provider, subject, sid, second_step, proven_at)
select %(id)s, %(hash)s, m.workspace, m.user_id, now() + %(longest)s, %(agent)s, %(address)s::inet,
  %(provider)s, %(subject)s, %(sid)s, %(second_step)s, case when %(proven)s then now() else 'epoch' end
from kundig.membership m where m.workspace = %(workspace)s and m.user_id = %(user)s and m.is_active
"""
_FAMILIAR = """exists (
  select from kundig.session s join kundig.membership m on m.workspace = s.workspace and m.user_id = s.user_id
  where m.identity = {identity} and s.address = %(address)s::inet)"""
_LIST = """
select s.id, s.created_at, s.seen_at, s.agent, host(s.address) as address from kundig.session s
join kundig.workspace w on w.id = s.workspace
where w.schema = %(schema)s and s.user_id = %(user)s and s.ends_at > now() order by s.seen_at desc
"""
_END = """
delete from kundig.session s using kundig.workspace w
where w.id = s.workspace and w.schema = %(schema)s and s.user_id = %(user)s
and (%(only)s::uuid is null or s.id = %(only)s) and s.id is distinct from %(but)s::uuid
"""
_LIVING = f"""
select s.id from kundig.session s join kundig.membership m on m.workspace = s.workspace and m.user_id = s.user_id
where s.id = any(%(ids)s) and m.is_active and {ALIVE}
"""


async def begin_session(
    connection: Connection,
    workspace: int,
    user: UUID,
    *,
    agent: str,
    address: str | None,
    voucher: Voucher | None = None,
    proven: bool = True,
) -> str:
    """A new session; its code, for the cookie. The transaction must be in no workspace.

    `voucher`: of who came by a provider; `proven`: whether who sits there has shown who they are just now.
    """
    code = new_code()
    await connection.execute(
        _BEGIN,
        {
            "id": uuid7(),
            "hash": hashed(code),
            "workspace": workspace,
            "user": user,
            "longest": LONGEST,
            "agent": printable(agent),
            "address": address,
            "provider": voucher and voucher.provider,
            "subject": voucher and voucher.subject,
            "sid": voucher and voucher.sid,
            "second_step": voucher is not None and voucher.second_step,
            "proven": proven,
        },
    )
    return code


async def note_signed_in(context: Context, agent: str, voucher: Voucher | None = None) -> None:
    """Note that somebody has got in, by a provider if there is a voucher; the transaction is in the workspace."""
    detail = {"browser": printable(agent)}
    if voucher is None:
        await note(context, SIGNED_IN, detail=detail)
    else:
        detail |= {"provider": voucher.provider, "subject": voucher.subject}
        await note(context, SIGNED_IN, object_=USER.name, record=context.actor.user, detail=detail)


async def renew_session(connection: Connection, session: UUID) -> str:
    """Another code for a session that may do more from now on; the one before is worth nothing. The new one, for the cookie."""
    code = new_code()
    async with connection.directory():
        await connection.execute(
            "update kundig.session set hash = %(hash)s where id = %(id)s", {"id": session, "hash": hashed(code)}
        )
    return code


async def note_proof(connection: Connection, session: UUID) -> None:
    """Note that who sits at a session has just shown who they are. The transaction must be in no workspace."""
    await connection.execute("update kundig.session set proven_at = now() where id = %(id)s", {"id": session})


def familiar(identity: str) -> str:
    """The condition that somebody is signed in from the parameter `address`; `identity` is what SQL calls them."""
    return _FAMILIAR.format(identity=identity)


async def has_been_at(connection: Connection, identity: UUID, address: str | None) -> bool:
    """Whether somebody is signed in from an address already. The transaction must be in no workspace."""
    return bool(await connection.value(f"select {familiar('%(identity)s')}", {"identity": identity, "address": address}))


def printable(agent: str) -> str:
    """What a browser calls itself, fit to be kept and shown."""
    return "".join(c for c in agent[:300] if c.isprintable())


async def sign_out(connection: Connection, code: str) -> None:
    """End a session, whoever it belongs to. The transaction must be in no workspace."""
    await connection.execute("delete from kundig.session where hash = %(hash)s", {"hash": hashed(code)})


async def living(connection: Connection, ids: Collection[UUID]) -> set[UUID]:
    """Those of the sessions that have not ended. The transaction must be in no workspace."""
    return set(await connection.values(_LIVING, {"ids": list(ids)})) if ids else set()


async def sessions_of(connection: Connection, user: UUID) -> list[dict[str, Any]]:
    """A user's sessions, the latest used first: id, created_at, seen_at, agent, address."""
    schema = connection.schema
    async with connection.directory():
        return await connection.rows(_LIST, {"schema": schema, "user": user})


async def end_sessions(connection: Connection, user: UUID, *, only: UUID | None = None, but: UUID | None = None) -> int:
    """End a user's sessions in this workspace: one, or all, or all but one; how many there were."""
    schema = connection.schema
    async with connection.directory():
        return await connection.execute(_END, {"schema": schema, "user": user, "only": only, "but": but})


async def forget_ended(connection: Connection) -> int:
    """Remove sessions, links, devices and half sign-ins whose time is over. The transaction must be in no workspace."""
    await connection.execute(LET_GO)
    await connection.execute(FORGET_UNUSED)
    links = await connection.execute("delete from kundig.link where expires_at < now()")
    for table in ("challenge", "sign_in_step"):
        await connection.execute(f"delete from kundig.{table} where ends_at < now()")
    return links + await connection.execute("delete from kundig.session where ends_at < now()")
