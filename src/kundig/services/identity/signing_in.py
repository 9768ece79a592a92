"""Signing in with address and password, and changing the password.

An unknown address takes as long and is answered as a wrong password. Tries are limited for the pair of account and address, for the
address, and for the account; the last limit does not hold where somebody has signed in to the account lately, so that an attack
from elsewhere does not lock its owner out.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from kundig.base.database import Connection, Database
from kundig.base.database.workspaces import workspace_from
from kundig.base.errors import Invalid, Unauthenticated
from kundig.base.i18n import t
from kundig.base.jobs import Job, JobRun, first_time, queue
from kundig.engine.audit import note
from kundig.engine.configuration.store import company_of
from kundig.services.identity import passwords
from kundig.services.identity.audit_events import PASSWORD_CHANGED, SIGN_IN_FAILED
from kundig.services.identity.factors import has_factor
from kundig.services.identity.links import set_password
from kundig.services.identity.noting import in_workspace
from kundig.services.identity.objects import USER
from kundig.services.identity.sessions import begin_session, familiar, has_been_at, note_proof, note_signed_in
from kundig.services.identity.signed import Signed
from kundig.services.identity.steps import begin_step
from kundig.services.identity.throttle import Limit, count_try, forgive, place_of

FAILED_JOB = "identity.sign_in_failed"
_security = logging.getLogger("kundig.security")
_QUARTER = timedelta(minutes=15)
_HOUR = timedelta(hours=1)

_ACCOUNT = f"""
select i.id, i.password, i.email, {familiar("i.id")} as familiar from kundig.identity i where i.email = %(email)s
"""
_MEMBERSHIP = """
select m.workspace, m.user_id, w.name, w.schema, w.kind, w.currency, w.region, w.language, w.time_zone
from kundig.membership m join kundig.workspace w on w.id = m.workspace
where m.identity = %(identity)s and m.is_active and (%(workspace)s::text is null or w.name = %(workspace)s)
and not exists (select from kundig.provider_identity p where p.workspace = m.workspace and p.user_id = m.user_id and p.sole)
order by m.workspace limit 1
"""
_OWN = """
select i.id, i.email, i.password, m.name from kundig.identity i
join kundig.membership m on m.identity = i.id join kundig.workspace w on w.id = m.workspace
where w.schema = %(schema)s and m.user_id = %(user)s
"""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session: the code for the cookie, and whose it is."""

    code: str
    user: UUID
    workspace: str
    whole: bool = True
    """False: the password was right and a second step is missing (`second_step.py`); the code is for that and opens no page."""


def refusal() -> Unauthenticated:
    """One answer for everything that can be wrong, so that nothing can be learnt from it."""
    return Unauthenticated(t("E-mail or password is not right."))


async def sign_in(
    database: Database, email: str, password: str, *, address: str | None, agent: str = "", workspace: str | None = None
) -> SignedIn:
    """Begin a session, or the second step for who has a second factor. Raises Unauthenticated, TooMany.

    `address` is the peer's, as the socket says.
    Opens its own transactions: a try must stay counted, and no connection is held while the password is checked.
    """
    wanted = email.strip().lower()[:254]
    async with database.transaction(None) as connection:
        account = await connection.row(_ACCOUNT, {"email": wanted, "address": address})
        limits = _limits(wanted, address, familiar=bool(account and account["familiar"]))
        too_many = await count_try(connection, limits)
    if too_many:
        raise too_many
    right = await passwords.fits(password, account["password"] if account else None)
    if not right or account is None:
        await _refused(database, wanted, workspace, address)
        raise refusal()
    renewed = await passwords.hash_password(password) if passwords.outdated(account["password"]) else None
    async with database.transaction(None) as connection:
        member = await membership_of(connection, account["id"], workspace)
        if member is None:
            raise refusal()
        await forgive(connection, limits)
        if renewed:
            update = "update kundig.identity set password = %(new)s where id = %(id)s and password = %(old)s"
            await connection.execute(update, {"new": renewed, "id": account["id"], "old": account["password"]})
        # a link that was sent and not needed must not lie around
        await connection.execute("delete from kundig.link where identity = %(id)s", {"id": account["id"]})
        whole = not await has_factor(connection, account["id"])
        if whole:
            code = await begin_session(connection, member["workspace"], member["user_id"], agent=agent, address=address)
            await note_signed_in(await in_workspace(connection, workspace_from(member), member["user_id"], address), agent)
        else:
            code = await begin_step(connection, member["workspace"], member["user_id"])
    return SignedIn(code, member["user_id"], member["name"], whole)


