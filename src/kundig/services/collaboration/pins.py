"""Interactions that stay at the top of a record's timeline. Whoever may edit the record may pin what they see there."""

from __future__ import annotations

from uuid import UUID

from kundig.base.errors import Conflict, Denied, Missing
from kundig.base.i18n import t
from kundig.engine.policy.decisions import allowed, visible_ids
from kundig.engine.policy.scope import Scope

MOST = 5
_OF = "select pinned_object, pinned from {ws}.pin where object = %(object)s and record = %(record)s order by at desc"
_PIN = """
insert into {ws}.pin (object, record, pinned_object, pinned, by_id)
select %(object)s, %(record)s, %(pinned_object)s, %(pinned)s, %(user)s
where exists (select from {ws}.timeline_entry e where e.about_object = %(object)s and e.about = %(record)s
  and e.object = %(pinned_object)s and e.record = %(pinned)s)
on conflict do nothing
"""
_UNPIN = "delete from {ws}.pin where object = %(object)s and record = %(record)s and pinned = %(pinned)s"
_COUNT = """
select count(*) from {ws}.pin p where p.object = %(object)s and p.record = %(record)s and p.pinned <> %(pinned)s
  and exists (select from {ws}.timeline_entry e where e.about_object = p.object and e.about = p.record
    and e.object = p.pinned_object and e.record = p.pinned)
"""
"""Those that still stand on the timeline: what lies in the trash can't be taken down."""


async def pins_of(scope: Scope, object_: str, record: UUID) -> list[tuple[str, UUID]]:
    """Object and id of what is pinned to a record, the latest first; whether the reader sees each is for the caller to ask."""
    rows = await scope.connection.rows(_OF, {"object": object_, "record": record})
    return [(row["pinned_object"], row["pinned"]) for row in rows]


async def pin(scope: Scope, object_: str, record: UUID, pinned: tuple[str, UUID]) -> None:
    """Keep an interaction at the top. Raises Missing, Denied, and Conflict when there are enough."""
    values = await _checked(scope, object_, record, pinned)
    if await scope.connection.value(_COUNT, values) >= MOST:
        raise Conflict(t("At most {most} entries can be pinned. Take one down first.", most=MOST))
    await scope.connection.execute(_PIN, values)


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
