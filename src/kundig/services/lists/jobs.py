"""What this room does by itself: bulk changes that take longer, and forgetting what was chosen or deleted long ago."""

from __future__ import annotations

from uuid import UUID

from kundig.base.errors import Unauthenticated
from kundig.base.jobs import Job, JobRun
from kundig.services.identity.scopes import Scopes
from kundig.services.lists.bulk import FORGET, JOB, end_run, run_bulk
from kundig.services.transfer.jobs import opening

SOURCE = "web"


def lists_jobs(scopes: Scopes) -> tuple[Job, ...]:
    """The jobs of this room. `scopes` opens the workspace as the one who asked, with the rights of now."""

    async def change(run: JobRun) -> None:
        id_ = UUID(str(run.payload["id"]))
        try:
            await run_bulk(opening(scopes, run, SOURCE), id_)
        except Unauthenticated as error:  # who asked was deactivated, or their token ended
            async with run.transaction() as connection:
                assert run.workspace is not None
                await end_run(await scopes.of_system(connection, run.workspace, SOURCE), id_, error.text)

    return (Job(JOB, change), Job("lists.forget", _forget, periodic="47 2 * * *"))


async def _forget(run: JobRun) -> None:
    async with run.transaction() as connection:
        await connection.execute(FORGET)
        await connection.execute("delete from {ws}.saved_view where deleted_at < now() - interval '30 days'")
