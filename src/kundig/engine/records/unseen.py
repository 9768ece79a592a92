"""Links to records that the actor can't see read as if they were not there.

What is written over them leaves them as they are: somebody who empties such a link, or replaces a list that holds some, has not
meant them, and what a write does must not tell that there was one. Rules take them for empty, and those to records in the trash: a
rule that counted them as filled would tell that there is something.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from kundig.engine.policy.decisions import visible_ids
from kundig.engine.policy.scope import Scope
from kundig.engine.records.draft import Draft
from kundig.engine.schema.bound import BoundField, BoundObject
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
    unseen = await _unseen(scope, (target for _, _, target in emptied), in_trash_too=True)
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
    unseen = await _unseen(scope, (_target(field, row) for rows in left_out.values() for row in rows), in_trash_too=True)
    for draft in drafts:
        kept = [row for row in left_out.get(draft.id, ()) if _target(field, row) in unseen]
        if kept:
            shown = [row for row in before[draft.id] if row not in kept]
            given = draft.sides[field.name]
            draft.sides[field.name] = [*before[draft.id]] if shown == given else [*given, *kept]


async def note_unseen(scope: Scope, drafts: Sequence[Draft]) -> None:
    """Note at updates which links that stay as they are lead nowhere, as far as required groups and stages ask for them."""
    object_ = drafts[0].object
    groups = {name for group in object_.definition.any_required for name in group}
    stages = {name for field in object_.pipelines for p in field.pipelines for stage in p.stages for name in stage.required}
    deciding = groups | {name for field in object_.pipelines for name in (field.name, field.chooser)}
    asked = [draft for draft in drafts if not draft.given.isdisjoint(deciding)] if groups | stages else []
    await note_unseen_of(scope, asked, groups | stages)


async def note_unseen_of(scope: Scope, drafts: Sequence[Draft], names: Collection[str]) -> None:
    """The same of the links among some fields; one statement for each object that they lead to, none where there is no link."""
    links = [(draft, field) for draft in drafts if draft.action == "update" for field in _links(draft.object, names)]
    kept = [(draft, field) for draft, field in links if draft.before(field.name) and not draft.changes(field.name)]
    unseen = await _unseen(scope, ((field.target or "", draft.before(field.name)) for draft, field in kept))
    for draft, field in kept:
        if (field.target or "", draft.before(field.name)) in unseen:
            draft.unseen |= {field.name}


def _links(object_: BoundObject, names: Collection[str]) -> Iterator[BoundField]:
    return (field for name in sorted(names) if (field := object_.fields.get(name)) is not None and field.to_one)


def _target(field: BoundField, row: Row) -> Target:
    return (row.get("target_object") or field.target or "", row["target"])


async def _unseen(scope: Scope, targets: Iterable[Target], *, in_trash_too: bool = False) -> set[Target]:
    by_object: dict[str, set[UUID]] = defaultdict(set)
    for object_, id_ in targets:
        by_object[object_].add(id_)
    return {
        (object_, id_)
        for object_, ids in by_object.items()
        for id_ in ids - await visible_ids(scope, object_, ids, in_trash_too=in_trash_too)
    }
