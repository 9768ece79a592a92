"""What identity does by itself: forgets sessions, links and counted tries whose time is over."""

from __future__ import annotations

from kundig.base.jobs import Job, JobRun
from kundig.services.delivery.post import Post
from kundig.services.identity.reset import reset_job
from kundig.services.identity.samples import samples_job
from kundig.services.identity.scopes import Scopes
from kundig.services.identity.sessions import forget_ended
from kundig.services.identity.signing_in import FAILED
from kundig.services.identity.telling import telling_job
from kundig.services.identity.throttle import forget_old


async def _forget(run: JobRun) -> None:
    async with run.database.transaction(None) as connection:
        await forget_ended(connection)
        await forget_old(connection)


def identity_jobs(scopes: Scopes, post: Post) -> tuple[Job, ...]:
    """What identity is asked to do: links for forgotten passwords, telling what changed, taking sample data away."""
    return (reset_job(post), telling_job(post), samples_job(scopes))


JOBS = (Job("identity.forget_ended", _forget, periodic="17 * * * *", per_workspace=False), FAILED)
