"""One PostgreSQL for the whole run (shared by all xdist workers), one database per worker, one workspace to work in.

KUNDIG_TEST_DATABASE_URL (a superuser's) runs everything on another server, for example a PostgreSQL 15.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo
from tests.serving import KEPT, spare_the_disk

from kundig import wiring
from kundig.base.context import Workspace
from kundig.base.database import Connection, Database, migrate
from kundig.base.database.address import Address, external
from kundig.base.database.embedded import EmbeddedServer
from kundig.base.database.workspaces import create_workspace, drop_workspace
from kundig.base.secrets import Secrets

OTHER_SERVER = os.environ.get("KUNDIG_TEST_DATABASE_URL")
TEST_KEY = b"only for tests, never for people"


def pytest_configure(config: pytest.Config) -> None:
    """A place for the data folders that servers of the run begin with, shared by all its processes."""
    if KEPT not in os.environ:
        os.environ[KEPT] = tempfile.mkdtemp(prefix="kundig-tests-kept-")
        Path(os.environ[KEPT]).chmod(0o755)  # PostgreSQL does not run as root, so another user must get in
        config.add_cleanup(lambda: shutil.rmtree(os.environ.pop(KEPT), ignore_errors=True))


@pytest.fixture(scope="session")
def secrets() -> Secrets:
    """Cryptography with a fixed key."""
    return Secrets(TEST_KEY)


@pytest.fixture(scope="session")
def data() -> Iterator[Path]:
    """The data folder of the run: where any user may enter, since PostgreSQL does not run as root."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    folder = Path(tempfile.gettempdir()) / f"kundig-tests-{run}"
    folder.mkdir(mode=0o755, exist_ok=True)
    yield folder
    if not EmbeddedServer(folder).answers():
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def address(data: Path, secrets: Secrets, worker_id: str) -> Iterator[Address]:
    """An empty database of this worker, on the embedded server or on the one of KUNDIG_TEST_DATABASE_URL."""
    with empty_database(f"kundig_{worker_id}", data, secrets) as made:
        yield made


@contextmanager
def empty_database(name: str, data: Path, secrets: Secrets) -> Iterator[Address]:
    """A database of this name, with nothing in it."""
    if OTHER_SERVER is None:
        server = EmbeddedServer(data)
        server.attach()
        server.create_database(name)
        spare_the_disk(server)
        yield server.address(name)
        server.detach()
        return
    with psycopg.connect(OTHER_SERVER, autocommit=True) as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
        connection.execute(sql.SQL("create database {} template template0 encoding 'UTF8'").format(sql.Identifier(name)))
    yield external(make_conninfo(OTHER_SERVER, dbname=name), secrets.derive_text)


@pytest.fixture(scope="session")
async def database(address: Address, data: Path) -> AsyncIterator[Database]:
    """A migrated database, open for the whole run."""
    await wiring.prepare(address, data)
    async with Database(address) as opened:
        yield opened


NewWorkspace = Callable[[], Awaitable[Workspace]]


@pytest.fixture(scope="session")
async def new_workspace(database: Database, worker_id: str) -> AsyncIterator[NewWorkspace]:
    """A function that makes an empty, migrated workspace; a server that goes on has it removed at the end of the run."""
    made: list[str] = []
    numbers = count(1)

    async def make() -> Workspace:
        name = f"test_{worker_id}_{next(numbers)}"  # roles belong to the whole server, which all workers share
        workspace = Workspace(name, f"ws_{name}")
        async with database.owner() as connection:
            await create_workspace(connection, workspace)
        await migrate(database, wiring.migration_sources())
        made.append(name)
        return workspace

    yield make
    for name in made if OTHER_SERVER else ():
        async with database.owner() as connection:
            await drop_workspace(connection, name)


@pytest.fixture(scope="session")
async def workspace(new_workspace: NewWorkspace) -> Workspace:
    """The workspace that all tests share; what they leave in it must not disturb others."""
    return await new_workspace()


class _Undo(Exception):
    pass


@pytest.fixture
async def connection(database: Database, workspace: Workspace) -> AsyncIterator[Connection]:
    """A transaction in the workspace that is undone at the end of the test."""
    try:
        async with database.transaction(workspace) as opened:
            yield opened
            raise _Undo
    except _Undo:
        pass
