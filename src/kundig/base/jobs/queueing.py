"""Asking for a job, inside the caller's transaction: it is done if and only if the transaction is committed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from kundig.base.context import SYSTEM, Actor
from kundig.base.database import Connection
from kundig.base.jobs.job import JobRun, actor_to_json


async def queue(
    connection: Connection,
    name: str,
    payload: Mapping[str, Any],
    *,
    actor: Actor = SYSTEM,
    lock: str | None = None,
    queueing_lock: str | None = None,
    at: datetime | None = None,
) -> int | None:
    """Queue a job for the workspace of the connection; one round trip. Its id, or None if `queueing_lock` is queued already.

    Jobs with the same `lock` run one after the other; of jobs with the same `queueing_lock` only one waits at a time. Both
    hold within the workspace. `at` is the earliest start.
    """
    scope = connection.schema or ""
    arguments = {"workspace": connection.schema, "actor": actor_to_json(actor), "payload": payload}
    found: int | None = await connection.value(
        "select jobs.queue(%(name)s, %(arguments)s::jsonb, %(lock)s, %(queueing_lock)s, %(at)s)",
        {
            "name": name,
            "arguments": msgspec.json.encode(arguments).decode(),
            "lock": f"{scope}:{lock}" if lock else None,
            "queueing_lock": f"{scope}:{queueing_lock}" if queueing_lock else None,
            "at": at,
        },
    )
    return found


async def first_time(connection: Connection, run: JobRun, step: str = "") -> bool:
    """Whether this step of a job has not been committed before; remembers it with the caller's transaction.

    A job whose worker was killed after its commit is run again: do what may happen only once under this condition.
    """
    return bool(await connection.value("select jobs.first_time(%(job)s, %(step)s)", {"job": run.id, "step": step}))


async def due(connection: Connection, name: str, payload: Mapping[str, Any]) -> bool:
    """Whether a job with this in its payload is being done in the workspace, or should be by now."""
    arguments = msgspec.json.encode({"workspace": connection.schema, "payload": payload}).decode()
    async with connection.directory():
        return bool(await connection.value(_DUE, {"name": name, "arguments": arguments}))


_DUE = """
select exists (
  select from jobs.procrastinate_jobs where task_name = %(name)s and args @> %(arguments)s::jsonb
  and (status = 'doing' or (status = 'todo' and coalesce(scheduled_at, now()) <= now()))
)
"""
