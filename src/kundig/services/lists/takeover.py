"""Who leaves hands over: the open records of a user get another owner, object by object, each a bulk change that can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kundig.base.errors import Invalid
from kundig.base.i18n import t
from kundig.engine.audit import note
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import count_records
from kundig.engine.schema.bound import BoundObject
from kundig.services.identity.audit_events import HANDED_OVER
from kundig.services.identity.objects import USER
from kundig.services.lists.bulk import start
from kundig.services.lists.choosing import Run, choose_matching, read_run
from kundig.services.lists.still_open import still_open

RIGHT = "manage_users"
_RUNS = (
    "select id from {ws}.bulk_run where given_up_by = %(user)s and by_user = %(by)s and state <> 'chosen' order by id desc limit 50"
)


@dataclass(frozen=True, slots=True)
class Owned:
    """How many open records of an object somebody owns."""

    object: str
    number: int


async def owned_by(scope: Scope, user: UUID) -> list[Owned]:
    """The objects of which somebody owns open records that the actor may see; one statement for each object."""
    return [owned for owned, _ in await _owned(scope, user)]


async def hand_over(scope: Scope, user: UUID, successor: UUID) -> list[Run]:
    """Give all open records of a user to another: few at once, many by jobs. Raises Denied, Invalid for who could not keep them."""
    scope.require(RIGHT)
    await _check(scope, user, successor)
    runs = []
    for owned, where in await _owned(scope, user):
        run = await choose_matching(scope, owned.object, where, None)
        await scope.connection.execute(
            "update {ws}.bulk_run set given_up_by = %(user)s where id = %(run)s", {"user": user, "run": run}
        )
        runs.append(await start(scope, run, "edit", {"owner": str(successor)}))
    detail = {"to": {"id": str(successor), "object": USER.name}, "count": sum(run.total for run in runs)}
    await note(scope.context, HANDED_OVER, object_=USER.name, record=user, detail=detail)
    return runs


async def handing_over(scope: Scope, user: UUID) -> list[Run]:
    """What was handed over from a user by the actor lately, and how far it is."""
    ids: Sequence[UUID] = await scope.connection.values(_RUNS, {"user": user, "by": scope.access.user})
    return [await read_run(scope, id_) for id_ in ids]


async def _check(scope: Scope, user: UUID, successor: UUID) -> None:
    active = 'select is_active from {ws}."user" where id = %(id)s and deleted_at is null'
    if successor == user or not await scope.connection.value(active, {"id": successor}):
        raise Invalid.one("successor", "bad_value", t("Choose somebody else who can sign in."))


async def _owned(scope: Scope, user: UUID) -> list[tuple[Owned, dict[str, Any]]]:
    """What there is to hand over, with the filter that finds it."""
    found = [
        (Owned(object_.name, await count_records(scope, object_.name, where, cap=None)), where)
        for object_, where in _open(scope, user)
    ]
    return [(owned, where) for owned, where in found if owned.number]


def _open(scope: Scope, user: UUID) -> list[tuple[BoundObject, dict[str, Any]]]:
    """The objects that may have an owner to exchange, with the filter of what is open."""
    found = []
    for object_ in scope.model.objects.values():
        rights = scope.access.objects.get(object_.name)
        if rights is None or not rights.readable or object_.definition.system or object_.definition.storage != "record":
            continue
        still = still_open(scope, object_)
        if still is not None and "owner" in object_.fields and "owner" not in rights.hidden:
            found.append((object_, {"all": [{"field": "owner", "op": "is", "value": str(user)}, *still]}))
    return found
