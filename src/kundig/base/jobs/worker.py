"""The worker: takes jobs from the queue and does them, through restarts of the database, until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from procrastinate import App, JobContext, PsycopgConnector, exceptions
from procrastinate.exceptions import JobAborted
from procrastinate.jobs import Job as QueuedJob
from procrastinate.retry import BaseRetryStrategy, RetryDecision
from procrastinate.worker import Worker

from kundig.base.context import SYSTEM, Workspace
from kundig.base.database import Database, DatabaseAway
from kundig.base.database.names import APP
from kundig.base.database.workspaces import all_workspaces
from kundig.base.jobs.job import Job, JobRun, actor_from_json
from kundig.base.jobs.queueing import queue
from kundig.base.jobs.rescue import watch

CONCURRENCY = 4
_POLL_SECONDS = 0.25
_GRACE_SECONDS = 10.0

log = logging.getLogger(__name__)


async def run_worker(database: Database, jobs: Sequence[Job], stop: asyncio.Event) -> None:
    """Do jobs until `stop` is set. Then running ones get ten seconds; what is not done by then goes back into the queue."""
    app = _app(database, jobs)
    stopping = asyncio.create_task(stop.wait())
    while not stop.is_set():
        try:
            async with app.open_async():
                await _work(app, database, stopping)
        except (exceptions.ConnectorException, DatabaseAway):
            log.warning("the database is away; the worker tries again")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(stopping), 1)
    await stopping


async def _work(app: App, database: Database, stopping: asyncio.Task[Any]) -> None:
    worker = Worker(
        app,
        concurrency=CONCURRENCY,
        fetch_job_polling_interval=_POLL_SECONDS,
        abort_job_polling_interval=2.0,
        shutdown_graceful_timeout=_GRACE_SECONDS,
        listen_notify=False,
        delete_jobs="successful",
        install_signal_handlers=False,
        # Rows of workers are kept while their jobs wait to be rescued; `rescue` decides by locks.
        stalled_worker_timeout=3600.0,
    )
    running = asyncio.create_task(worker.run())  # type: ignore[no-untyped-call]  # procrastinate leaves it untyped
    watching = asyncio.create_task(watch(database, app, worker))
    try:
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        worker.stop()  # type: ignore[no-untyped-call]  # as above
        await running
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching


def _app(database: Database, jobs: Sequence[Job]) -> App:
    connector = PsycopgConnector(
        conninfo=database.address.login(APP),
        min_size=1,
        max_size=CONCURRENCY + 2,
        timeout=5.0,
        reconnect_timeout=1.0,
        kwargs={"options": "-c search_path=jobs,pg_temp -c application_name=kundig-worker", "prepare_threshold": None},
    )
    app = App(connector=connector)
    names = [job.name for job in jobs]
    for name in {name for name in names if names.count(name) > 1}:
        message = f"two jobs have the name {name}"
        raise ValueError(message)
    for job in jobs:
        _register(app, database, job)
    return app


def _register(app: App, database: Database, job: Job) -> None:
    async def perform(context: JobContext, /, **arguments: Any) -> None:
        await _perform(database, job, context, arguments)

    task = app.task(name=job.name, pass_context=True, retry=_Retry(job))(perform)
    if job.periodic:
        app.periodic(cron=job.periodic, queueing_lock=f"periodic:{job.name}")(task)  # type: ignore[arg-type]  # takes `timestamp` among its arguments


async def _perform(database: Database, job: Job, context: JobContext, arguments: dict[str, Any]) -> None:
    schema = arguments.get("workspace")
    if schema is None and "timestamp" in arguments and job.per_workspace:
        await _spread(database, job)
        return
    workspace = await _workspace(database, schema) if schema else None
    if schema and workspace is None:
        return  # The workspace is gone, and what was to be done in it too.
    actor = actor_from_json(arguments["actor"]) if "actor" in arguments else SYSTEM
    run = JobRun(context.job.id or 0, database, workspace, actor, arguments.get("payload") or {}, context.job.attempts)
    await job.run(run)


async def _spread(database: Database, job: Job) -> None:
    """A tick of a periodic job: one run for each workspace, unless the last one still waits."""
    async with database.transaction(None) as connection:
        for workspace in await all_workspaces(connection):
            connection.enter(workspace, role_set=False)
            await queue(connection, job.name, {}, queueing_lock=f"periodic:{job.name}")


async def _workspace(database: Database, schema: str) -> Workspace | None:
    async with database.transaction(None) as connection:
        return next((workspace for workspace in await all_workspaces(connection) if workspace.schema == schema), None)


class _Retry(BaseRetryStrategy):
    """When a failed run is repeated: as the job says, and always when a shutdown cut it off."""

    def __init__(self, job: Job) -> None:
        self._job = job

    def get_retry_decision(self, *, exception: BaseException, job: QueuedJob) -> RetryDecision | None:
        """None: never again."""
        if isinstance(exception, (JobAborted, asyncio.CancelledError)):
            return RetryDecision(retry_at=datetime.now(UTC))
        pause = self._job.pause(exception, job.attempts)
        return None if pause is None else RetryDecision(retry_at=datetime.now(UTC) + timedelta(seconds=pause))
