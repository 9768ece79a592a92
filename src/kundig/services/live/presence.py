"""Who has which record open: told by each process of its own pages, read by all."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from kundig.base.database import Connection
from kundig.services.live.facts import Audience, Record

LASTS = 8
"""Seconds after which a page that nobody speaks of any more is taken to be closed."""

_RENEW = """
with gone as (delete from {ws}.presence where until < now() - interval '1 minute' or stream = any(%(closed)s))
insert into {ws}.presence (stream, user_id, object, record, until)
select stream, user_id, object, record, now() + make_interval(secs => %(lasts)s)
from unnest(%(streams)s::uuid[], %(users)s::uuid[], %(objects)s::text[], %(records)s::uuid[]) as p (stream, user_id, object, record)
on conflict (stream) do update set until = excluded.until
"""
_WHO = """
select distinct p.object, p.record, p.user_id, u.label, u.audience
from unnest(%(objects)s::text[], %(records)s::uuid[]) as r (object, record)
join {ws}.presence p on p.object = r.object and p.record = r.record and p.until > now()
join {ws}."user" u on u.id = p.user_id where u.deleted_at is null
order by u.label
"""


@dataclass(frozen=True, slots=True)
class Someone:
    """Somebody who has a record open; `audience` says who may know their name."""

    user: UUID
    name: str
    audience: Audience


async def renew_presence(connection: Connection, open_: Mapping[UUID, tuple[UUID, Record]], closed: Collection[UUID]) -> None:
    """Say that these pages are still open (stream → user and record), and that those are not."""
    streams = list(open_)
    values = {
        "streams": streams,
        "users": [open_[stream][0] for stream in streams],
        "objects": [open_[stream][1][0] for stream in streams],
        "records": [open_[stream][1][1] for stream in streams],
        "closed": list(closed),
        "lasts": LASTS,
    }
    await connection.execute(_RENEW, values)


async def present(connection: Connection, records: Collection[Record]) -> dict[Record, Sequence[Someone]]:
    """Who has these records open, in any process."""
    values = {"objects": [object_ for object_, _ in records], "records": [record for _, record in records]}
    found: dict[Record, list[Someone]] = {}
    for row in await connection.rows(_WHO, values):
        someone = Someone(row["user_id"], row["label"] or "", Audience(row["audience"]))
        found.setdefault((row["object"], row["record"]), []).append(someone)
    return dict(found)
