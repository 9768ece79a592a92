"""Signing in at a provider: out with a sealed trip, back with a code, and then a session as after a password.

A provider's sign-in counts as a password does, and as a second step too where it says that it has asked for one, in words that its
settings name. While a provider is asked something no connection is held, and nothing that it does or fails to do keeps anybody from
signing in with a password.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from kundig.base.context import Actor, Context, Workspace
from kundig.base.database import Database
from kundig.base.database.workspaces import version_of
from kundig.base.errors import Conflict, Missing
from kundig.base.secrets import Secrets
from kundig.engine.audit import note
from kundig.engine.extension import AuditEvent, SignInProvider
from kundig.engine.policy.scope import Scope
from kundig.services.identity.audit_events import IDENTITY_LINKED, SIGN_IN_REFUSED
from kundig.services.identity.factors import has_factor
from kundig.services.identity.noting import NOBODY, in_workspace
from kundig.services.identity.providers import trips
from kundig.services.identity.providers.client_secrets import secret_of
from kundig.services.identity.providers.exchanging import exchanged, with_user_info
from kundig.services.identity.providers.id_tokens import LEEWAY, Claims, id_claims, logout_claims
from kundig.services.identity.providers.identities import bind, user_of
from kundig.services.identity.providers.issuers import Issuers
from kundig.services.identity.providers.people import person_of, wanted_claims
from kundig.services.identity.providers.refusals import ProviderRefusal
from kundig.services.identity.providers.signing_out import end_vouched
from kundig.services.identity.providers.trips import Returned, Trip
from kundig.services.identity.providers.vouching import voucher_of
from kundig.services.identity.scopes import Scopes
from kundig.services.identity.sessions import begin_session, note_proof, note_signed_in
from kundig.services.identity.signed import Signed
from kundig.services.identity.signing_in import SignedIn
from kundig.services.identity.steps import begin_step
from kundig.services.identity.throttle import Limit, count_try, forgive, place_of

SOURCE = "web"
_LATELY = 300
"""So many seconds ago somebody may have signed in at the provider for that to prove who they are."""
_MEMBER = """
select w.id as number, m.identity from kundig.workspace w join kundig.membership m on m.workspace = w.id
where w.schema = %(schema)s and m.user_id = %(user)s and m.is_active
"""


@dataclass(frozen=True)
class Providers:
    """The providers of an installation's workspace, and what it takes to sign in at one."""

    database: Database
    scopes: Scopes
    secrets: Secrets
    issuers: Issuers
    workspace: Workspace
    base_url: str

    def redirect(self, name: str) -> str:
        """The address that the provider sends browsers back to. Each has its own, so that one can't answer for another."""
        return f"{self.base_url.rstrip('/')}/sign-in/with/{name}/back"

    def signed_out(self, name: str) -> str:
        """The address at which the provider tells who has signed out there."""
        return f"{self.base_url.rstrip('/')}/sign-in/with/{name}/signed-out"

    async def offered(self) -> list[SignInProvider]:
        """All there are."""
        async with self.database.transaction(self.workspace, readonly=True) as connection:
            model = await self.scopes.models.at(connection, self.workspace, await version_of(connection, self.workspace))
        return sorted(model.providers.values(), key=lambda provider: provider.name)

    async def named(self, name: str) -> SignInProvider:
        """One of them; raises Missing."""
        found = next((provider for provider in await self.offered() if provider.name == name), None)
        if found is None:
            raise Missing
        return found

    async def address(self, trip: Trip) -> str:
        """Where to send the browser that sets out; raises Missing, ProviderRefusal."""
        provider = await self.named(trip.provider)
        metadata = await self.issuers.metadata(provider.issuer)
        return trips.address_of(trip, provider, metadata, self.redirect(trip.provider))

    async def come_back(self, provider: SignInProvider, trip: Trip, returned: Returned) -> Claims:
        """What the provider says of who has come back; raises ProviderRefusal."""
        name = provider.name
        metadata = await self.issuers.metadata(provider.issuer)
        trips.check_return(trip, name, metadata, returned)
        async with self.database.transaction(self.workspace) as connection:
            secret = await secret_of(connection, self.secrets, name)
        redirect = self.redirect(name)
        tokens = await exchanged(
            self.issuers, metadata, provider, secret, code=returned.code, verifier=trip.verifier, redirect=redirect
        )
        claims = await id_claims(self.issuers, metadata, tokens.id_token, client_id=provider.client_id, nonce=trip.nonce)
        return await with_user_info(self.issuers, metadata, claims, tokens.access_token, wanted_claims(provider))

    async def enter(self, provider: SignInProvider, claims: Claims, *, address: str | None, agent: str) -> SignedIn:
        """Begin the session of whom the claims mean, or their second step. Raises ProviderRefusal."""
        voucher = voucher_of(provider, claims)
        async with self._as_program(address) as scope:
            user = await person_of(scope, provider, claims)
        async with self.database.transaction(None) as connection:
            member = await connection.row(_MEMBER, {"schema": self.workspace.schema, "user": user})
            if member is None:
                raise ProviderRefusal("inactive")
            whole = voucher.second_step or not await has_factor(connection, member["identity"])
            if whole:
                code = await begin_session(
                    connection, member["number"], user, agent=agent, address=address, voucher=voucher, proven=_was_asked(claims)
                )
                await note_signed_in(await in_workspace(connection, self.workspace, user, address), agent, voucher)
            else:
                code = await begin_step(connection, member["number"], user, voucher)
        return SignedIn(code, user, self.workspace.name, whole)

    async def link(self, scope: Scope, provider: SignInProvider, claims: Claims) -> None:
        """Let the person of a scope sign in as who the claims mean from now on; raises ProviderRefusal."""
        user = _person(scope)
        try:
            await bind(scope.connection, user, str(claims["iss"]), str(claims["sub"]))
        except Conflict as error:
            raise ProviderRefusal("linked", error.text) from error
        await _note(scope.context, IDENTITY_LINKED, user, provider, claims)

    async def prove(self, scope: Scope, signed: Signed, claims: Claims) -> None:
        """Take it as proven who sits there; raises ProviderRefusal if that is somebody else, or was asked some time ago."""
        if not _was_asked(claims):
            raise ProviderRefusal("auth_time")
        if await user_of(scope.connection, str(claims["iss"]), str(claims["sub"])) != signed.user:
            raise ProviderRefusal("somebody_else")
        async with scope.connection.directory():
            await note_proof(scope.connection, signed.id)

    async def sign_out(self, provider: SignInProvider, token: str, address: str | None) -> int:
        """End the sessions that a provider's logout token is about; how many there were. Raises ProviderRefusal.

        A token is good for once.
        """
        metadata = await self.issuers.metadata(provider.issuer)
        claims = await logout_claims(self.issuers, metadata, token, client_id=provider.client_id)
        async with self._as_program(address) as scope:
            return await end_vouched(scope.context, provider.name, claims)

    async def count(self, address: str | None, *, what: str = "provider", rightful: bool = False) -> None:
        """Count somebody's coming back, or another thing that is asked without being signed in, or take it back; raises TooMany."""
        limits = [Limit.of(what, place_of(address), tries=60, within=timedelta(minutes=15))]
        async with self.database.transaction(None) as connection:
            if rightful:
                await forgive(connection, limits)
                return
            refusal = await count_try(connection, limits)
        if refusal:
            raise refusal

    async def note_refusal(self, name: str, refusal: ProviderRefusal, address: str | None) -> None:
        """Note that somebody was not let in."""
        async with self._as_program(address) as scope:
            detail = {"provider": name, "reason": refusal.reason, "said": refusal.detail}
            context = replace(scope.context, actor=NOBODY)
            await note(context, SIGN_IN_REFUSED, detail={key: value for key, value in detail.items() if value})

    @asynccontextmanager
    async def _as_program(self, address: str | None) -> AsyncIterator[Scope]:
        async with self.database.transaction(self.workspace) as connection:
            scope = await self.scopes.of_system(connection, self.workspace, SOURCE)
            yield replace(scope, context=replace(scope.context, address=address))


def _was_asked(claims: Claims) -> bool:
    """Whether the provider has asked who it is just now, not only known it still."""
    since = claims.get("auth_time")
    return isinstance(since, int | float) and since >= time.time() - _LATELY - LEEWAY


async def _note(context: Context, event: AuditEvent, user: UUID, provider: SignInProvider, claims: Claims, **more: Any) -> None:
    detail = {"provider": provider.name, "subject": claims["sub"], **more}
    await note(replace(context, actor=Actor("user", user, user)), event, object_="user", record=user, detail=detail)


def _person(scope: Scope) -> UUID:
    assert scope.access.user is not None, "only people link accounts"
    return scope.access.user
