"""Who sends a request: one statement from a token or session to user, workspace and version, in which it also takes the role."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from kundig.base.context import Actor, Workspace
from kundig.base.database import Asked, Connection, Database, Question
from kundig.base.database.names import workspace_role
from kundig.base.database.workspaces import workspace_from
from kundig.base.errors import Unauthenticated
from kundig.engine.audit import note
from kundig.engine.policy.resolve import UNNARROWED, Narrowing
from kundig.services.identity.audit_events import TOKEN_USED
from kundig.services.identity.codes import TOKEN_PREFIX, hashed
from kundig.services.identity.noting import in_workspace

FRESH = timedelta(minutes=10)
"""For so long after it was proven who sits there, what matters can be changed without asking again."""
IDLE = timedelta(hours=24)
"""A session that is not used for so long ends."""
LONGEST = timedelta(days=7)
"""A session ends after so long whatever happens."""

ALIVE = f"s.ends_at > now() and s.seen_at > now() - make_interval(secs => {int(IDLE.total_seconds())})"
"""The condition that a session `s` has not ended."""

By = Literal["session", "token", "feed"]

_WHO = f"""
s.id, s.user_id, m.name as user_name, m.language as user_language, m.time_zone as user_time_zone, w.version,
w.name, w.schema, w.kind, w.currency, w.region, w.language, w.time_zone,
pg_snapshot_xmin(pg_current_snapshot())::text::bigint as position, set_config('role', '{workspace_role("")}' || w.schema, true)
"""
_JOINS = """
join kundig.membership m on m.workspace = s.workspace and m.user_id = s.user_id
join kundig.workspace w on w.id = s.workspace
where s.hash = $1 and m.is_active
"""
_USED_LATELY = "(s.used_at is null or s.used_at < now() - interval '10 minutes') as stale"
# Every request begins with one of them.
_QUESTIONS: Mapping[By, Question] = {
    "session": Question(
        "kundig_session",
        "select case when s.viewed_until > now() then s.viewed end as viewing, s.proven_at,"
        " s.second_step or exists (select from kundig.factor f where f.identity = m.identity) as secured,"
        f" s.seen_at < now() - interval '1 minute' as stale, {_WHO} from kundig.session s {_JOINS} and {ALIVE}",
    ),
    "token": Question(
        "kundig_token",
        f"select s.name as token_name, s.read_only, s.objects, s.rights, {_USED_LATELY}, {_WHO} from kundig.token s {_JOINS}"
        " and (s.expires_at is null or s.expires_at > now())",
    ),
    "feed": Question("kundig_feed", f"select {_USED_LATELY}, {_WHO} from kundig.feed s {_JOINS}"),
}


@dataclass(frozen=True, slots=True)
class Signed:
    """Who a request comes from, and what that leaves of the user's rights. `id` is the session's, token's or feed's."""

    by: By
    id: UUID
    user: UUID
    user_name: str
    language: str
    time_zone: str
    workspace: Workspace
    version: int
    narrowing: Narrowing = UNNARROWED
    token_name: str | None = None
    """What a token is called."""
    position: int = 0
    """How far the feed had got when this was asked: everything before it is seen by what is read from here on."""
    stale: bool = False
    """Its last use was noted some time ago: call `note_use`."""
    viewing: UUID | None = None
    """The colleague whose view a session has for now instead of its own."""
    proven_at: datetime | None = None
    """When it was last proven who sits there: by password, passkey or code."""
    secured: bool = True
    """Whether the person of a session has a second factor, or came by a provider that had asked for one."""

    @property
    def actor(self) -> Actor:
        """Who is answerable for what happens."""
        by_token = self.by == "token"
        return Actor("token", self.id, self.user, self.token_name) if by_token else Actor("user", self.user, self.user)

    @property
    def proven(self) -> bool | None:
        """Whether that was lately; None for tokens and feeds, which were made by somebody who had proven it."""
        if self.by != "session":
            return None
        return self.proven_at is not None and datetime.now(UTC) - self.proven_at < FRESH


def asking(by: By, code: str) -> Asked:
    """Whose a code is, for a transaction to begin with: `authenticate_…` then costs no statement of its own."""
    return _QUESTIONS[by].about(hashed(code))


async def authenticate_session(connection: Connection, code: str) -> Signed:
    """Who a session belongs to; the connection is in their workspace then. Raises Unauthenticated.

    The connection must be in no workspace; it must be the transaction's first statement, so that nothing is done as nobody.
    """
    row = await _found(connection, "session", code)
    signed = _signed("session", row, UNNARROWED)
    return replace(signed, proven_at=row["proven_at"], secured=row["secured"], viewing=row["viewing"])


async def authenticate_token(connection: Connection, token: str) -> Signed:
    """The same for an API token."""
    if not token.startswith(TOKEN_PREFIX):
        raise Unauthenticated
    row = await _found(connection, "token", token)
    return _signed("token", row, _narrowing(row))


async def authenticate_feed(connection: Connection, code: str) -> Signed:
    """The same for the secret link of a calendar, which may only read."""
    return _signed("feed", await _found(connection, "feed", code), Narrowing(read_only=True))


async def narrowing_of(connection: Connection, actor: Actor) -> Narrowing:
    """What is left of a user's rights to an actor, for jobs: of a token what it was given. Raises Unauthenticated if it ended."""
    if actor.kind != "token":
        return UNNARROWED
    async with connection.directory():
        row = await connection.row(_NARROWING, {"id": actor.id})
    if row is None:
        raise Unauthenticated
    return _narrowing(row)


