"""Writing the journal: one row per change and transaction, one entry per record that it touched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from kundig.base.context import Context

DELETED = "deleted_at"
"""In old and new of an entry: the record went to the trash or came back. Never shown."""
EXTERNAL_IDS = "external_ids"
"""In new of an entry: what other systems call the record since this change; in old: no more. Never shown."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a change did to one record. Values are contract JSON without labels of links; a creation holds none."""

    object: str
    record: UUID
    version: int
    action: str
    old: Mapping[str, Any] | None = None
    new: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ChangeHead:
    """What is said once about a change."""

    id: UUID
    action: str = "write"
    undoes: UUID | None = None
    reason: str | None = None


async def write_head(context: Context, head: ChangeHead) -> None:
    """Name the change of this transaction. A long change writes one row per transaction, all with its id."""
    await context.connection.execute(
        """insert into {ws}.change (id, at, by_kind, by_id, source, action, undoes, reason)
           values (%(id)s, %(at)s, %(kind)s, %(by)s, %(source)s, %(action)s, %(undoes)s, %(reason)s)""",
        {
            "id": head.id, "at": context.now, "kind": context.actor.kind, "by": context.actor.user or context.actor.id,
            "source": context.source, "action": head.action, "undoes": head.undoes, "reason": head.reason,
        },
    )  # fmt: skip


async def write_entries(context: Context, change: UUID, entries: Sequence[Entry]) -> None:
    """Add entries to a change whose head this transaction has written."""
    rows = [
        (change, context.now, e.object, e.record, e.version, e.action, _json(e.old), _json(e.new)) for e in entries
    ]  # fmt: skip
    if len(rows) > 1:
        await context.connection.copy_in("{ws}.change_entry", _COLUMNS, rows)
    elif rows:
        await context.connection.execute(_INSERT, dict(zip(_COLUMNS, rows[0], strict=True)))


_COLUMNS = ("change", "at", "object", "record", "version", "action", "old", "new")
_INSERT = """insert into {ws}.change_entry (change, at, object, record, version, action, old, new)
  values (%(change)s, %(at)s, %(object)s, %(record)s, %(version)s, %(action)s, %(old)s, %(new)s)"""


def _json(values: Mapping[str, Any] | None) -> Jsonb | None:
    return None if values is None else Jsonb(values)


def without_labels(value: Any) -> Any:
    """A value as the journal keeps it: of a link only id and object, since its label is that of the day it is read."""
    if isinstance(value, dict):
        if value.keys() == {"id", "object", "label"}:
            return {"id": value["id"], "object": value["object"]}
        return {key: without_labels(item) for key, item in value.items()}
    return [without_labels(item) for item in value] if isinstance(value, list) else value
