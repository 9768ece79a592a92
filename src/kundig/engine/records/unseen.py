"""Links to records that the actor can't see read as if they were not there. What is written over them leaves them as they are.

Somebody who empties such a link, or replaces a list that holds some, has not meant them; and what a write does must not tell that
there was one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from kundig.engine.policy.decisions import visible_ids
from kundig.engine.policy.scope import Scope
from kundig.engine.records.draft import Draft
from kundig.engine.schema.bound import BoundField
from kundig.engine.schema.kinds import Kind

Target = tuple[str, UUID]
Row = dict[str, Any]


async def keep_unseen_links(scope: Scope, drafts: Sequence[Draft]) -> None:
    """Links to one record that are emptied stay where the actor does not see that record."""
    emptied = [
        (draft, field, (field.target, draft.old[field.column]))
        for draft in drafts
        if draft.action == "update"
        for field in map(draft.object.fields.__getitem__, draft.given)
        if field.kind is Kind.LINK and field.to_one and field.target is not None
        if field.column in draft.new and draft.new[field.column] is None and draft.old.get(field.column) is not None
    ]
    unseen = await _unseen(scope, (target for _, _, target in emptied))
    for draft, field, target in emptied:
        if target in unseen:
            del draft.new[field.column]
            draft.given -= {field.name}


async def keep_unseen_rows(scope: Scope, field: BoundField, drafts: Sequence[Draft], before: Mapping[UUID, Sequence[Row]]) -> None:
    """Lists of links that are replaced keep, at their end, what the actor does not see of the rows that were there `before`."""
    if field.kind is not Kind.LINK:
        return
    left_out = {
        draft.id: [row for row in before.get(draft.id, ()) if row not in draft.sides[field.name]]
        for draft in drafts
        if field.name in draft.sides
    }
    unseen = await _unseen(scope, (_target(field, row) for rows in left_out.values() for row in rows))
    for draft in drafts:
        kept = [row for row in left_out.get(draft.id, ()) if _target(field, row) in unseen]
        if kept:
            shown = [row for row in before[draft.id] if row not in kept]
            given = draft.sides[field.name]
            draft.sides[field.name] = [*before[draft.id]] if shown == given else [*given, *kept]


def _target(field: BoundField, row: Row) -> Target:
    return (row.get("target_object") or field.target or "", row["target"])


async def _unseen(scope: Scope, targets: Iterable[Target]) -> set[Target]:
    by_object: dict[str, set[UUID]] = defaultdict(set)
    for object_, id_ in targets:
        by_object[object_].add(id_)
    return {
        (object_, id_)
        for object_, ids in by_object.items()
        for id_ in ids - await visible_ids(scope, object_, ids, in_trash_too=True)
    }