_NARROWING = "select read_only, objects, rights from kundig.token where id = %(id)s and (expires_at is null or expires_at > now())"


def _narrowing(row: dict[str, Any]) -> Narrowing:
    objects, rights = row["objects"], row["rights"]
    return Narrowing(
        read_only=row["read_only"],
        objects=None if objects is None else frozenset(objects),
        rights=None if rights is None else frozenset(rights),
    )


async def note_use(database: Database, signed: Signed, address: str | None = None) -> None:
    """Note that a session or token is in use, if that was not done lately; in a transaction of its own, after the answer.

    The first use of a token on a day goes into the audit trail. `address` is where the request came from.
    """
    if not signed.stale:
        return
    table, column = signed.by, "seen_at" if signed.by == "session" else "used_at"
    async with database.transaction(None) as connection:
        before = await connection.row(_USED.format(table=table, column=column), {"id": signed.id, "zone": signed.time_zone})
        if signed.by == "token" and before is not None and before["new_day"]:
            context = await in_workspace(connection, signed.workspace, signed.user, address)
            await note(replace(context, actor=signed.actor), TOKEN_USED)


# Locked before it is looked at, so that of several requests on a new day one is the first.
_USED = """
with old as (select id, {column} as at from kundig.{table} where id = %(id)s for update)
update kundig.{table} s set {column} = now() from old where s.id = old.id
returning old.at is null or (old.at at time zone %(zone)s)::date < (now() at time zone %(zone)s)::date as new_day
"""


async def _found(connection: Connection, by: By, code: str) -> dict[str, Any]:
    row = await connection.ask(asking(by, code))
    if row is None:
        raise Unauthenticated
    connection.enter(workspace_from(row))
    return row


def _signed(by: By, row: dict[str, Any], narrowing: Narrowing) -> Signed:
    return Signed(
        by=by,
        id=row["id"],
        user=row["user_id"],
        user_name=row["user_name"],
        language=row["user_language"],
        time_zone=row["user_time_zone"],
        workspace=workspace_from(row),
        version=row["version"],
        narrowing=narrowing,
        token_name=row.get("token_name"),
        position=row["position"],
        stale=row["stale"],
    )
