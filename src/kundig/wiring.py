"""The only place that knows everything: settings in, application out."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from litestar import Litestar

from kundig.base.context import Workspace
from kundig.base.database import Database, MigrationSource, migrate
from kundig.base.database.address import Address, external
from kundig.base.database.embedded import attached
from kundig.base.database.roles import ensure_roles
from kundig.base.database.workspaces import ensure_workspace
from kundig.base.jobs import JOBS, Job, prepare_jobs
from kundig.base.lifetime import end_with_parent, stop_event
from kundig.base.secrets import Secrets
from kundig.base.settings import Settings
from kundig.interfaces.health import health

MAIN = Workspace("main", "ws_main")
"""The workspace that the first start makes."""


def migration_sources() -> list[MigrationSource]:
    """The SQL folders of all rooms and modules, in the order in which they need each other."""
    return [JOBS]


def jobs() -> list[Job]:
    """Everything a worker can do."""
    return []


@contextmanager
def database_address(settings: Settings) -> Iterator[Address]:
    """Where the database is; the embedded server runs at least as long as the block lasts."""
    if settings.database_url:
        yield external(settings.database_url, Secrets(settings.secret_key).derive_text)
        return
    with attached(settings.data) as server:
        server.create_database()
        yield server.address()


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    """The database of the settings, for one process."""
    with database_address(settings) as address:
        async with Database(address) as database:
            yield database


async def prepare(address: Address, data: Path) -> None:
    """Roles, migrations, queue, first workspace: everything the program needs before it serves; safe to repeat."""
    await ensure_roles(address, data)
    database = Database(address)  # not opened: only the owner's own connections are used
    await migrate(database, [])
    await prepare_jobs(database)
    await ensure_workspace(database, MAIN)
    await migrate(database, migration_sources())


def asgi() -> Litestar:
    """The web application of one server process."""
    end_with_parent()
    settings = Settings.from_environment(os.environ)

    @asynccontextmanager
    async def running(app: Litestar) -> AsyncIterator[None]:
        async with opened(settings) as database:
            app.state.settings, app.state.database, app.state.stopping = settings, database, stop_event()
            yield

    return Litestar(route_handlers=[health], lifespan=[running], openapi_config=None)
