"""Removing for good: what has lain in the trash long enough goes, with all that it owns and all that refers to it.

Only the owner's job does it, in chunks, each in one transaction, so that a job that is killed goes on where it was. Of a record
that is gone the journal keeps who changed it and when, without values.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from kundig.base.database import Connection
from kundig.base.database.names import quoted
from kundig.base.database.transactions import retrying
from kundig.base.jobs import Job, JobRun, queue
from kundig.engine.audit import note
from kundig.engine.audit.events import PURGED
from kundig.engine.configuration.documents import TRASH_DAYS
from kundig.engine.policy.configuring import RIGHT
from kundig.engine.policy.decisions import allowed
from kundig.engine.policy.jobs import SystemScope
from kundig.engine.policy.naming import title_links
from kundig.engine.policy.scope import Scope
from kundig.engine.records.owned import owned_objects
from kundig.engine.records.renewing import rename
from kundig.engine.schema.bound import BoundField, BoundObject
from kundig.engine.search.entries import keep_entries

JOB = "records.purge"
CHUNK = 200
"""Records removed in one transaction, besides what they own."""
TRACES = (
    *(
        f"delete from {{ws}}.{table} where object = %(object)s and record = any(%(ids)s)"
        for table in ("share", "stage_history", "contact_point", "external_id", "search_entry", "timeline_entry", "kept_rate")
    ),
    "delete from {ws}.timeline_entry where about_object = %(object)s and about = any(%(ids)s)",
    """update {ws}.change_entry set old = null, new = null
        where object = %(object)s and record = any(%(ids)s) and (old is not null or new is not null)""",
)
"""What the engine itself keeps of records: statements about `object` and `ids`. Other rooms say theirs beside their tables."""


@dataclass(frozen=True, slots=True)
class Emptying:
    """After how many days the trash is emptied (0: never), and since when that holds."""

    days: int
    since: datetime

    def gone_at(self, deleted_at: datetime) -> datetime | None:
        """When a record that was deleted then is removed for good; None for never."""
        return max(deleted_at, self.since) + timedelta(days=self.days) if self.days else None


async def emptying(connection: Connection) -> Emptying:
    """What holds in the workspace."""
    row = await connection.row(_EMPTYING)
    assert row is not None
    return Emptying(TRASH_DAYS if row["days"] is None else row["days"], row["since"])


_EMPTYING = """
select (select (body ->> 'trash_days')::int from {ws}.document where kind = 'workspace') as days, min(since) as since
from {ws}.trash_since"""


def purge_jobs(system_scope: SystemScope, traces: Sequence[str] = ()) -> tuple[Job, ...]:
    """The jobs, given how to open a scope of the program itself, and what other rooms keep of records (as `TRACES`)."""

    async def chunk(run: JobRun, object_: str, ids: Sequence[UUID] | None) -> int:
        assert run.workspace is not None
        async with run.database.owner(run.workspace) as connection:
            scope = await system_scope(connection, run.workspace, "job")
            scope = replace(scope, context=replace(scope.context, actor=run.actor))
            if object_ not in scope.model.objects:
                return 0
            found = await (_old(scope, object_) if ids is None else _chosen(scope, object_, ids))
            if found:
                await purge(scope, object_, found, (*TRACES, *traces))
                record = found[0] if ids is not None and len(found) == 1 else None
                await note(scope.context, PURGED, object_=object_, record=record, detail={"count": len(found)})
            return len(found)

    async def empty(run: JobRun) -> None:
        assert run.workspace is not None
        async with run.transaction() as connection:
            names = [o.name for o in _emptied(await system_scope(connection, run.workspace, "job"))]
        for name in names:
            while await retrying(partial(chunk, run, name, None)):
                pass

    async def chosen(run: JobRun) -> None:
        ids = [UUID(id_) for id_ in run.payload["ids"]]
        await retrying(partial(chunk, run, run.payload["object"], ids))

    return (Job("records.empty_trash", empty, periodic="47 2 * * *"), Job(JOB, chosen))


async def ask_for_purge(scope: Scope, object_: str, id_: UUID) -> bool:
    """Have a job remove a record of the trash for good, in the name of who asks; False if it is not there for them.

    Raises Denied for who may not configure the workspace: nothing brings it back.
    """
    scope.require(RIGHT)
    bound = scope.object(object_)
    if bound.definition.system or not await allowed(scope, "delete", object_, [id_], trashed=True):
        return False
    await queue(scope.connection, JOB, {"object": object_, "ids": [str(id_)]}, actor=scope.context.actor)
    return True


def _emptied(scope: Scope) -> Iterator[BoundObject]:
    """All objects but those of the platform: users and teams stand for who did what."""
    return (object_ for object_ in scope.model.objects.values() if not object_.definition.system)


async def _old(scope: Scope, object_: str) -> list[UUID]:
    """The records of the next chunk, locked: whoever brings one back first keeps it."""
    holds = await emptying(scope.connection)
    if not holds.days:
        return []
    statement = f"""select id from {{ws}}.{quoted(object_)}
      where deleted_at < now() - make_interval(days => %(days)s) and %(since)s < now() - make_interval(days => %(days)s)
      order by deleted_at, id limit {CHUNK} for update skip locked"""
    return list(await scope.connection.values(statement, {"days": holds.days, "since": holds.since}))


async def _chosen(scope: Scope, object_: str, ids: Sequence[UUID]) -> list[UUID]:
    statement = f"select id from {{ws}}.{quoted(object_)} where id = any(%(ids)s) and deleted_at is not null order by id for update"
    return list(await scope.connection.values(statement, {"ids": list(ids)}))


async def purge(scope: Scope, object_: str, ids: Sequence[UUID], traces: Sequence[str]) -> None:
    """Remove locked records with what they own and all that refers to them. As the owner: the servers' role could not."""
    bound = scope.model.objects[object_]
    for child, column in owned_objects(scope, bound):
        statement = f'select id from {{ws}}.{quoted(child.name)} where "{column}" = any(%(ids)s) order by id for update'
        if owned := await scope.connection.values(statement, {"ids": list(ids)}):
            await purge(scope, child.name, owned, traces)
    params: dict[str, Any] = {"object": object_, "ids": list(ids)}
    for other in scope.model.objects.values():
        await _unlink(scope, other, object_, ids)
    for trace in traces:
        await scope.connection.execute(trace, params)
    await scope.connection.execute(f"delete from {{ws}}.{quoted(object_)} where id = any(%(ids)s)", params)


