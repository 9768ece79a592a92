"""Reading the feed of changes: who follows a changed record, to whom one was assigned, and who was invited."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa

from kundig.base.database import Connection
from kundig.base.jobs import JobRun, queue
from kundig.engine.history.feed import MANY, position
from kundig.engine.policy.readers import reader_links
from kundig.engine.policy.scope import Scope
from kundig.engine.policy.tables import UUIDS
from kundig.engine.schema.bound import BoundObject
from kundig.engine.schema.fields.recurrence import parts_of_series
from kundig.services.collaboration.news import TOLD, News
from kundig.services.identity.scopes import Scopes

READER = "notifications"
OWNER = "owner"
_SILENT = ["demo", "import"]
"""Why records are written in such numbers that nobody wants to hear of each."""

_START = """
insert into {ws}.feed_position (reader, position) values (%(reader)s, %(end)s)
on conflict (reader) do update set position = feed_position.position returning position
"""
_LOCK = "select position from {ws}.feed_position where reader = %(reader)s for update skip locked"
_GO_ON = "update {ws}.feed_position set position = %(end)s where reader = %(reader)s"
_FRESH = """
with fresh as (
  select c.id, c.at, c.by_id, count(e.*) as size from {ws}.change c join {ws}.change_entry e on e.change = c.id and e.at = c.at
  where c.transaction >= %(start)s::text::xid8 and c.transaction < %(end)s::text::xid8 and c.source <> all(%(silent)s)
  group by c.id, c.at, c.by_id
)
"""
_FOLLOWED = (
    _FRESH
    + """
select f.user_id, e.object, e.record, h.by_id as actor, array_agg(distinct k.name) as fields
from fresh h join {ws}.change_entry e on e.change = h.id and e.at = h.at
join {ws}.follower f on f.object = e.object and f.record = e.record and f.user_id is distinct from h.by_id
cross join lateral jsonb_object_keys(coalesce(e.new, '{}') - 'external_ids') as k (name)
where e.action in ('update', 'undo', 'merge')
group by f.user_id, e.object, e.record, h.by_id
"""
)
_ASSIGNED = (
    _FRESH
    + """
select e.object, e.record, h.by_id as actor, e.action = 'create' as created, e.new -> %(owner)s ->> 'id' as owner
from fresh h join {ws}.change_entry e on e.change = h.id and e.at = h.at
where h.size <= %(many)s and (e.action = 'create' or e.new ? %(owner)s)
"""
)
_NAMED = (
    _FRESH
    + """
select e.record, h.by_id as actor from fresh h join {ws}.change_entry e on e.change = h.id and e.at = h.at
where h.size <= %(many)s and e.object = %(object)s and (e.action = 'create' or e.new ? %(link)s)
"""
)


async def watch(run: JobRun, scopes: Scopes) -> None:
    """Queue what is to be told of what has happened since the last time; begins with now.

    Queued in the transaction that goes on in the feed, so that nothing is told twice or lost. Of two runs at once one does nothing.
    """
    async with run.transaction() as connection:
        for user, news in await _what_happened(run, scopes, connection):
            await queue(connection, TOLD, {"user": str(user), "news": msgspec.to_builtins(news)})


async def _what_happened(run: JobRun, scopes: Scopes, connection: Connection) -> list[tuple[UUID, News]]:
    end = await position(connection)
    await connection.execute(_START, {"reader": READER, "end": end})
    start = await connection.value(_LOCK, {"reader": READER})
    if start is None or start >= end:
        return []
    values = {"start": start, "end": end, "silent": _SILENT, "owner": OWNER, "many": MANY}
    followed = await connection.rows(_FOLLOWED, values)
    assert run.workspace is not None
    scope = await scopes.of_system(connection, run.workspace, "job")
    assigned = await _assigned(scope, await connection.rows(_ASSIGNED, values))
    await connection.execute(_GO_ON, {"reader": READER, "end": end})
    changed = [
        (row["user_id"], News("changed", row["object"], row["record"], row["actor"], fields=frozenset(row["fields"])))
        for row in followed
    ]
    found = [*assigned]
    for less in (await _invited(scope, values), changed):  # of one record each hears the most important
        told = {(user, news.object, news.record) for user, news in found}
        found += [(user, news) for user, news in less if (user, news.object, news.record) not in told]
    return found


async def _assigned(scope: Scope, rows: Sequence[dict[str, Any]]) -> list[tuple[UUID, News]]:
    """Who became responsible for what; of a new record its owner, unless they made it themselves."""
    owners = await _owners(scope, [(row["object"], row["record"]) for row in rows if row["created"]])
    found = []
    for row in rows:
        owner = owners.get(row["record"]) if row["created"] else row["owner"] and UUID(row["owner"])
        if owner is not None and owner != row["actor"]:
            found.append((owner, News("assigned", row["object"], row["record"], row["actor"], fields=frozenset({OWNER}))))
    return found


async def _owners(scope: Scope, records: Iterable[tuple[str, UUID]]) -> dict[UUID, UUID]:
    by_object: dict[str, list[UUID]] = defaultdict(list)
    for object_, record in records:
        bound = scope.model.objects.get(object_)
        if bound is not None and bound.definition.storage == "record" and not bound.definition.system:
            by_object[object_].append(record)
    found: dict[UUID, UUID] = {}
    for object_, ids in by_object.items():
        row = scope.model.objects[object_].table
        wanted = [row.c.id == sa.any_(sa.bindparam("ids", type_=UUIDS)), row.c.owner_id.is_not(None)]
        wanted += _told_once(scope.model.objects[object_], row)
        statement = sa.select(row.c.id, row.c.owner_id).where(*wanted)
        found |= {item["id"]: item["owner_id"] for item in await scope.connection.rows(statement, {"ids": ids})}
    return found


async def _invited(scope: Scope, values: Mapping[str, Any]) -> list[tuple[UUID, News]]:
    """Who was named as a reader of what by something that it owns, unless they did it themselves."""
    found = []
    for object_ in scope.model.objects.values():
        for owned, owner, link in reader_links(scope.model, object_):
            named = await scope.connection.rows(_NAMED, {**values, "object": owned.name, "link": link.name})
            actors = {row["record"]: row["actor"] for row in named}
            if not actors:
                continue
            one, of = owned.table.alias("o"), object_.table.alias("r")
            statement = sa.select(one.c.id, of.c.id.label("record"), one.c[link.column].label("reader")).where(
                one.c.id == sa.any_(sa.bindparam("ids", type_=UUIDS)),
                one.c.deleted_at.is_(None),
                one.c[link.column].is_not(None),
                of.c.id == one.c[owner.column],
                *_told_once(object_, of),
            )
            rows = await scope.connection.rows(statement, {"ids": list(actors)})
            found += [
                (row["reader"], News("invited", object_.name, row["record"], actors[row["id"]]))
                for row in rows
                if row["reader"] != actors[row["id"]]
            ]
    return found


def _told_once(object_: BoundObject, row: sa.FromClause) -> list[sa.ColumnElement[bool]]:
    """Of a series one hears once."""
    if object_.recurrence is None:
        return []
    series = row.c[parts_of_series(object_.recurrence)["series"]]
    return [sa.or_(series.is_(None), series == sa.cast(row.c.id, sa.Text))]
