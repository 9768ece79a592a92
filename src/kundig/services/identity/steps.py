"""Sign-ins underway: the password was right, or a provider has vouched, and the second step is missing.

One opens nothing but that step, and only for minutes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from kundig.base.context import Actor, Context, Workspace
from kundig.base.database import Connection
from kundig.base.database.workspaces import workspace_from
from kundig.base.errors import Unauthenticated
from kundig.services.identity.codes import hashed, new_code
from kundig.services.identity.vouchers import Voucher

LIFETIME = timedelta(minutes=10)

_BEGIN = """
insert into kundig.sign_in_step (hash, workspace, user_id, ends_at, provider, subject, sid)
values (%(hash)s, %(workspace)s, %(user)s, now() + %(lifetime)s, %(provider)s, %(subject)s, %(sid)s)
"""
_READ = """
select s.workspace as number, s.user_id, m.identity, i.email, m.language as user_language, s.provider, s.subject, s.sid,
  w.name, w.schema, w.kind, w.currency, w.region, w.language, w.time_zone
from kundig.sign_in_step s join kundig.membership m on m.workspace = s.workspace and m.user_id = s.user_id
join kundig.identity i on i.id = m.identity join kundig.workspace w on w.id = s.workspace
where s.hash = %(hash)s and s.ends_at > now() and m.is_active
"""


@dataclass(frozen=True, slots=True)
class Step:
    """Who has given the right password, or came by a provider. `number` is the workspace's in the directory."""

    user: UUID
    identity: UUID
    email: str
    language: str
    number: int
    workspace: Workspace
    voucher: Voucher | None = None

    def context(self, connection: Connection, address: str | None) -> Context:
        """What is noted in the audit trail is noted as them."""
        return Context(connection, self.workspace, Actor("user", self.user, self.user), "web", self.language, address=address)


async def begin_step(connection: Connection, workspace: int, user: UUID, voucher: Voucher | None = None) -> str:
    """A sign-in underway; its code, for a cookie of its own. The transaction must be in no workspace."""
    code = new_code()
    values = {"hash": hashed(code), "workspace": workspace, "user": user, "lifetime": LIFETIME}
    by = {"provider": voucher and voucher.provider, "subject": voucher and voucher.subject, "sid": voucher and voucher.sid}
    await connection.execute(_BEGIN, values | by)
    return code


async def read_step(connection: Connection, code: str) -> Step:
    """Whose it is; raises Unauthenticated: then one begins anew. The transaction must be in no workspace."""
    row = await connection.row(_READ, {"hash": hashed(code)})
    if row is None:
        raise Unauthenticated
    voucher = None if row["provider"] is None else Voucher(row["provider"], row["subject"], row["sid"])
    return Step(row["user_id"], row["identity"], row["email"], row["user_language"], row["number"], workspace_from(row), voucher)


async def end_step(connection: Connection, code: str) -> bool:
    """End it; False if that was done before. The transaction must be in no workspace."""
    return bool(await connection.execute("delete from kundig.sign_in_step where hash = %(hash)s", {"hash": hashed(code)}))
