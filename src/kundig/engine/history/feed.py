"""The feed: what has been committed, in one order, for live pages, webhooks and triggers.

Nobody notifies in a write transaction, since that would make commits wait for each other. Each process reads on from where it
was, below the oldest transaction still running, so that nothing is passed over.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kundig.base.database.connection import Connection

MANY = 50
"""A change of more records of an object than this is told as "the list changed"."""

_SINCE = """
select e.object,
       jsonb_agg(jsonb_build_object('record', e.record, 'action', e.action, 'fields', k.names)) as touched
  from {ws}.change c join {ws}.change_entry e on e.change = c.id and e.at = c.at
 cross join lateral (select coalesce(jsonb_agg(name), '[]') as names
                       from jsonb_object_keys(coalesce(e.new, '{}') - 'external_ids') name) k
 where c.transaction >= %(start)s::text::xid8 and c.transaction < %(end)s::text::xid8
 group by c.id, c.transaction, e.object order by c.transaction
"""


@dataclass(frozen=True, slots=True)
class Touched:
    """What a change did to one record. `fields` are the names of what it changed; a creation names none."""

    record: UUID
    action: str
    fields: frozenset[str]


@dataclass(frozen=True, slots=True)
class Happened:
    """What one change did to records of one object; `many` are not meant to be told one by one."""

    object: str
    touched: Sequence[Touched]

    @property
    def many(self) -> bool:
        """Whether this is told as "the list changed"."""
        return len(self.touched) > MANY


async def position(connection: Connection) -> int:
    """Where the feed ends now: every transaction before it is over."""
    return int(await connection.value("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint"))


async def since(connection: Connection, start: int) -> tuple[list[Happened], int]:
    """What happened from `start` (inclusive) up to the oldest running transaction, and where to go on."""
    end = await position(connection)
    if end <= start:
        return [], start
    rows = await connection.rows(_SINCE, {"start": start, "end": end})
    return [Happened(row["object"], _touched(row["touched"])) for row in rows], end


def _touched(entries: Sequence[dict[str, Any]]) -> list[Touched]:
    return [Touched(UUID(entry["record"]), entry["action"], frozenset(entry["fields"])) for entry in entries]


def by_object(happened: Sequence[Happened]) -> dict[str, list[Happened]]:
    """Grouped by object, in order."""
    found: dict[str, list[Happened]] = defaultdict(list)
    for item in happened:
        found[item.object].append(item)
    return found
