"""Sharing one record with a person or the members of a team: what the API and the page of a record show and do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from kundig.base.errors import Invalid, Missing
from kundig.base.i18n import t
from kundig.engine.history.journal import actor_link, fill_labels, told_at
from kundig.engine.policy.decisions import visible_ids
from kundig.engine.policy.principals import Principal, members, user
from kundig.engine.policy.scope import Scope
from kundig.engine.policy.shares import grant_share, revoke_share, shares
from kundig.engine.records.lookup import parse_id

Level = Literal["read", "edit"]
Share = dict[str, Any]
RECEIVERS: Mapping[str, Callable[[UUID], Principal]] = {"user": user, "team": members}
"""With whom a record can be shared here, by the object's name."""
_NAMES = {"user": "user", "members": "team", "role": "role"}


def shareable(scope: Scope, object_: str) -> bool:
    """Whether records of an object are shared by themselves: what another record owns is shared with that one."""
    return scope.object(object_).definition.storage == "record"


async def list_shares(scope: Scope, object_: str, record: UUID) -> list[Share]:
    """The shares of a record in the order in which they were made; a receiver whom the reader may not see is null. Raises Missing.

    Each is `{"id", "user" | "team" | "role", "level", "until", "at", "by"}`.
    """
    if not shareable(scope, object_):
        raise Missing
    found = [_told(scope, row) for row in await shares(scope, object_, record)]
    await fill_labels(scope, found)
    return found


async def share_with(
    scope: Scope, object_: str, record: UUID, kind: str, receiver: str, level: Level, until: datetime | None = None
) -> Share:
    """Share a record with a `user` or the members of a `team`, or change level and end of that share. Without an end it lasts.

    Raises Missing, Denied (nobody gives more than they have), Invalid for a receiver who isn't there or an end that is over.
    """
    if not shareable(scope, object_) or not await visible_ids(scope, object_, [record]):
        raise Missing
    id_ = parse_id(receiver)
    if id_ is None or not await visible_ids(scope, kind, [id_]):
        raise Invalid.one(kind, "not_found", t("There is no such record, or you may not see it."))
    to = RECEIVERS[kind](id_)
    await grant_share(scope, object_, record, to, level, until)
    lasting = (row["id"] for row in await shares(scope, object_, record) if (row["kind"], row["ref"]) == (to.kind, to.ref))
    if (number := next(lasting, None)) is None:
        raise Invalid.one("until", "bad_value", t("This time is over. Choose an end that is still to come."))
    return next(share for share in await list_shares(scope, object_, record) if share["id"] == str(number))


async def end_share(scope: Scope, object_: str, record: UUID, share: str) -> None:
    """End a share at once, with those that its receiver has granted. Raises Missing, Denied."""
    if not shareable(scope, object_):
        raise Missing
    found = next((row for row in await shares(scope, object_, record) if str(row["id"]) == share), None)
    if found is None:
        raise Missing
    await revoke_share(scope, object_, record, Principal(found["kind"], found["ref"]))


def _told(scope: Scope, row: Mapping[str, Any]) -> Share:
    name = _NAMES[row["kind"]]
    to = {"id": row["ref"], "object": name} if name in RECEIVERS else row["ref"]
    by = actor_link(scope, row["created_by"])
    until = told_at(row["until"]) if row["until"] else None
    return {"id": str(row["id"]), name: to, "level": row["level"], "until": until, "at": told_at(row["created_at"]), "by": by}
