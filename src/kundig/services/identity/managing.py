"""What those who manage users may do with the sign-in of others: never with that of somebody who has more rights than they."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from kundig.base.errors import Denied, Missing
from kundig.base.i18n import t
from kundig.engine.audit import note
from kundig.engine.policy.scope import Scope
from kundig.services.identity.audit_events import FACTORS_RESET, LINK_SENT, SESSION_ENDED
from kundig.services.identity.factors import reset_factors
from kundig.services.identity.links import Invitation, invite
from kundig.services.identity.objects import USER
from kundig.services.identity.sessions import end_sessions
from kundig.services.identity.telling import tell

RIGHT = "manage_users"


def may_give(scope: Scope, name: str) -> bool:
    """Whether a role has no more rights than the actor."""
    role = scope.model.roles[name]
    if scope.access.everything or scope.access.user is None:
        return True
    return not role.everything and set(role.rights) <= scope.access.rights


def administers(scope: Scope, roles: Collection[str] | None) -> bool:
    """Whether somebody with these roles may do everything."""
    known = scope.model.roles
    return any(known[name].everything for name in roles or () if name in known)


async def require_managing(scope: Scope, user: UUID) -> str:
    """The name of a user whose sign-in the actor may look after. Raises Denied, Missing."""
    scope.require(RIGHT)
    row = await scope.connection.row('select name, role from {ws}."user" where id = %(id)s and deleted_at is null', {"id": user})
    if row is None:
        raise Missing
    if not all(may_give(scope, name) for name in row["role"] or () if name in scope.model.roles):
        raise Denied(t("This user has more rights than you: somebody else has to do this."))
    name: str = row["name"]
    return name


async def link_for(scope: Scope, user: UUID) -> Invitation:
    """A link by which somebody chooses a password. Raises Denied, Missing, ProofNeeded."""
    await require_managing(scope, user)
    scope.require_proof()
    invitation = await invite(scope.connection, user)
    await note(scope.context, LINK_SENT, object_=USER.name, record=user)
    return invitation


async def reset_for(scope: Scope, user: UUID, *, by: str) -> int:
    """Take all second factors of somebody away who can't get in any more, and end their sessions; how many there were.

    `by` is who does it, for the mail. Raises Denied, Missing, ProofNeeded.
    """
    await require_managing(scope, user)
    scope.require_proof()
    _, removed = await reset_factors(scope.connection, user)
    ended = await end_sessions(scope.connection, user)
    await note(scope.context, FACTORS_RESET, object_=USER.name, record=user, detail={"factors": removed, "sessions": ended})
    if removed:
        await tell(scope.connection, user, "factors_reset", values={"by": by})
    return removed


async def end_for(scope: Scope, user: UUID, *, only: UUID | None = None, but: UUID | None = None) -> int:
    """End one session of somebody, or all (but one); how many there were. Raises Denied, Missing."""
    await require_managing(scope, user)
    ended = await end_sessions(scope.connection, user, only=only, but=but)
    if ended:
        await note(scope.context, SESSION_ENDED, object_=USER.name, record=user, detail={"count": ended})
    return ended
