"""What changes by the mere passing of time: the next activity of a record becomes its last one."""

from __future__ import annotations

from kundig.base.jobs import Job, JobRun
from kundig.engine.policy.jobs import SystemScope
from kundig.engine.policy.scope import Scope
from kundig.engine.records.figures import timeline_rollups
from kundig.engine.records.rollups import keep_timeline_rollups

CHUNK = 1000


def passing_jobs(system_scope: SystemScope) -> tuple[Job, ...]:
    """The jobs, given how to open a scope of the program itself."""

    async def refresh(run: JobRun) -> None:
        assert run.workspace is not None
        while True:
            async with run.transaction() as connection:
                scope = await system_scope(connection, run.workspace, "job")
                if not await refresh_passed(scope):
                    return

    return (Job("records.refresh_passed", refresh, periodic="*/5 * * * *"),)


async def refresh_passed(scope: Scope) -> int:
    """Recompute last and next activity of up to `CHUNK` records of each object whose next one has passed; how many there were."""
    found = 0
    for object_ in scope.model.objects:
        following = [name for name, expression in timeline_rollups(scope.model, object_).items() if "min(" in expression]
        for column in following:
            due = await scope.connection.values(
                f"""select record from {{ws}}."{object_}_rollup" where "{column}" < now() order by record limit {CHUNK}
                    for update skip locked"""
            )
            await keep_timeline_rollups(scope, [(object_, record) for record in due])
            found += len(due)
    return found
