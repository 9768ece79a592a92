"""Series go on: the job that makes the occurrences that a write left to it, and every night those that have come near."""

from __future__ import annotations

import logging
from uuid import UUID

from kundig.base.errors import KundigError
from kundig.base.jobs import Job, JobRun
from kundig.engine.policy.jobs import SystemScope
from kundig.engine.policy.scope import Scope
from kundig.engine.records.series import HORIZON, extend, lock_series
from kundig.engine.records.series_writes import EXTEND
from kundig.engine.records.writing import Change
from kundig.engine.schema.fields.recurrence import parts_of_series

CHUNK = 100
"""Occurrences that one transaction makes."""

_log = logging.getLogger(__name__)


def series_jobs(system_scope: SystemScope) -> tuple[Job, ...]:
    """The jobs, given how to open a scope of the program itself."""

    async def go_on(run: JobRun) -> None:
        assert run.workspace is not None
        if "series" in run.payload:
            found = [(run.payload["object"], run.payload["series"])]
        else:
            async with run.transaction() as connection:
                found = await near(await system_scope(connection, run.workspace, "job"))
        change = UUID(run.payload["change"]) if "change" in run.payload else None
        for object_, series in found:
            more = True
            while more:
                async with run.transaction() as connection:
                    more = await _extend(await system_scope(connection, run.workspace, "job"), object_, series, change)

    return (Job(EXTEND, go_on, periodic="13 2 * * *"),)


async def near(scope: Scope) -> list[tuple[str, str]]:
    """The series, with their objects, whose last occurrence lies before the horizon."""
    found = []
    for object_ in scope.model.objects.values():
        if object_.recurrence is None:
            continue
        columns = parts_of_series(object_.recurrence)
        series = await scope.connection.values(
            f"""select "{columns["series"]}" from {{ws}}."{object_.name}" where "{columns["series"]}" is not null
                 group by 1 having max("{columns["at"]}") < %(horizon)s and bool_or(deleted_at is null) order by 1""",
            {"horizon": scope.context.now + HORIZON},
        )
        found += [(object_.name, one) for one in series]
    return found


async def _extend(scope: Scope, object_: str, series: str, change: UUID | None) -> bool:
    """Some more of a series; one that can't go on (a field is required by now) must not hold up the others."""
    bound = scope.model.objects.get(object_)
    if bound is None or bound.recurrence is None:
        return False
    await lock_series(scope, bound, series)
    try:
        async with scope.connection.savepoint():
            return await extend(Change(scope, id_=change), bound, series, CHUNK)
    except KundigError as error:
        _log.warning("a series of %s can't go on: %s", object_, error, extra={"series": series})
        return False