async def _unlink(scope: Scope, other: BoundObject, object_: str, ids: Sequence[UUID]) -> None:
    """Empty the links of other records. They read as empty already, since their target lay in the trash: no version, no journal."""
    params = {"object": object_, "ids": list(ids)}
    renamed: set[UUID] = set()
    for field in other.fields.values():
        if (side := other.side_tables.get(field.name)) is not None:
            if "target_object" in side.c:
                await scope.connection.execute(
                    f"delete from {{ws}}.{quoted(side.name)} where target_object = %(object)s and target = any(%(ids)s)", params
                )
            elif field.target == object_:
                await scope.connection.execute(f"delete from {{ws}}.{quoted(side.name)} where target = any(%(ids)s)", params)
        elif _is_link_to(field, object_):
            column = quoted(field.column)
            statement = f"update {{ws}}.{quoted(other.name)} set {column} = null where {column} = any(%(ids)s) returning id"
            found = await scope.connection.values(statement, params)
            renamed |= set(found) if field in title_links(other) else set()
    if left := sorted(renamed - set(ids)):
        await rename(scope, other, left)
        await keep_entries(scope, other.name, left)


def _is_link_to(field: BoundField, object_: str) -> bool:
    """Whether a column of the field points there; who made a record is a principal, which no table of the model holds."""
    return field.to_one and field.target == object_ and field.column != "id" and not (field.standard and field.read_only)
