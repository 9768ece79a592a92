"""What this room does by itself: bulk changes that take longer, and forgetting what was chosen or deleted long ago."""

from __future__ import annotations

from uuid import UUID

from kundig.base.jobs import Job, JobRun
from kundig.services.identity.scopes import Scopes
from kundig.services.lists.bulk import FORGET, JOB, run_bulk
from kundig.services.transfer.jobs import opening

SOURCE = "web"


def lists_jobs(scopes: Scopes) -> tuple[Job, ...]:
    """The jobs of this room. `scopes` opens the workspace as the one who asked, with the rights of now."""

    async def change(run: JobRun) -> None:
        await run_bulk(opening(scopes, run, SOURCE), UUID(str(run.payload["id"])))

    return (Job(JOB, change), Job("lists.forget", _forget, periodic="47 2 * * *"))


async def _forget(run: JobRun) -> None:
    async with run.transaction() as connection:
        await connection.execute(FORGET)
        await connection.execute("delete from {ws}.saved_view where deleted_at < now() - interval '30 days'")
