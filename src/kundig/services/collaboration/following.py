"""Following records: one learns what changes in them, for as long as one may see them."""

from __future__ import annotations

from uuid import UUID

from kundig.base.errors import Missing
from kundig.engine.policy.decisions import visible_ids
from kundig.engine.policy.scope import Scope

_FOLLOW = """
insert into {ws}.follower (object, record, user_id) values (%(object)s, %(record)s, %(user)s) on conflict do nothing
"""
_UNFOLLOW = "delete from {ws}.follower where object = %(object)s and record = %(record)s and user_id = %(user)s"
_FOLLOWS = "select exists (select from {ws}.follower where object = %(object)s and record = %(record)s and user_id = %(user)s)"


async def follow(scope: Scope, object_: str, record: UUID) -> None:
    """Follow a record that the actor may see; raises Missing."""
    if scope.access.user is None or not await visible_ids(scope, object_, [record]):
        raise Missing
    await scope.connection.execute(_FOLLOW, _values(scope, object_, record))


async def unfollow(scope: Scope, object_: str, record: UUID) -> None:
    """Follow a record no longer."""
    await scope.connection.execute(_UNFOLLOW, _values(scope, object_, record))


async def follows(scope: Scope, object_: str, record: UUID) -> bool:
    """Whether the actor follows a record."""
    return bool(await scope.connection.value(_FOLLOWS, _values(scope, object_, record)))


def _values(scope: Scope, object_: str, record: UUID) -> dict[str, object]:
    return {"object": object_, "record": record, "user": scope.access.user}
