"""Noting what a request has read of sensitive fields, before its answer leaves."""

from __future__ import annotations

from kundig.base.database import Database
from kundig.engine.policy.scope import Scope


async def note_reads(database: Database, scope: Scope) -> None:
    """Note it in a transaction of its own, once the one that could only read has ended; nothing to note costs nothing."""
    if scope.sensitive:
        async with database.transaction(scope.context.workspace) as connection:
            await scope.sensitive.note(scope.context.on(connection))
