"""Reading notifications: only of what one may see now, named as it is called now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from kundig.base.database import Connection
from kundig.base.errors import Missing
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import read_many
from kundig.services.collaboration.comments import names_of
from kundig.services.collaboration.news import UNREAD, NotificationKind

SHOWN = 100
_LIST = """
select id, kind, object, record, actor, at, read_at is not null as read from {ws}.notification
where recipient = %(user)s order by at desc, id desc limit %(limit)s
"""
_READ = """
update {ws}.notification set read_at = now() where recipient = %(user)s and read_at is null
and (%(only)s::uuid is null or id = %(only)s)
"""
_FORGET = "delete from {ws}.notification where recipient = %(user)s and id = any(%(ids)s)"
_UNREAD = f"select u.id, {UNREAD} as unread from unnest(%(users)s::uuid[]) as u (id)"
_ONE = "select object, record from {ws}.notification where recipient = %(user)s and id = %(id)s"
FORGET_OLD = "delete from {ws}.notification where at < now() - interval '90 days'"


@dataclass(frozen=True, slots=True)
class Notification:
    """What happened to which record. `actor` is None for the system, or where the name may not be known."""

    id: UUID
    kind: NotificationKind
    object: str
    record: UUID
    label: str
    actor: str | None
    at: datetime
    read: bool


async def notifications_of(scope: Scope, most: int = SHOWN) -> list[Notification]:
    """The actor's latest notifications, newest first, of records that the actor may see."""
    rows = await scope.connection.rows(_LIST, {"user": scope.access.user, "limit": most})
    labels = await _labels(scope, rows)
    names = await names_of(scope, [row["actor"] for row in rows if row["actor"]])
    return [
        Notification(r["id"], r["kind"], r["object"], r["record"], labels[r["record"]], names.get(r["actor"]), r["at"], r["read"])
        for r in rows
        if r["record"] in labels
    ]


async def forget_invisible(scope: Scope) -> None:
    """Remove the actor's notifications of records that the actor may no longer see, so that they do not count as unread."""
    rows = await scope.connection.rows(_LIST, {"user": scope.access.user, "limit": SHOWN})
    labels = await _labels(scope, rows)
    gone = [row["id"] for row in rows if row["record"] not in labels]
    if gone:
        await scope.connection.execute(_FORGET, {"user": scope.access.user, "ids": gone})


async def mark_read(scope: Scope, *, only: UUID | None = None) -> None:
    """Mark one or all of the actor's notifications as read."""
    await scope.connection.execute(_READ, {"user": scope.access.user, "only": only})


async def unread_of(connection: Connection, users: Collection[UUID]) -> dict[UUID, int]:
    """How many notifications each of these users has not read, at most 100."""
    return {row["id"]: row["unread"] for row in await connection.rows(_UNREAD, {"users": list(users)})}


async def place_of(scope: Scope, id_: UUID) -> tuple[str, UUID]:
    """Object and record of one of the actor's own notifications; raises Missing."""
    row = await scope.connection.row(_ONE, {"user": scope.access.user, "id": id_})
    if row is None:
        raise Missing
    return row["object"], row["record"]


async def _labels(scope: Scope, rows: Sequence[dict[str, Any]]) -> dict[UUID, str]:
    wanted: dict[str, set[UUID]] = defaultdict(set)
    for row in rows:
        if row["object"] in scope.access.objects:
            wanted[row["object"]].add(row["record"])
    labels: dict[UUID, str] = {}
    for object_, ids in wanted.items():
        found = await read_many(scope, object_, list(ids), ["label"])
        labels |= {id_: msgspec.json.decode(text)["label"] or "" for id_, text in found.items()}
    return labels
