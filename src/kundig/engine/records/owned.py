"""What a record owns (lines, attendees) goes to the trash with it and comes back with it."""

from __future__ import annotations

from collections.abc import Awaitable, Iterator, Sequence
from operator import itemgetter
from uuid import UUID

from kundig.engine.policy.scope import Scope
from kundig.engine.records.draft import Delete, Draft, Item, Restore
from kundig.engine.schema.bound import BoundObject


def owned_objects(scope: Scope, parent: BoundObject) -> Iterator[tuple[BoundObject, str]]:
    """Objects whose records the parent's records own, with the link's column."""
    for child in parent.children:
        object_ = scope.model.objects[child.object]
        if object_.definition.storage == "owned" and object_.definition.parent == child.field:
            yield object_, object_.fields[child.field].column


def with_owned(scope: Scope, drafts: Sequence[Draft]) -> Iterator[tuple[str, Awaitable[list[Item]]]]:
    """For each owned object the deletions or restorations that follow."""
    if not drafts:
        return
    for object_, column in owned_objects(scope, drafts[0].object):
        yield object_.name, _items(scope, object_, column, drafts)


async def _items(scope: Scope, object_: BoundObject, column: str, drafts: Sequence[Draft]) -> list[Item]:
    """Live children of deleted parents; of restored ones the children deleted at the same moment.

    All are locked at once, in the order of their ids; they come by parent, so that parts of the list lock figures in order.
    """
    times = {draft.id: draft.old.get("deleted_at") for draft in drafts}
    deleted = {draft.id for draft in drafts if draft.action == "delete"}
    statement = f"""select id, "{column}" as parent, deleted_at from {{ws}}."{object_.name}" where "{column}" = any(%(ids)s)
                     order by id for update"""
    rows = await scope.connection.rows(statement, {"ids": list(times)})
    found: list[Item] = []
    for row in sorted(rows, key=itemgetter("parent", "id")):
        parent: UUID = row["parent"]
        if parent in deleted and row["deleted_at"] is None:
            found.append(Delete(row["id"]))
        elif parent not in deleted and row["deleted_at"] == times[parent]:
            found.append(Restore(row["id"]))
    return found
