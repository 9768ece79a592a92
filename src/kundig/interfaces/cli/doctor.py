"""`kundig doctor`"""

from __future__ import annotations

import asyncio
import os
import shutil

import typer
from rich.console import Console
from rich.table import Table

from kundig.base.database import Database
from kundig.base.database.migrations import pending
from kundig.base.database.opening import opened
from kundig.base.errors import KundigError
from kundig.base.i18n import Text, t
from kundig.base.settings import Settings
from kundig.interfaces.cli.telling import as_known, language

Finding = tuple[bool, Text, Text]
"""Whether it is well, what was looked at, what was found."""

_LEAST_FREE = 1 << 30


def doctor() -> None:
    """Look at settings, disk, database, queue, and say what is wrong and what to do. Status 0 only if all is well."""
    settings = Settings.from_environment(os.environ)
    findings = [_disk(settings), *asyncio.run(_database(settings))]
    table = Table(show_header=False, box=None, padding=(0, 1))
    for well, what, found in findings:
        table.add_row("[green]✓[/]" if well else "[red]✗[/]", what.render(language()), found.render(language()))
    Console().print(table)
    if not all(well for well, _, _ in findings):
        raise typer.Exit(1)


def _disk(settings: Settings) -> Finding:
    free = shutil.disk_usage(settings.data).free
    return (
        free >= _LEAST_FREE,
        t("Disk"),
        t("{size} GB free in {folder}", size=round(free / (1 << 30), 1), folder=str(settings.data)),
    )


async def _database(settings: Settings) -> list[Finding]:
    try:
        async with opened(settings) as database:
            replica = [await _replica(database)] if database.replica is not None else []
            found = [await _server(database), *replica, await _role(database), await _migrations(database)]
            return [*found, await _queue(database)]
    except KundigError as error:
        return [(False, t("Database"), as_known(error).text)]


async def _server(database: Database) -> Finding:
    async with database.transaction(None) as connection:
        version = await connection.value("select current_setting('server_version')")
    return True, t("Database"), t("PostgreSQL {version}", version=version)


async def _replica(database: Database) -> Finding:
    follows = await database.followed()
    found = t("It follows the database.") if follows else t("It is away or behind: everything is read from the database itself.")
    return follows, t("Replica"), found


async def _role(database: Database) -> Finding:
    async with database.transaction(None) as connection:
        strong = await connection.value(
            "select rolsuper or rolbypassrls or rolcreaterole from pg_roles where rolname = session_user"
        )
    found = (
        t("The server has more rights than it needs. Use the roles Kundig makes.")
        if strong
        else t("The server has no more rights than it needs.")
    )
    return not strong, t("Rights"), found


async def _migrations(database: Database) -> Finding:
    from kundig import wiring

    waiting = await pending(database, wiring.migration_sources())
    found = t("{count} changes are waiting. Run `kundig migrate`.", count=waiting) if waiting else t("Up to date.")
    return not waiting, t("Migrations"), found


async def _queue(database: Database) -> Finding:
    async with database.transaction(None) as connection:
        row = await connection.row(
            "select count(*) filter (where status = 'failed') as failed, count(*) filter (where status = 'todo') as waiting,"
            " coalesce(bool_or(status = 'todo' and coalesce(scheduled_at, now()) < now() - interval '10 minutes'), false) as late"
            " from jobs.procrastinate_jobs"
        )
    assert row is not None
    return not row["late"], t("Jobs"), t("{waiting} waiting, {failed} failed", waiting=row["waiting"], failed=row["failed"])
