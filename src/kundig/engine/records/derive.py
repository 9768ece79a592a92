"""What the engine keeps beside the rows, in the same transaction: audience, contact points, stages, timelines, roll-ups, search."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kundig.engine.history.timeline_entries import keep_timeline, touched_by
from kundig.engine.policy.audience import renew, renew_apart
from kundig.engine.policy.resolve import parent_of
from kundig.engine.policy.scope import Scope
from kundig.engine.records.draft import Draft
from kundig.engine.records.external_ids import write_external_ids
from kundig.engine.records.rollups import keep_rollups, keep_timeline_rollups, new_rollup_rows
from kundig.engine.records.stages import keep_history
from kundig.engine.records.store import switch_live, write_contact_points
from kundig.engine.schema.bound import BoundObject
from kundig.engine.search.entries import keep_entries, remove_entries


async def keep_derived(scope: Scope, object_: BoundObject, drafts: Sequence[Draft], change: UUID, *, later: bool = False) -> None:
    """Bring everything that follows from the drafts' rows in line with them; `later`: only what can't be made afterwards."""
    created = [draft.id for draft in drafts if draft.action == "create"]
    gone = [draft.id for draft in drafts if draft.action == "delete"]
    back = [draft.id for draft in drafts if draft.action == "restore"]
    kept = [draft.id for draft in drafts if draft.action != "delete"]
    await new_rollup_rows(scope, object_, created, {draft.id: draft.figures for draft in drafts if draft.figures})
    await write_contact_points(scope, object_, drafts)
    await write_external_ids(scope, drafts)
    for ids, live in ((gone, False), (back, True)):
        if ids:
            await switch_live(scope, object_, ids, live=live)
    await keep_history(scope, drafts, change)
    if later:
        return
    await _keep_audience(scope, object_, drafts)
    if gone:
        await remove_entries(scope.connection, object_.name, gone)
    await keep_entries(scope, object_.name, kept)
    await _keep_timelines(scope, object_, [draft.id for draft in drafts])
    await keep_rollups(scope, object_, drafts)


async def _keep_audience(scope: Scope, object_: BoundObject, drafts: Sequence[Draft]) -> None:
    """Rows were inserted with the audience of owner and team; what filters, shares and other fields decide comes here."""
    created = [draft.id for draft in drafts if draft.action == "create"]
    updated = [draft for draft in drafts if draft.action == "update"]
    moved = [draft.id for draft in drafts if draft.action in ("delete", "restore")]
    await renew(scope, object_.name, created, created=True)
    changed = {name for draft in updated for name in object_.fields if draft.changes(name)}
    await renew(scope, object_.name, [draft.id for draft in updated], changed=changed)
    await renew(scope, object_.name, moved)
    if owners := _read_because_of(object_, drafts):
        await renew_apart(scope, parent_of(object_), owners)


def _read_because_of(object_: BoundObject, drafts: Sequence[Draft]) -> set[UUID]:
    """The owners of those drafts that name their readers, or did, where who that is may have changed."""
    link, readers = object_.definition.parent, [name for name in object_.definition.readers if name in object_.fields]
    if link is None or not readers:
        return set()
    told = [
        draft
        for draft in drafts
        if any(draft.get(name) or draft.before(name) for name in readers)
        and (draft.action != "update" or any(draft.changes(name) for name in (link, *readers)))
    ]
    return {owner for draft in told for owner in (draft.before(link), draft.get(link)) if owner is not None}


async def _keep_timelines(scope: Scope, object_: BoundObject, ids: Sequence[UUID]) -> None:
    """An interaction's entries, and the times of last and next activity on the records that it concerned or concerns."""
    if object_.definition.interaction is None:
        return
    before = await touched_by(scope.connection, object_.name, ids)
    await keep_timeline(scope.connection, scope.model, object_, ids)
    after = await touched_by(scope.connection, object_.name, ids)
    await keep_timeline_rollups(scope, sorted({*before, *after}))
