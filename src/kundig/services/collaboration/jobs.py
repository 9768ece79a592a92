"""What collaboration does by itself: tells people of comments and changes, reminds them, and forgets what was told long ago."""

from __future__ import annotations

from kundig.base.jobs import Job, JobRun
from kundig.services.collaboration.news import COMMENTED, TOLD
from kundig.services.collaboration.notifications import FORGET_OLD
from kundig.services.collaboration.notifying import tell_of_change, tell_of_comment
from kundig.services.collaboration.pushing import push_job
from kundig.services.collaboration.reminding import FORGET_GIVEN, REMIND, remind
from kundig.services.collaboration.watching import watch
from kundig.services.delivery.post import Post
from kundig.services.delivery.push import PushRoute
from kundig.services.identity.scopes import Scopes


def collaboration_jobs(scopes: Scopes, post: Post | None = None, push: PushRoute | None = None) -> tuple[Job, ...]:
    """The jobs of this room; `scopes` opens the workspace as each recipient, `post` and `push` say how mail and pushes go out."""

    async def commented(run: JobRun) -> None:
        await tell_of_comment(run, scopes, post)

    async def told(run: JobRun) -> None:
        await tell_of_change(run, scopes, post)

    async def watched(run: JobRun) -> None:
        await watch(run, scopes)

    async def reminded(run: JobRun) -> None:
        await remind(run, scopes)

    return (
        Job(COMMENTED, commented),
        Job(TOLD, told),
        Job("collaboration.watch", watched, periodic="* * * * * */10"),
        Job(REMIND, reminded, periodic="* * * * *"),
        Job("collaboration.forget", _forget, periodic="23 3 * * *"),
        *((push_job(scopes, push),) if push else ()),
    )


async def _forget(run: JobRun) -> None:
    async with run.transaction() as connection:
        await connection.execute(FORGET_OLD)
        await connection.execute(FORGET_GIVEN)
