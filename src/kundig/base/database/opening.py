"""From the settings to a database: its address, with the embedded server running where none is configured, and its pools."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from kundig.base.database.address import Address, external
from kundig.base.database.embedded import attached, initialised
from kundig.base.database.faults import NothingSetUp
from kundig.base.database.names import APP
from kundig.base.database.transactions import Database
from kundig.base.settings import Settings


@contextmanager
def database_address(settings: Settings) -> Iterator[Address]:
    """Where the database is; the embedded server runs at least as long as the block lasts."""
    if settings.database_url:
        yield external(settings.database_url, settings.secrets.derive_text)
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
        replica = external(settings.replica_url, settings.secrets.derive_text).login(APP) if settings.replica_url else None
        async with Database(address, replica=replica) as database:
            yield database
