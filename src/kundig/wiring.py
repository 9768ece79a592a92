"""The only place that knows everything: settings in, application out."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from importlib.metadata import entry_points
from pathlib import Path

from litestar import Litestar

import kundig.engine
import kundig.services.collaboration
import kundig.services.delivery
import kundig.services.identity
import kundig.services.live
import kundig.services.transfer
from kundig.base.context import Workspace
from kundig.base.database import Database, MigrationSource, migrate
from kundig.base.database.address import Address, external
from kundig.base.database.embedded import attached, initialised
from kundig.base.database.faults import NothingSetUp
from kundig.base.database.roles import ensure_roles
from kundig.base.database.workspaces import all_workspaces, ensure_workspace
from kundig.base.i18n import Text, t
from kundig.base.jobs import JOBS, Job, prepare_jobs
from kundig.base.lifetime import end_with_parent, stop_event
from kundig.base.logs import log_json_lines
from kundig.base.secrets import Secrets
from kundig.base.settings import Settings
from kundig.engine.extension import Module
from kundig.engine.history.partitions import PARTITIONS, ensure_partitions
from kundig.engine.policy.applying import settle
from kundig.engine.policy.jobs import make_jobs as policy_jobs
from kundig.engine.policy.scope import Scope
from kundig.engine.records.passing import passing_jobs
from kundig.engine.records.renewing import renewal_jobs
from kundig.interfaces.api.idempotency import FORGET as FORGET_ANSWERS
from kundig.interfaces.application import application
from kundig.interfaces.cli.beginning import Demo
from kundig.modules import activities, contacts, sales, service
from kundig.modules import demo as demo  # noqa: PLC0414 - handed on to the command line, which knows no module by name
from kundig.services.collaboration.jobs import collaboration_jobs
from kundig.services.delivery.post import post_of
from kundig.services.delivery.sending import delivery_jobs
from kundig.services.identity.module import MODULE as IDENTITY
from kundig.services.identity.reset import reset_job
from kundig.services.identity.samples import samples_job
from kundig.services.identity.scopes import Scopes
from kundig.services.transfer.jobs import transfer_jobs

MAIN = Workspace("main", "ws_main")
"""The workspace that the first start makes."""


def modules() -> tuple[Module, ...]:
    """The platform's own, the CRM's, then plug-ins by name."""
    plugins = tuple(point.load() for point in sorted(entry_points(group="kundig.modules"), key=lambda point: point.name))
    return (IDENTITY, contacts.MODULE, activities.MODULE, sales.MODULE, service.MODULE, *plugins)


def migration_sources() -> list[MigrationSource]:
    """The SQL folders of all rooms, in the order in which they need each other."""
    rooms = (
        ("engine", kundig.engine),
        ("delivery", kundig.services.delivery),
        ("identity", kundig.services.identity),
        ("collaboration", kundig.services.collaboration),
        ("transfer", kundig.services.transfer),
        ("live", kundig.services.live),
    )
    return [JOBS, *(MigrationSource(name, Path(room.__path__[0]) / "sql") for name, room in rooms)]


def jobs(settings: Settings) -> list[Job]:
    """Everything a worker can do."""
    scopes, post = Scopes(modules()), post_of(settings)
    return [
        *(job for module in modules() for job in module.jobs),
        *policy_jobs(scopes.of_system),
        *passing_jobs(scopes.of_system),
        *renewal_jobs(scopes.of_system),
        *delivery_jobs(post),
        reset_job(post),
        samples_job(scopes),
        *collaboration_jobs(scopes),
        *transfer_jobs(scopes),
        PARTITIONS,
        FORGET_ANSWERS,
    ]


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
    """The database of the settings, for one process; raises NothingSetUp where no Kundig has begun yet."""
    if not settings.database_url and not initialised(settings.data):
        raise NothingSetUp
    with database_address(settings) as address:
        async with Database(address) as database:
            yield database


async def prepare(address: Address, data: Path) -> None:
    """Roles, migrations, queue, first workspace, tables: everything the program needs before it serves; safe to repeat."""
    await ensure_roles(address, data)
    database = Database(address)  # not opened: only the owner's own connections are used
    await migrate(database, [])
    await prepare_jobs(database)
    await ensure_workspace(database, MAIN)
    await migrate(database, migration_sources())
    async with database.owner() as connection:
        workspaces = await all_workspaces(connection)
    for workspace in workspaces:
        await settle(database, workspace, Scopes(modules()).models)
        async with database.owner(workspace) as connection:
            await ensure_partitions(connection, datetime.now(UTC).date())


def asgi() -> Litestar:
    """The web application of one server process."""
    end_with_parent()
    log_json_lines()
    settings = Settings.from_environment(os.environ)

    @asynccontextmanager
    async def database() -> AsyncIterator[Database]:
        async with opened(settings) as found:
            yield found

    scopes, post = Scopes(modules(), Secrets(settings.secret_key)), post_of(settings)
    hint = _hint() if settings.demo else None
    return application(settings, scopes, database, workspace=MAIN, post=post, hint=hint, stopping=stop_event)


def sample() -> Demo:
    """The sample data, for the first start."""

    async def load(scope: Scope) -> None:
        await demo.load_demo(scope, scope.context.now.date())

    return Demo(load, demo.LOG_IN, demo.PASSWORD)


def _hint() -> Text:
    return t("Sample data: sign in as {email} with the password {password}", email=demo.LOG_IN, password=demo.PASSWORD)
