"""The second step of signing in, and signing in by a passkey, which needs no other step.

Codes are tried under limits of their own. As with passwords the limit for the person does not hold where they have been signed in,
so that who knows the password can't lock them out; a passkey can't be guessed and has a limit for the address only.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from kundig.base.database import Connection, Database
from kundig.base.database.workspaces import workspace_from
from kundig.base.errors import Invalid, TooMany, Unauthenticated
from kundig.base.i18n import t
from kundig.base.secrets import Secrets
from kundig.engine.audit import note
from kundig.services.identity.audit_events import RECOVERY_CODE_USED, SECOND_STEP_FAILED
from kundig.services.identity.noting import in_workspace
from kundig.services.identity.objects import USER
from kundig.services.identity.passkeys import Site, not_accepted, sign_options, whose_passkey
from kundig.services.identity.recovery import codes_left, use_recovery_code
from kundig.services.identity.sessions import begin_session, has_been_at, note_signed_in
from kundig.services.identity.signing_in import SignedIn, membership_of
from kundig.services.identity.steps import Step, end_step, read_step
from kundig.services.identity.telling import tell
from kundig.services.identity.throttle import Limit, count_try, forgive, place_of
from kundig.services.identity.totp import is_code, use_code

_QUARTER = timedelta(minutes=15)
_DAY = timedelta(days=1)


async def step_of(database: Database, code: str) -> Step:
    """Whose second step it is; raises Unauthenticated."""
    async with database.transaction(None) as connection:
        return await read_step(connection, code)


async def second_step(database: Database, secrets: Secrets, code: str, given: str, *, address: str | None, agent: str) -> SignedIn:
    """Finish a sign-in by a code of the app or a recovery code. Raises Unauthenticated, Invalid, TooMany."""
    step = await step_of(database, code)
    limits = await count_code(database, step.identity, address)
    async with database.transaction(step.workspace) as connection:
        context = step.context(connection, address)
        by_app = is_code(given)
        async with connection.directory():
            right = await code_fits(connection, secrets, step.identity, given) and await end_step(connection, code)
            if right:
                await forgive(connection, limits)
                session = await begin_session(
                    connection, step.number, step.user, agent=agent, address=address, voucher=step.voucher
                )
                left = 0 if by_app else await codes_left(connection, step.identity)
        if not right:
            await note(context, SECOND_STEP_FAILED, object_=USER.name, record=step.user)
        elif not by_app:
            await note(context, RECOVERY_CODE_USED, object_=USER.name, record=step.user, detail={"left": left})
            await tell(connection, step.user, "recovery_code_used", values={"left": str(left)})
        if right:
            await note_signed_in(context, agent, step.voucher)
    if not right:
        raise wrong_code()
    return SignedIn(session, step.user, step.workspace.name)


async def code_fits(connection: Connection, secrets: Secrets, identity: UUID, given: str) -> bool:
    """Whether a code of an app or a recovery code is right; it is used up. The transaction must be in no workspace."""
    if is_code(given):
        return await use_code(connection, secrets, identity, given)
    return await use_recovery_code(connection, identity, given)


async def ask_passkey(database: Database, site: Site, code: str | None, *, address: str | None) -> str:
    """What a passkey is to sign, for who is not signed in; of the person whose second step it is, if it is one. Raises TooMany."""
    await _count_passkey(database, address)
    async with database.transaction(None) as connection:
        try:
            identity = (await read_step(connection, code)).identity if code else None
        except Unauthenticated:
            identity = None
        return await sign_options(connection, site, identity, None)


async def sign_in_with_passkey(
    database: Database, site: Site, answer: str, *, address: str | None, agent: str = "", step: str | None = None
) -> SignedIn:
    """Begin a session by a passkey: as the second step of a sign-in that is underway, or alone. Raises Invalid, TooMany.

    Alone it does not let in who signs in by a provider only: the provider may have let them go.
    """
    await _count_passkey(database, address)
    async with database.transaction(None) as connection:
        identity = await whose_passkey(connection, site, None, answer)
        own = await _underway(connection, step, identity)
        if own is None:
            member = await membership_of(connection, identity, None)
            if member is None:
                raise not_accepted()
            number, user, workspace, voucher = member["workspace"], member["user_id"], workspace_from(member), None
        else:
            number, user, workspace, voucher = own.number, own.user, own.workspace, own.voucher
        if step is not None and not await end_step(connection, step) and own is not None:
            raise not_accepted()
        code = await begin_session(connection, number, user, agent=agent, address=address, voucher=voucher)
        await note_signed_in(await in_workspace(connection, workspace, user, address), agent, voucher)
    return SignedIn(code, user, workspace.name)


async def _underway(connection: Connection, code: str | None, identity: UUID) -> Step | None:
    """The sign-in of this person that the browser has begun."""
    try:
        step = await read_step(connection, code) if code else None
    except Unauthenticated:
        return None
    return step if step is not None and step.identity == identity else None


def wrong_code() -> Invalid:
    """The same for each kind of code, used ones included."""
    return Invalid.one("code", "wrong", t("This code is not right, or was used already."))


async def count_code(database: Database, identity: UUID, address: str | None) -> list[Limit]:
    """Count a try of a code before it is looked at; the limits, to be forgiven if it was right. Raises TooMany."""
    person = str(identity)
    async with database.transaction(None) as connection:
        limits = [Limit.of("code from", person, place_of(address), tries=10, within=_QUARTER)]
        if not await has_been_at(connection, identity, address):
            limits.append(Limit.of("codes", person, tries=50, within=_DAY))
        refusal = await count_try(connection, limits)
    _raise(refusal)
    return limits


async def _count_passkey(database: Database, address: str | None) -> None:
    async with database.transaction(None) as connection:
        refusal = await count_try(connection, [Limit.of("passkey from", place_of(address), tries=100, within=_QUARTER)])
    _raise(refusal)


def _raise(refusal: TooMany | None) -> None:
    if refusal:
        raise refusal
