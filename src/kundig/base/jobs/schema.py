"""The tables of procrastinate in schema `jobs`: made from the package's own SQL, then brought forward with it."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from kundig import __version__
from kundig.base.database import Connection, Database, MigrationSource

JOBS = MigrationSource("jobs", Path(__file__).parent / "sql")
"""Our own functions around the queue; after `prepare_jobs`."""

_SOURCE = "procrastinate"
_LOCK = 7_103_254_391_178_202


async def prepare_jobs(database: Database) -> None:
    """Make the tables of the queue, or apply what a newer procrastinate changed in them. After the system's migrations."""
    async with database.owner() as connection:
        await connection.execute("select pg_advisory_xact_lock(%(key)s)", {"key": _LOCK})
        folder = files("procrastinate") / "sql"
        changes = sorted((file for file in (folder / "migrations").iterdir() if file.name.endswith(".sql")), key=_name)
        if await connection.value("select to_regclass('jobs.procrastinate_jobs') is null"):
            await _begin(connection, folder / "schema.sql")
            missing: list[Traversable] = []
        else:
            done = set(await connection.values("select name from kundig.migration where source = %(source)s", {"source": _SOURCE}))
            missing = [file for file in changes if file.name not in done]
            changes = missing
        for file in missing:
            await connection.execute("set local search_path = jobs, pg_temp")
            await connection.execute(file.read_text(encoding="utf-8"))
        await connection.execute_many(
            "insert into kundig.migration (source, name, schema, digest, program)"
            " values (%(source)s, %(name)s, 'jobs', '', %(program)s)",
            [{"source": _SOURCE, "name": file.name, "program": __version__} for file in changes],
        )


def _name(file: Traversable) -> str:
    return file.name


async def _begin(connection: Connection, schema: Traversable) -> None:
    await connection.execute(
        "create schema jobs;"
        "grant usage on schema jobs to kundig_app;"
        "alter default privileges for role kundig_owner in schema jobs"
        "  grant select, insert, update, delete on tables to kundig_app;"
        "alter default privileges for role kundig_owner in schema jobs grant usage on sequences to kundig_app;"
        "set local search_path = jobs, pg_temp"
    )
    await connection.execute(schema.read_text(encoding="utf-8"))
