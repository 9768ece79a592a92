"""Interactions that stay at the top of a record's timeline. Whoever may edit the record may pin what they see there."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from kundig.base.database.connection import WORKSPACE_SCHEMA
from kundig.base.errors import Conflict, Denied, Missing
from kundig.base.i18n import t
from kundig.engine.policy.decisions import allowed, visible_ids
from kundig.engine.policy.scope import Scope
from kundig.engine.policy.statements import statement
from kundig.engine.policy.tables import TIMELINE_ENTRY
from kundig.engine.policy.timelines import told

MOST = 5
_PINNED = sa.table(
    "pin",
    sa.column("object", sa.Text()),
    sa.column("record", sa.Uuid()),
    sa.column("pinned_object", sa.Text()),
    sa.column("pinned", sa.Uuid()),
    sa.column("at", sa.DateTime(timezone=True)),
    schema=WORKSPACE_SCHEMA,
)
_PIN = """
insert into {ws}.pin (object, record, pinned_object, pinned, by_id)
values (%(object)s, %(record)s, %(pinned_object)s, %(pinned)s, %(user)s) on conflict do nothing
"""
_UNPIN = "delete from {ws}.pin where object = %(object)s and record = %(record)s and pinned = %(pinned)s"


async def pins_of(scope: Scope, object_: str, record: UUID) -> list[tuple[str, UUID]]:
    """Object and id of what is pinned to a record, the latest first, as far as its timeline tells the reader of each."""
    compiled = statement(scope, ("pins", object_), partial(_of, scope, object_))
    rows = await scope.connection.rows(compiled, {"record": record, **scope.access.parameters})
    return [(row["pinned_object"], row["pinned"]) for row in rows]


def _of(scope: Scope, object_: str) -> sa.Select[Any]:
    pinned, entry = _PINNED.alias(), TIMELINE_ENTRY.alias()
    stands = sa.exists().where(
        entry.c.about_object == pinned.c.object,
        entry.c.about == pinned.c.record,
        entry.c.object == pinned.c.pinned_object,
        entry.c.record == pinned.c.pinned,
        told(scope.model, scope.access, object_, entry),
    )
    of_record = (pinned.c.object == sa.literal(object_), pinned.c.record == sa.bindparam("record", type_=sa.Uuid()))
    return sa.select(pinned.c.pinned_object, pinned.c.pinned).where(*of_record, stands).order_by(pinned.c.at.desc())


async def pin(scope: Scope, object_: str, record: UUID, pinned: tuple[str, UUID]) -> None:
    """Keep an interaction at the top. Raises Missing, Denied, and Conflict when there are enough."""
    values = await _checked(scope, object_, record, pinned)
    if len(set(await pins_of(scope, object_, record)) - {pinned}) >= MOST:
        raise Conflict(t("At most {most} entries can be pinned. Take one down first.", most=MOST))
    compiled = statement(scope, ("pinnable", object_), partial(_standing, scope, object_))
    if await scope.connection.value(compiled, {**scope.access.parameters, **values}):
        await scope.connection.execute(_PIN, values)


def _standing(scope: Scope, object_: str) -> sa.Select[Any]:
    """Whether an interaction stands on a record's timeline, as far as that tells the actor of it."""
    entry = TIMELINE_ENTRY.alias()
    about, record = sa.bindparam("record", type_=sa.Uuid()), sa.bindparam("pinned", type_=sa.Uuid())
    kind = sa.bindparam("pinned_object", type_=sa.Text())
    named = (entry.c.about_object == sa.literal(object_), entry.c.about == about, entry.c.object == kind, entry.c.record == record)
    return sa.select(sa.exists().where(*named, told(scope.model, scope.access, object_, entry)))


async def unpin(scope: Scope, object_: str, record: UUID, pinned: tuple[str, UUID]) -> None:
    """Let it go back to its place. Raises Missing, Denied."""
    await scope.connection.execute(_UNPIN, await _checked(scope, object_, record, pinned))


async def _checked(scope: Scope, object_: str, record: UUID, pinned: tuple[str, UUID]) -> dict[str, object]:
    if not await visible_ids(scope, object_, [record]) or not await visible_ids(scope, pinned[0], [pinned[1]]):
        raise Missing
    if not await allowed(scope, "edit", object_, [record]) or scope.access.user is None:
        raise Denied(t("Your role does not allow this change to {object}.", object=scope.object(object_).definition.label_plural))
    own = {"object": object_, "record": record, "user": scope.access.user}
    return own | {"pinned_object": pinned[0], "pinned": pinned[1]}
