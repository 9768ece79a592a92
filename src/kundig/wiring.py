"""The only place that knows everything: settings in, application out."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

from kundig import engine
from kundig.base.context import Workspace
from kundig.base.database import Database, MigrationSource
from kundig.base.database.address import Address
from kundig.base.database.opening import opened
from kundig.base.jobs import JOBS, Job
from kundig.base.lifetime import end_with_parent, stop_event
from kundig.base.logs import log_json_lines
from kundig.base.settings import Settings
from kundig.engine.extension import Module
from kundig.engine.installing import install
from kundig.engine.jobs import engine_jobs
from kundig.interfaces.api.idempotency import FORGET as FORGET_ANSWERS
from kundig.interfaces.cli.beginning import Demo
from kundig.modules import SHIPPED
from kundig.modules import demo as demo  # noqa: PLC0414 - handed on to the command line, which knows no module by name
from kundig.services import collaboration, delivery, identity, lists, live, traces, transfer
from kundig.services.collaboration.jobs import collaboration_jobs
from kundig.services.delivery.post import post_of
from kundig.services.delivery.push import push_route_of
from kundig.services.delivery.sending import delivery_jobs
from kundig.services.identity.jobs import identity_jobs
from kundig.services.identity.module import MODULE as IDENTITY
from kundig.services.identity.scopes import Scopes
from kundig.services.lists.jobs import lists_jobs
from kundig.services.transfer.jobs import transfer_jobs
from kundig.services.transfer.module import MODULE as TRANSFER

if TYPE_CHECKING:
    from litestar import Litestar

MAIN = Workspace("main", "ws_main")
"""The workspace that the first start makes."""


def modules() -> tuple[Module, ...]:
    """The platform's own, the CRM's, then plug-ins by name."""
    plugins = tuple(point.load() for point in sorted(entry_points(group="kundig.modules"), key=lambda point: point.name))
    return (IDENTITY, TRANSFER, *SHIPPED, *plugins)


def migration_sources() -> list[MigrationSource]:
    """The SQL folders of all rooms, in the order in which they need each other."""
    rooms = (engine, delivery, identity, collaboration, transfer, lists, live)
    return [JOBS, *(MigrationSource(room.__name__.rpartition(".")[2], Path(room.__path__[0]) / "sql") for room in rooms)]


def jobs(settings: Settings) -> list[Job]:
    """Everything a worker can do."""
    scopes, post = Scopes(modules()), post_of(settings)
    return [
        *(job for module in modules() for job in module.jobs),
        *engine_jobs(scopes.of_system, traces.TRACES),
        *delivery_jobs(post),
        *identity_jobs(scopes, post),
        *collaboration_jobs(scopes, post, push_route_of(settings)),
        *transfer_jobs(scopes),
        *lists_jobs(scopes),
        FORGET_ANSWERS,
    ]


async def prepare(address: Address, data: Path) -> None:
    """Everything the program needs in its database before it serves; safe to repeat."""
    await install(address, data, MAIN, migration_sources(), Scopes(modules()).models)


def asgi() -> Litestar:
    """The web application of one server process. All pages are loaded here: commands and workers do without them."""
    from kundig.interfaces.application import application

    end_with_parent()
    log_json_lines()
    settings = Settings.from_environment(os.environ)

    @asynccontextmanager
    async def database() -> AsyncIterator[Database]:
        async with opened(settings) as found:
            yield found

    scopes, post = Scopes(modules(), settings.secrets), post_of(settings)
    hint = sample().hint if settings.demo else None
    return application(settings, scopes, database, workspace=MAIN, post=post, hint=hint, stopping=stop_event)


def sample() -> Demo:
    """The sample data, for the first start."""
    return Demo(demo.load_demo, demo.LOG_IN, demo.PASSWORD)
