"""Jobs of policy: audiences after a change of roles and rules, and the end of shares with a time limit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from kundig.base.context import Workspace
from kundig.base.database import Connection
from kundig.base.jobs import Job, JobRun, queue
from kundig.engine.policy.audience import next_chunk, renew_differing
from kundig.engine.policy.principals import end_former
from kundig.engine.policy.scope import Scope
from kundig.engine.policy.shares import end_expired

FILL = "policy.fill_audience"
RENEW_ENTRIES = "records.renew_entries"
"""Looks whether names and search entries are made as the model says; `records` knows how."""
RENEW_WORTH = "records.renew_worth"
"""Works out anew what amounts are worth after rates or the currency of the company changed; `records` knows how."""
_AGAIN = timedelta(minutes=1)
"""By then every transaction that still wrote under the old rules has ended: statements take ten seconds at most."""
_AT_ONCE = 2
"""So many chunks are renewed at the same time: one backend of PostgreSQL would leave the other cores idle."""
_UNHURRIED = "set local synchronous_commit = off"
"""Chunks need not wait for the disk: the end of the job does, and what is on the disk then has all that came before. A job that a
crash cuts off begins anew."""

SystemScope = Callable[[Connection, Workspace, str], Awaitable[Scope]]
"""The scope of the program itself in a workspace: connection, workspace, source."""


def make_jobs(system_scope: SystemScope) -> tuple[Job, ...]:
    """The jobs, given how to open a scope."""

    async def fill(run: JobRun) -> None:
        assert run.workspace is not None
        await _fill(run, run.workspace, system_scope)
        former = run.payload.get("former")
        if run.payload.get("again"):
            async with run.transaction() as connection:
                following = {"object": run.payload["object"], **({"former": former} if former else {})}
                await queue(connection, FILL, following, at=datetime.now(UTC) + _AGAIN)
        elif former:
            async with run.transaction() as connection:
                await end_former(connection, former)

    async def expire(run: JobRun) -> None:
        assert run.workspace is not None
        async with run.transaction() as connection:
            await end_expired(await system_scope(connection, run.workspace, "job"))

    return (Job(FILL, fill), Job("policy.end_shares", expire, periodic="* * * * *"))


async def _fill(run: JobRun, workspace: Workspace, system_scope: SystemScope) -> None:
    """Renew the audiences of all records of the object that a job names, chunk after chunk."""
    object_, turn = run.payload["object"], asyncio.Lock()
    after: UUID | None = None
    ended = False

    async def walk() -> None:
        nonlocal after, ended
        while not ended:
            async with run.transaction() as connection:
                await connection.execute(_UNHURRIED)
                scope = await system_scope(connection, workspace, "job")
                async with turn:
                    ids = await next_chunk(scope, object_, after) if object_ in scope.model.objects else []
                    after, ended = ids[-1] if ids else after, not ids
                if ids:
                    await renew_differing(scope, object_, ids)

    try:
        async with asyncio.TaskGroup() as walks:
            for _ in range(_AT_ONCE):
                walks.create_task(walk())
    except BaseExceptionGroup as failed:
        # By its kind it is decided whether the job is tried again.
        raise failed.exceptions[0] from None
