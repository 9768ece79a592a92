"""Comments on any record: who sees the record sees them and may add one; only its author changes or takes back a comment."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from kundig.base.database import Connection
from kundig.base.errors import Denied, Missing
from kundig.base.i18n import t
from kundig.base.jobs import queue
from kundig.base.uuid7 import uuid7
from kundig.engine.policy.decisions import visible_ids
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import read_many
from kundig.services.collaboration.following import follow
from kundig.services.collaboration.news import COMMENTED
from kundig.services.collaboration.text import Person, written

MOST = 200
_ADD = """
insert into {ws}.comment (id, object, record, author, html, mentions)
values (%(id)s, %(object)s, %(record)s, %(author)s, %(html)s, %(mentions)s)
"""
_LIST = """
select id, author, html, created_at, edited_at from {ws}.comment
where object = %(object)s and record = %(record)s order by created_at desc, id desc limit %(limit)s
"""
_STATES = """
select r.object, r.record,
  concat_ws('-', count(distinct c.id), max(greatest(c.created_at, c.edited_at)), count(s.at), max(s.at)) as state
from unnest(%(objects)s::text[], %(records)s::uuid[]) as r (object, record)
left join {ws}.comment c on c.object = r.object and c.record = r.record left join {ws}.reaction s on s.target = c.id
group by r.object, r.record
"""
_ONE = "select object, record, author, html from {ws}.comment where id = %(id)s"


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment as its reader sees it. `html` is sanitised; `author` is None where the reader may not know the name."""

    id: UUID
    author: str | None
    html: str
    created_at: datetime
    edited_at: datetime | None
    own: bool


async def comments_of(scope: Scope, object_: str, record: UUID) -> list[Comment]:
    """The latest comments on a record, the oldest of them first; raises Missing."""
    await check_visible(scope, object_, record)
    rows = await scope.connection.rows(_LIST, {"object": object_, "record": record, "limit": MOST})
    names = await names_of(scope, [row["author"] for row in rows])
    return [
        Comment(r["id"], names.get(r["author"]), r["html"], r["created_at"], r["edited_at"], r["author"] == scope.access.user)
        for r in reversed(rows)
    ]


async def add_comment(scope: Scope, object_: str, record: UUID, html: str) -> UUID:
    """Add a comment; its author follows the record from then on, and a job tells who should know. Raises Missing, Invalid."""
    await check_visible(scope, object_, record)
    author = _author(scope)
    made, id_ = written(html, await people(scope)), uuid7()
    values = {"id": id_, "object": object_, "record": record, "author": author, "html": made.html, "mentions": list(made.mentions)}
    await scope.connection.execute(_ADD, values)
    await follow(scope, object_, record)
    await queue(scope.connection, COMMENTED, {"comment": str(id_)}, actor=scope.context.actor)
    return id_


async def comment_states(connection: Connection, records: Collection[tuple[str, UUID]]) -> dict[tuple[str, UUID], str]:
    """For each record a text that differs when its comments do; whoever tells of it must know that it may be told."""
    objects, ids = [object_ for object_, _ in records], [record for _, record in records]
    rows = await connection.rows(_STATES, {"objects": objects, "records": ids}) if records else []
    return {(row["object"], row["record"]): row["state"] for row in rows}


async def change_comment(scope: Scope, id_: UUID, html: str) -> None:
    """Change one's own comment; who is mentioned for the first time learns of it. Raises Missing, Denied, Invalid."""
    await own_comment(scope, id_)
    made = written(html, await people(scope))
    await scope.connection.execute(
        "update {ws}.comment set html = %(html)s, mentions = %(mentions)s, edited_at = now() where id = %(id)s",
        {"id": id_, "html": made.html, "mentions": list(made.mentions)},
    )
    await queue(scope.connection, COMMENTED, {"comment": str(id_)}, actor=scope.context.actor)


async def remove_comment(scope: Scope, id_: UUID) -> None:
    """Take one's own comment away, with the notifications of it and the signs put to it. Raises Missing, Denied."""
    await own_comment(scope, id_)
    await scope.connection.execute("delete from {ws}.reaction where target = %(id)s", {"id": id_})
    await scope.connection.execute("delete from {ws}.comment where id = %(id)s", {"id": id_})


async def place_of_comment(scope: Scope, id_: UUID) -> tuple[str, UUID]:
    """Object and record of a comment that the actor may see; raises Missing."""
    row = await _seen(scope, id_)
    return row["object"], row["record"]


async def own_comment(scope: Scope, id_: UUID) -> tuple[str, UUID, str]:
    """Object, record and HTML of a comment of the actor's own. Raises Missing where it can't be seen, Denied for others'."""
    row = await _seen(scope, id_)
    if row["author"] != scope.access.user:
        raise Denied(t("Only its author can change a comment."))
    return row["object"], row["record"], row["html"]


async def _seen(scope: Scope, id_: UUID) -> dict[str, Any]:
    row = await scope.connection.row(_ONE, {"id": id_})
    if row is None:
        raise Missing
    await check_visible(scope, row["object"], row["record"])
    return row


async def check_visible(scope: Scope, object_: str, record: UUID) -> None:
    """Raise Missing unless the actor may see the record."""
    if not await visible_ids(scope, object_, [record]):
        raise Missing


async def people(scope: Scope) -> list[Person]:
    """Those whom the actor can mention: active users whose names the actor may know."""
    rows = await scope.connection.values('select id from {ws}."user" where is_active and deleted_at is null limit 1000')
    return [Person(id_, name) for id_, name in (await names_of(scope, rows)).items()]


async def names_of(scope: Scope, users: Sequence[UUID]) -> dict[UUID, str]:
    """The names of users, as far as the actor may know them."""
    if "user" not in scope.access.objects:
        return {}
    found = await read_many(scope, "user", list(dict.fromkeys(users)), ["label"])
    return {id_: msgspec.json.decode(text)["label"] for id_, text in found.items()}


def _author(scope: Scope) -> UUID:
    if scope.access.user is None:
        raise Denied(t("Only people can write comments."))
    return scope.access.user
