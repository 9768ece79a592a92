"""Handing a record over to somebody else, with the open records around it that belonged to the same person: one change."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from kundig.base.errors import Conflict, Invalid
from kundig.base.i18n import t
from kundig.engine.policy.decisions import allowed
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import ListQuery, list_records, read_record
from kundig.engine.records.writing import MAX_ITEMS, Change, Update
from kundig.engine.schema.bound import BoundObject, Child
from kundig.services.lists.still_open import still_open

OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Around:
    """Open records that link to the one handed over, belong to the same person, and may be assigned."""

    child: Child
    ids: tuple[UUID, ...]


async def around(scope: Scope, object_: BoundObject, record: UUID, owner: UUID | None) -> list[Around]:
    """What could go along, as far as the actor may see and assign it; at most as many of a kind as are written at once."""
    found = []
    for child in _children(scope, object_):
        still = still_open(scope, scope.model.objects[child.object])
        if still is None:
            continue
        own: dict[str, Any] = {"field": OWNER, "op": "is", "value": str(owner)} if owner else {"field": OWNER, "op": "empty"}
        where = {"all": [{"field": child.field, "op": "is", "value": str(record)}, own, *still]}
        rows = (await list_records(scope, ListQuery(child.object, where, ["label"], None, MAX_ITEMS))).records()
        ids = [UUID(row["id"]) for row in rows]
        mine = await allowed(scope, "assign", child.object, ids)
        if mine:
            found.append(Around(child, tuple(id_ for id_ in ids if id_ in mine)))
    return found


async def owner_of(scope: Scope, object_: str, record: UUID) -> tuple[str, UUID | None, str, int]:
    """A record's name, its owner with their name, and its version. Raises Missing."""
    found = msgspec.json.decode((await read_record(scope, object_, record, ["label", OWNER, "version"])).text)
    owner = found[OWNER]
    return found["label"], UUID(owner["id"]) if owner else None, owner["label"] if owner else "", found["version"]


async def hand_over(
    scope: Scope, object_: BoundObject, record: UUID, to: UUID, *, was: UUID | None, along: Collection[str]
) -> Change:
    """Give a record and what is `along` (paths as `opportunity.account`) to another owner.

    Raises Missing, Denied, Invalid, and Conflict if it no longer belongs to `was`.
    """
    _, owner, name, _ = await owner_of(scope, object_.name, record)
    if owner != was:
        raise Conflict(t("Somebody has assigned it meanwhile: it belongs to {name} now.", name=name or t("nobody")))
    if owner == to:
        raise Invalid.one(OWNER, "bad_value", t("It belongs to this person already."))
    going = [item for item in await around(scope, object_, record, owner) if item.child.path in along]
    change, given = Change(scope), {OWNER: str(to)}
    await change.write(object_.name, [Update(record, given)])
    for item in going:
        await change.write(item.child.object, [Update(id_, given) for id_ in item.ids if id_ != record])
    return change


def _children(scope: Scope, object_: BoundObject) -> Iterator[Child]:
    """The links that lead here from records which have owners of their own, which the actor may know and assign."""
    for child in object_.children:
        rights = scope.access.objects.get(child.object)
        other = scope.model.objects[child.object]
        if rights is None or rights.assign == "none" or other.definition.storage != "record" or other.definition.system:
            continue
        if OWNER in other.fields and not {child.field, OWNER} & rights.hidden and child.field != OWNER:
            yield child
