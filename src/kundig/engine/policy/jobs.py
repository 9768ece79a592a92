"""Jobs of policy: audiences after a change of roles and rules, and the end of shares with a time limit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from kundig.base.context import Workspace
from kundig.base.database import Connection
from kundig.base.jobs import Job, JobRun, queue
from kundig.engine.policy.audience import renew_chunk
from kundig.engine.policy.scope import Scope
from kundig.engine.policy.shares import end_expired

FILL = "policy.fill_audience"
RENEW_ENTRIES = "records.renew_entries"
"""Looks whether names and search entries are made as the model says; `records` knows how."""
RENEW_WORTH = "records.renew_worth"
"""Works out anew what amounts are worth after rates or the currency of the company changed; `records` knows how."""
_AGAIN = timedelta(minutes=1)
"""By then every transaction that still wrote under the old rules has ended: statements take ten seconds at most."""

SystemScope = Callable[[Connection, Workspace, str], Awaitable[Scope]]
"""The scope of the program itself in a workspace: connection, workspace, source."""


def make_jobs(system_scope: SystemScope) -> tuple[Job, ...]:
    """The jobs, given how to open a scope."""

    async def fill(run: JobRun) -> None:
        assert run.workspace is not None
        after: UUID | None = None
        while True:
            async with run.transaction() as connection:
                scope = await system_scope(connection, run.workspace, "job")
                if run.payload["object"] not in scope.model.objects:
                    return
                after = await renew_chunk(scope, run.payload["object"], after)
                if after is None:
                    break
        if run.payload.get("again"):
            async with run.transaction() as connection:
                await queue(connection, FILL, {"object": run.payload["object"]}, at=datetime.now(UTC) + _AGAIN)

    async def expire(run: JobRun) -> None:
        assert run.workspace is not None
        async with run.transaction() as connection:
            await end_expired(await system_scope(connection, run.workspace, "job"))

    return (Job(FILL, fill), Job("policy.end_shares", expire, periodic="* * * * *"))
