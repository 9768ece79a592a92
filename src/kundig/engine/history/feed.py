"""The feed: what has been committed, in one order, for live pages, webhooks and triggers.

Nobody notifies in a write transaction, since that would make commits wait for each other. Each process reads on from where it
was, below the oldest transaction still running, so that nothing is passed over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from kundig.base.database.connection import Connection

MANY = 50
"""A change of more records than this is told as "the list changed"."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One change as the feed tells it: the records it touched, or none and the objects alone when there are many."""

    change: UUID
    position: int
    objects: frozenset[str]
    records: Sequence[tuple[str, UUID]]


async def position(connection: Connection) -> int:
    """Where the feed ends now: every transaction before it is over."""
    return int(await connection.value("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint"))


async def since(connection: Connection, start: int) -> tuple[list[Happened], int]:
    """What happened from `start` (inclusive) up to the oldest running transaction, and where to go on."""
    end = await position(connection)
    if end <= start:
        return [], start
    rows = await connection.rows(
        """select c.id, c.transaction::text::bigint as position, e.object, array_agg(e.record) as records
             from {ws}.change c join {ws}.change_entry e on e.change = c.id and e.at = c.at
            where c.transaction >= %(start)s::text::xid8 and c.transaction < %(end)s::text::xid8
            group by c.id, c.transaction, e.object order by c.transaction""",
        {"start": start, "end": end},
    )
    found: dict[tuple[UUID, int], list[tuple[str, list[UUID]]]] = {}
    for row in rows:
        found.setdefault((row["id"], row["position"]), []).append((row["object"], row["records"]))
    return [_happened(change, place, parts) for (change, place), parts in found.items()], end


def _happened(change: UUID, place: int, parts: Sequence[tuple[str, Sequence[UUID]]]) -> Happened:
    records = [(object_, record) for object_, ids in parts for record in ids]
    return Happened(change, place, frozenset(object_ for object_, _ in parts), records if len(records) <= MANY else [])
