"""The only place that knows everything: settings in, application out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from kundig.base.database import MigrationSource
from kundig.base.database.address import Address, external
from kundig.base.database.embedded import EmbeddedServer
from kundig.base.secrets import Secrets
from kundig.base.settings import Settings


def migration_sources() -> list[MigrationSource]:
    """The SQL folders of all rooms and modules, in the order in which they need each other."""
    return []


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
