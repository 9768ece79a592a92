"""The only place that knows everything: settings in, application out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kundig.base.database import Database, MigrationSource, migrate
from kundig.base.database.address import Address, external
from kundig.base.database.embedded import EmbeddedServer
from kundig.base.database.roles import ensure_roles
from kundig.base.jobs import JOBS, prepare_jobs
from kundig.base.secrets import Secrets
from kundig.base.settings import Settings


def migration_sources() -> list[MigrationSource]:
    """The SQL folders of all rooms and modules, in the order in which they need each other."""
    return [JOBS]


async def prepare(database: Database, data: Path) -> None:
    """Roles, migrations, queue: everything the program needs before it serves; safe to repeat."""
    await ensure_roles(database.address, data)
    await migrate(database, [])
    await prepare_jobs(database)
    await migrate(database, migration_sources())


@contextmanager
def database_address(settings: Settings) -> Iterator[Address]:
    """Where the database is; the embedded server runs as long as the block lasts."""
    if settings.database_url:
        yield external(settings.database_url, Secrets(settings.secret_key).derive_text)
        return
    server = EmbeddedServer(settings.data)
    server.attach()
    try:
        server.create_database()
        yield server.address()
    finally:
        server.detach()
