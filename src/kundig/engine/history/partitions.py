"""Partitions of the journal, one a month, made ahead of time, so that old months can be archived or dropped as a whole."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from kundig.base.database.connection import Connection
from kundig.base.database.roles import make_append_only
from kundig.base.jobs import Job, JobRun

TABLES = ("change", "change_entry")
AHEAD = 3
"""Months made before they begin."""


async def ensure_partitions(connection: Connection, today: date) -> int:
    """Make the partitions of this month and the next ones, as the owner; how many were missing.

    A month for which rows already lie in the default partition stays there.
    """
    made = 0
    first = today.replace(day=1)
    for _ in range(AHEAD + 1):
        following = (first + timedelta(days=32)).replace(day=1)
        for table in TABLES:
            made += await _ensure(connection, table, first, following)
        first = following
    return made


async def _ensure(connection: Connection, table: str, first: date, following: date) -> int:
    name = f"{table}_{first:%Y_%m}"
    known = "select to_regclass(%(name)s) is not null"
    if await connection.value(known, {"name": f'"{connection.schema}"."{name}"'}):
        return 0
    span = {"first": first, "following": following}
    if await connection.value(
        f"select true from {{ws}}.{table}_default where at >= %(first)s and at < %(following)s limit 1", span
    ):
        return 0
    months = f"from ('{first.isoformat()}') to ('{following.isoformat()}')"
    await connection.execute(f"create table {{ws}}.{name} partition of {{ws}}.{table} for values {months}")
    await make_append_only(connection, name)
    return 1


async def _keep(run: JobRun) -> None:
    async with run.database.owner(run.workspace) as connection:
        await ensure_partitions(connection, datetime.now(UTC).date())


PARTITIONS = Job("history.partitions", _keep, periodic="17 3 * * *")
"""Looks every night whether the next months are there."""
