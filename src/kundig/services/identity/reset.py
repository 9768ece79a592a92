"""Forgotten passwords: asking for a link takes the same time and is answered the same, whoever has an account."""

from __future__ import annotations

from datetime import timedelta

from kundig.base.database import Database
from kundig.base.database.workspaces import all_workspaces
from kundig.base.jobs import Job, JobRun, first_time, queue
from kundig.engine.audit import note
from kundig.services.delivery.post import Post
from kundig.services.identity.audit_events import LINK_SENT
from kundig.services.identity.letters import send_link
from kundig.services.identity.links import reset_link
from kundig.services.identity.noting import in_workspace
from kundig.services.identity.objects import USER
from kundig.services.identity.throttle import Limit, count_try, place_of

JOB = "identity.reset"
_HOUR = timedelta(hours=1)


async def ask_reset(database: Database, email: str, *, address: str | None) -> None:
    """Have a link mailed to an address, if somebody signs in with it; nothing here tells whether. Raises TooMany."""
    wanted = email.strip().lower()[:254]
    limits = [Limit.of("reset", wanted, tries=5, within=_HOUR), Limit.of("reset from", place_of(address), tries=20, within=_HOUR)]
    async with database.transaction(None) as connection:
        refusal = await count_try(connection, limits)
    if refusal:
        raise refusal
    async with database.transaction(None) as connection:
        await queue(connection, JOB, {"email": wanted, "address": address})


def reset_job(post: Post) -> Job:
    """The job that finds out who is meant."""

    async def send(run: JobRun) -> None:
        async with run.database.transaction(None) as connection:
            if not await first_time(connection, run):
                return
            found = await reset_link(connection, str(run.payload["email"]))
            if found is None:
                return
            invitation, schema = found
            workspace = next(one for one in await all_workspaces(connection) if one.schema == schema)
            context = await in_workspace(connection, workspace, None, run.payload.get("address"))
            await note(context, LINK_SENT, object_=USER.name, record=invitation.user)
            await send_link(connection, post, invitation)

    return Job(JOB, send, per_workspace=False)
