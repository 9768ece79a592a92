"""Jobs of killed workers: found by the lock that each living worker holds, and put back into the queue.

A lock of a session ends with its process, even after kill -9, and holds through seconds of pure computing, so neither
heartbeats nor patience are needed.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from typing import Any

import psycopg
from procrastinate import App, exceptions
from procrastinate.jobs import Status
from procrastinate.worker import Worker

from kundig.base.database import Connection, Database, DatabaseAway

_SPACE = 1_263_748
_LOOK_SECONDS = 1.5
_MOST_ATTEMPTS = 25
_OLD_HOURS = 24 * 30

_ORPHANS = """
select job.id, job.attempts
from jobs.procrastinate_jobs as job
where job.status = 'doing' and not exists (
  select from pg_locks as held
  where held.locktype = 'advisory' and held.granted and held.objsubid = 2
    and held.database = (select oid from pg_database where datname = current_database())
    and held.classid = %(space)s::oid and held.objid = (job.worker_id %% 2147483647)::oid
)
"""

log = logging.getLogger(__name__)


async def watch(database: Database, app: App, worker: Worker) -> None:
    """Show that this worker lives, and rescue the jobs of those that don't; until cancelled."""
    while True:
        try:
            async with database.listening() as raw:
                await _watch_connected(raw, app, worker)
        except (psycopg.Error, DatabaseAway, exceptions.ConnectorException):
            await asyncio.sleep(0.5)


async def _watch_connected(raw: psycopg.AsyncConnection[Any], app: App, worker: Worker) -> None:
    connection = Connection(raw)
    held: int | None = None
    suspects: set[int] = set()
    round_ = 0
    while True:
        if worker.worker_id is None:
            await asyncio.sleep(0.05)
            continue
        if held != worker.worker_id:
            held = worker.worker_id
            await connection.execute("select pg_advisory_lock(%(space)s, %(id)s)", {"space": _SPACE, "id": held % 2147483647})
        orphans = {row["id"]: row["attempts"] for row in await connection.rows(_ORPHANS, {"space": _SPACE})}
        # Seen twice: a worker that has just begun, or lost its connection for a moment, takes its lock in between.
        for job in suspects & orphans.keys():
            await _rescue(app, job, orphans[job])
        suspects = set(orphans)
        if round_ % 2400 == 0:
            await _clear_old(connection)
        round_ += 1
        await asyncio.sleep(_LOOK_SECONDS)


async def _rescue(app: App, job: int, attempts: int) -> None:
    try:
        if attempts >= _MOST_ATTEMPTS:
            log.error("job %s has ended its worker %s times and is given up", job, attempts)
            await app.job_manager.finish_job_by_id_async(job_id=job, status=Status.FAILED, delete_job=False)
        else:
            log.warning("job %s was left by a worker that is gone and is queued again", job)
            await app.job_manager.retry_job_by_id_async(job_id=job, retry_at=datetime.now(UTC))
    except exceptions.ConnectorException:
        # Another worker was faster.
        log.debug("job %s was rescued by another worker", job)


async def _clear_old(connection: Connection) -> None:
    """Failed jobs and finished steps are kept for a month."""
    await connection.execute(
        "delete from jobs.procrastinate_jobs as job where status in ('failed', 'cancelled', 'aborted') and not exists"
        " (select from jobs.procrastinate_events where job_id = job.id and at > now() - make_interval(hours => %(hours)s))",
        {"hours": _OLD_HOURS},
    )
    await connection.execute(
        "delete from jobs.step_done where at < now() - make_interval(hours => %(hours)s)", {"hours": _OLD_HOURS}
    )