async def membership_of(connection: Connection, identity: UUID, workspace: str | None) -> dict[str, Any] | None:
    """Where somebody signs in: `workspace` (number), `user_id` and the workspace's own; the first if none is named.

    The transaction must be in no workspace.
    """
    return await connection.row(_MEMBERSHIP, {"identity": identity, "workspace": workspace})


async def _refused(database: Database, email: str, workspace: str | None, address: str | None) -> None:
    """Tell those who watch over security, and have a job find out who was meant: the same for every address, known or not."""
    _security.info("sign-in refused", extra={"address": address})
    async with database.transaction(None) as connection:
        payload = {"email": email, "workspace": workspace, "address": address, "at": datetime.now(UTC).isoformat()}
        await queue(connection, FAILED_JOB, payload)


async def _note_failed(run: JobRun) -> None:
    """Note a failed sign-in where somebody has the address; what was typed for nobody is forgotten."""
    async with run.database.transaction(None) as connection:
        if not await first_time(connection, run):
            return
        given = run.payload
        identity = await connection.value("select id from kundig.identity where email = %(email)s", {"email": given["email"]})
        member = await membership_of(connection, identity, given["workspace"])
        if member is None:
            return
        context = await in_workspace(connection, workspace_from(member), None, given["address"])
        at = datetime.fromisoformat(given["at"])
        await note(context, SIGN_IN_FAILED, object_=USER.name, record=member["user_id"], at=at)


FAILED = Job(FAILED_JOB, _note_failed, per_workspace=False)


async def change_password(
    database: Database, signed: Signed, current: str, new: str, *, address: str | None, agent: str = ""
) -> str:
    """Set another password; all sessions end, a new one begins, whose code is returned. Raises Invalid, TooMany."""
    own = await _proven(database, signed, current, address=address)
    async with database.transaction(signed.workspace, readonly=True) as connection:
        company = await company_of(connection)
    await passwords.check_new(new, own["email"], own["name"], company)
    stored = await passwords.hash_password(new)
    async with database.transaction(None) as connection:
        await set_password(connection, own["id"], stored)
        find = "select id from kundig.workspace where schema = %(schema)s"
        workspace = await connection.value(find, {"schema": signed.workspace.schema})
        code = await begin_session(connection, workspace, signed.user, agent=agent, address=address)
        await note(await in_workspace(connection, signed.workspace, signed.user, address), PASSWORD_CHANGED)
        return code


async def prove(database: Database, signed: Signed, password: str, *, address: str | None) -> None:
    """Take the right password as proof that it is still the same person. Raises Invalid, TooMany."""
    await _proven(database, signed, password, address=address)
    async with database.transaction(None) as connection:
        await note_proof(connection, signed.id)


async def set_first_password(connection: Connection, user: UUID, password: str) -> None:
    """Give a user of the connection's workspace a password, for the command line and the first start. Raises Invalid."""
    schema, company = connection.schema, await company_of(connection)
    async with connection.directory():
        own = await connection.row(_OWN, {"schema": schema, "user": user})
        if own is None:
            raise Invalid.one("email", "not_found", t("There is no such user."))
        await passwords.check_new(password, own["email"], own["name"], company)
        await set_password(connection, own["id"], await passwords.hash_password(password))


async def _proven(database: Database, signed: Signed, password: str, *, address: str | None) -> dict[str, Any]:
    """The identity of who is signed in, if the password is right."""
    async with database.transaction(None) as connection:
        own = await connection.row(_OWN, {"schema": signed.workspace.schema, "user": signed.user})
        if own is None:
            raise Unauthenticated
        limits = _limits(own["email"], address, familiar=await has_been_at(connection, own["id"], address))
        too_many = await count_try(connection, limits)
    if too_many:
        raise too_many
    if not await passwords.fits(password, own["password"]):
        raise Invalid.one("password", "wrong", t("This is not your current password."))
    async with database.transaction(None) as connection:
        await forgive(connection, limits)
    return own


def _limits(email: str, address: str | None, *, familiar: bool) -> list[Limit]:
    limits = [
        Limit.of("account from", email, place_of(address), tries=10, within=_QUARTER),
        Limit.of("address", place_of(address), tries=60, within=_QUARTER),
    ]
    # beyond this, guessing from many addresses is refused everywhere but where the owner has been
    return limits if familiar else [*limits, Limit.of("person", email, tries=50, within=_HOUR)]
