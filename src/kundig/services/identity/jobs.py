"""What identity does by itself: forgets sessions, links and counted tries whose time is over."""

from __future__ import annotations

from kundig.base.jobs import Job, JobRun
from kundig.services.identity.sessions import forget_ended
from kundig.services.identity.throttle import forget_old


async def _forget(run: JobRun) -> None:
    async with run.database.transaction(None) as connection:
        await forget_ended(connection)
        await forget_old(connection)


JOBS = (Job("identity.forget_ended", _forget, periodic="17 * * * *", per_workspace=False),)
