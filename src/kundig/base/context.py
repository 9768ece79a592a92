"""Who acts, where, in which language and why: passed explicitly to everything that reads or writes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from kundig.base.database.connection import Connection
    from kundig.base.secrets import Secrets


@dataclass(frozen=True, slots=True)
class Workspace:
    """One company's data: a schema in a database. Only a `live` one delivers mail and webhooks."""

    name: str
    schema: str
    kind: str = "live"
    currency: str = "EUR"
    region: str = "DE"
    language: str = "de"
    time_zone: str = "Europe/Berlin"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is answerable for what happens: a person (through a page or a token), a job, the system itself."""

    kind: str
    """user, token, workflow, portal, public_form, system"""
    id: UUID | None = None
    user: UUID | None = None
    """The user whose rights count; None only for the system."""
    name: str | None = None
    """What a token is called: it stays known in the audit trail when the token has ended."""


SYSTEM = Actor("system")


@dataclass(frozen=True, slots=True)
class Context:
    """What every call needs to know besides its own arguments. `source` says why: api, web, import, cli, demo, job, undo."""

    connection: Connection
    workspace: Workspace
    actor: Actor
    source: str
    language: str = "de"
    time_zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Berlin"))
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    secrets: Secrets | None = None
    """Signs what comes back (cursors), so that it holds in all processes of the installation; the edges give it."""
    address: str | None = None
    """Where the request came from; the edges give it."""
    proven: bool | None = None
    """Whether a person at a page has lately shown that it is them; None where nobody can be asked (tokens, jobs, the program)."""

    def on(self, connection: Connection) -> Context:
        """The same on another connection: for what is kept beside the transaction that it began with."""
        return replace(self, connection=connection)
