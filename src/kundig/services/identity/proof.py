"""Showing once more that it is still the same person, before something that matters: by password, code or passkey."""

from __future__ import annotations

from kundig.base.database import Database
from kundig.base.secrets import Secrets
from kundig.engine.policy.scope import Scope
from kundig.services.identity.factors import holder_of
from kundig.services.identity.own_factors import own_user
from kundig.services.identity.passkeys import Site, not_accepted, sign_options, whose_passkey
from kundig.services.identity.second_step import code_fits, count_code, wrong_code
from kundig.services.identity.sessions import note_proof
from kundig.services.identity.signed import Signed
from kundig.services.identity.throttle import forgive


async def prove_by_code(database: Database, secrets: Secrets, signed: Signed, given: str, *, address: str | None) -> None:
    """Take the code of an app, or a recovery code. Raises Invalid, TooMany."""
    async with database.transaction(signed.workspace) as connection, connection.directory():
        holder = await holder_of(connection, signed.user)
    limits = await count_code(database, holder.identity, address)
    async with database.transaction(None) as connection:
        if not await code_fits(connection, secrets, holder.identity, given):
            raise wrong_code()
        await forgive(connection, limits)
        await note_proof(connection, signed.id)


async def proof_options(scope: Scope, site: Site, signed: Signed) -> str:
    """What one's own passkey is to sign."""
    async with scope.connection.directory():
        holder = await holder_of(scope.connection, own_user(scope))
        return await sign_options(scope.connection, site, holder.identity, signed.id)


async def prove_by_passkey(scope: Scope, site: Site, signed: Signed, answer: str) -> None:
    """Take the signature of one's own passkey. Raises Invalid."""
    async with scope.connection.directory():
        holder = await holder_of(scope.connection, own_user(scope))
        if await whose_passkey(scope.connection, site, signed.id, answer) != holder.identity:
            raise not_accepted()
        await note_proof(scope.connection, signed.id)
