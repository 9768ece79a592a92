"""What collaboration does by itself: tells people of comments and changes, and forgets what was told long ago."""

from __future__ import annotations

from kundig.base.jobs import Job, JobRun
from kundig.services.collaboration.notifications import FORGET_OLD
from kundig.services.collaboration.notifying import COMMENTED, TOLD, tell_of_change, tell_of_comment
from kundig.services.collaboration.watching import watch
from kundig.services.identity.scopes import Scopes


def collaboration_jobs(scopes: Scopes) -> tuple[Job, ...]:
    """The jobs of this room; `scopes` opens the workspace as each recipient."""

    async def commented(run: JobRun) -> None:
        await tell_of_comment(run, scopes)

    async def told(run: JobRun) -> None:
        await tell_of_change(run, scopes)

    async def watched(run: JobRun) -> None:
        await watch(run, scopes)

    return (
        Job(COMMENTED, commented),
        Job(TOLD, told),
        Job("collaboration.watch", watched, periodic="* * * * * */10", tries=1),
        Job("collaboration.forget", _forget, periodic="23 3 * * *"),
    )


async def _forget(run: JobRun) -> None:
    async with run.transaction() as connection:
        await connection.execute(FORGET_OLD)
