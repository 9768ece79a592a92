"""The audit trail: what happened and is in no journal, since no record changed. The servers add to it and read it, no more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from kundig.base.context import Context
from kundig.base.uuid7 import uuid7

_NOTE = """
insert into {ws}.audit_event (id, by_kind, by_id, event, object, record, detail, address)
values (%(id)s, %(kind)s, %(by)s, %(event)s, %(object)s, %(record)s, %(detail)s, %(address)s::inet)
"""


async def note(
    context: Context, event: str, *, object_: str | None = None, record: UUID | None = None, detail: Mapping[str, Any] | None = None
) -> None:
    """Note an event in the caller's transaction, which is in the workspace. `detail` is JSON and holds no secrets."""
    await context.connection.execute(
        _NOTE,
        {
            "id": uuid7(),
            "kind": context.actor.kind,
            "by": context.actor.user or context.actor.id,
            "event": event,
            "object": object_,
            "record": record,
            "detail": Jsonb(dict(detail or {})),
            "address": context.address,
        },
    )
