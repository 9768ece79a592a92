"""What transfer does by itself: imports that were asked for, and forgetting their files after a while."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

from kundig.base.errors import Kind, KundigError, Unauthenticated
from kundig.base.jobs import Job, JobRun
from kundig.engine.policy.scope import Scope
from kundig.engine.records.long_undo import JOB as UNDO
from kundig.engine.records.long_undo import end_undo, run_undo
from kundig.services.identity.scopes import Scopes
from kundig.services.transfer.imports import JOB
from kundig.services.transfer.run import OpenScope, run_import
from kundig.services.transfer.store import finish

SOURCE = "import"
KEPT = timedelta(days=30)


def transfer_jobs(scopes: Scopes) -> tuple[Job, ...]:
    """The jobs of this room. `scopes` opens the workspace as the one who asked, with the rights of now."""

    async def bring(run: JobRun) -> None:
        id_ = UUID(str(run.payload["id"]))
        try:
            await run_import(opening(scopes, run), id_)
        except Unauthenticated as error:  # who asked was deactivated, or their token ended
            async with run.transaction() as connection:
                await finish(connection, id_, "failed", error.text)

    async def take_back(run: JobRun) -> None:
        payload = run.payload
        ids = UUID(str(payload["undoing"])), UUID(str(payload["change"]))
        try:
            await run_undo(opening(scopes, run), *ids, force=bool(payload["force"]))
        except KundigError as error:  # as above; what the undo itself can't do is no error
            if error.kind in (Kind.OUTSIDE, Kind.TOO_MANY):
                raise
            async with run.transaction() as connection:
                await end_undo(connection, ids[0])

    return (Job(JOB, bring), Job(UNDO, take_back), Job("transfer.forget_files", _forget_files, periodic="41 2 * * *"))


def opening(scopes: Scopes, run: JobRun, source: str = SOURCE) -> OpenScope:
    """How a job opens transactions: as its actor, or as the system where no user stands behind it."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Scope]:
        async with run.transaction() as connection:
            assert run.workspace is not None
            if run.actor.user is None:
                yield await scopes.of_system(connection, run.workspace, source)
            else:
                yield await scopes.of_user(connection, run.workspace, run.actor.user, source, run.actor)

    return opened


async def _forget_files(run: JobRun) -> None:
    """Files of imports that are over are kept for a month, with their errors; the import itself stays. Drafts go as a whole."""
    async with run.transaction() as connection:
        await connection.execute(
            "delete from {ws}.import_run where state = 'draft' and created_at < now() - %(kept)s", {"kept": KEPT}
        )
        for table in ("import_part", "import_error", "import_fix", "import_sample"):
            await connection.execute(
                f"delete from {{ws}}.{table} f using {{ws}}.import_run r"
                " where r.id = f.import and r.ended_at < now() - %(kept)s and r.state in ('done', 'failed')",
                {"kept": KEPT},
            )
