"""Writing the audit trail: in the caller's transaction, so that what is told has happened, and what happened is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from kundig.base.context import Context
from kundig.base.uuid7 import uuid7
from kundig.engine.audit.event import AuditEvent

_NOTE = """
insert into {ws}.audit_event (id, at, by_kind, by_id, token, token_name, address, event, object, record, detail)
select n.id, coalesce(%(at)s, now()), %(kind)s, %(by)s, %(token)s, %(token_name)s, %(address)s::inet,
  n.event, n.object, n.record, n.detail
from unnest(%(ids)s::uuid[], %(events)s::text[], %(objects)s::text[], %(records)s::uuid[], %(details)s::jsonb[])
  as n (id, event, object, record, detail)
"""


@dataclass(frozen=True, slots=True)
class Noted:
    """One thing to note. `detail` is JSON without secrets; records in it are `{"id", "object"}` and get their names when read."""

    event: AuditEvent
    object: str | None = None
    record: UUID | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


async def note(
    context: Context,
    event: AuditEvent,
    *,
    object_: str | None = None,
    record: UUID | None = None,
    detail: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> None:
    """Note an event in the caller's transaction, which is in the workspace. `at` is for what is told later than it happened."""
    await note_all(context, [Noted(event, object_, record, detail or {})], at=at)


async def note_all(context: Context, several: Sequence[Noted], *, at: datetime | None = None) -> None:
    """The same for several events of one moment, in one statement; for none without any."""
    if not several:
        return
    actor = context.actor
    by_token = actor.kind == "token"
    await context.connection.execute(
        _NOTE,
        {
            "at": at,
            "kind": actor.kind,
            "by": actor.user or (None if by_token else actor.id),
            "token": actor.id if by_token else None,
            "token_name": actor.name if by_token else None,
            "address": context.address,
            "ids": [uuid7() for _ in several],
            "events": [noted.event.name for noted in several],
            "objects": [noted.object for noted in several],
            "records": [noted.record for noted in several],
            "details": [Jsonb(dict(noted.detail)) for noted in several],
        },
    )
