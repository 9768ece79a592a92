"""Links that lead nowhere for who writes: to records in the trash, or that the actor may not see. Rules take them for empty.

They read as null. A rule that counted them as filled would tell that there is something.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from uuid import UUID

from kundig.engine.policy.decisions import visible_ids
from kundig.engine.policy.scope import Scope
from kundig.engine.records.draft import Draft
from kundig.engine.schema.bound import BoundField, BoundObject


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
    wanted: dict[str, set[UUID]] = defaultdict(set)
    links = [(draft, field) for draft in drafts if draft.action == "update" for field in _links(draft.object, names)]
    kept = [(draft, field) for draft, field in links if draft.before(field.name) and not draft.changes(field.name)]
    for draft, field in kept:
        wanted[field.target or ""].add(draft.before(field.name))
    seen = {id_ for object_, ids in wanted.items() for id_ in await visible_ids(scope, object_, ids)}
    for draft, field in kept:
        if draft.before(field.name) not in seen:
            draft.unseen |= {field.name}


def _links(object_: BoundObject, names: Collection[str]) -> Iterator[BoundField]:
    return (field for name in sorted(names) if (field := object_.fields.get(name)) is not None and field.to_one)
