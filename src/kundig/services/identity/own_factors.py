"""Changing second factors: only right after it was proven who sits there, noted in the audit trail, told by mail.

The first one brings recovery codes and ends all other sessions: they have seen a password only.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

from kundig.base.database import Connection
from kundig.base.errors import Invalid, Missing
from kundig.base.i18n import t
from kundig.base.secrets import Secrets
from kundig.engine.audit import note
from kundig.engine.policy.scope import Scope
from kundig.services.identity.audit_events import CODES_RENEWED, FACTOR_ADDED, FACTOR_REMOVED
from kundig.services.identity.factors import Holder, Kind, factor_name, factors_of, has_factor, holder_of, remove_factor
from kundig.services.identity.objects import USER
from kundig.services.identity.passkeys import Site, add_passkey, registration_options
from kundig.services.identity.recovery import renew_codes
from kundig.services.identity.sessions import end_sessions
from kundig.services.identity.telling import tell
from kundig.services.identity.totp import Offer, add_app

Codes = tuple[str, ...]
"""Recovery codes, to be shown this once; empty if there are some already."""


async def set_up_app(scope: Scope, secrets: Secrets, session: UUID, offer: Offer, *, name: str, code: str) -> Codes:
    """Take an app into use that shows the right code. Raises Invalid, ProofNeeded."""

    async def add(connection: Connection, holder: Holder) -> UUID:
        return await add_app(connection, secrets, holder.identity, name, offer, code)

    return await _added(scope, session, "app", name, add)


async def set_up_passkey(scope: Scope, site: Site, session: UUID, *, name: str, answer: str) -> Codes:
    """Take a passkey into use that the browser has made. Raises Invalid, ProofNeeded."""

    async def add(connection: Connection, holder: Holder) -> UUID:
        return await add_passkey(connection, site, holder.identity, session, name, answer)

    return await _added(scope, session, "passkey", name, add)


async def offer_passkey(scope: Scope, site: Site, session: UUID) -> str:
    """What the browser is to make a passkey by. Raises ProofNeeded."""
    scope.require_proof()
    async with scope.connection.directory():
        holder = await holder_of(scope.connection, own_user(scope))
        return await registration_options(scope.connection, site, holder, session)


async def take_away(scope: Scope, id_: UUID) -> None:
    """Remove one of one's own; the last one stays while a role asks for one. Raises Invalid, Missing, ProofNeeded."""
    scope.require_proof()
    user = own_user(scope)
    if scope.access.second_factor and len((await factors_of(scope.connection, user)).all) == 1:
        raise Invalid.one(
            "factor", "required", t("Your role asks for a second step. Set up another one first, then remove this one.")
        )
    _, factor = await remove_factor(scope.connection, user, id_)
    await note(scope.context, FACTOR_REMOVED, object_=USER.name, record=user, detail={"kind": factor.kind, "name": factor.name})
    await tell(scope.connection, user, "factor_removed", values={"factor": factor.name})


async def new_codes(scope: Scope) -> Codes:
    """New recovery codes instead of all earlier ones. Raises Missing without a second factor, ProofNeeded."""
    scope.require_proof()
    user = own_user(scope)
    async with scope.connection.directory():
        holder = await holder_of(scope.connection, user)
        if not await has_factor(scope.connection, holder.identity):
            raise Missing
        codes = await renew_codes(scope.connection, holder.identity)
    await note(scope.context, CODES_RENEWED, object_=USER.name, record=user)
    await tell(scope.connection, user, "codes_renewed")
    return codes


async def _added(scope: Scope, session: UUID, kind: Kind, name: str, add: Callable[[Connection, Holder], Awaitable[UUID]]) -> Codes:
    scope.require_proof()
    user = own_user(scope)
    codes: Codes = ()
    async with scope.connection.directory():
        holder = await holder_of(scope.connection, user)
        first = not await has_factor(scope.connection, holder.identity)
        await add(scope.connection, holder)
        if first:
            codes = await renew_codes(scope.connection, holder.identity)
    if first:
        await end_sessions(scope.connection, user, but=session)
    await note(scope.context, FACTOR_ADDED, object_=USER.name, record=user, detail={"kind": kind, "name": name})
    await tell(scope.connection, user, "factor_added", values={"factor": name})
    return codes


def own_user(scope: Scope) -> UUID:
    """Who acts; raises Missing for the program itself."""
    if scope.access.user is None:
        raise Missing
    return scope.access.user


__all__ = ["Codes", "factor_name", "new_codes", "offer_passkey", "set_up_app", "set_up_passkey", "take_away"]
