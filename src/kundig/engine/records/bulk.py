"""What follows from many records at once, made by set-based SQL after they were stored: search, timelines, figures, audiences.

The write door does the same for each change; this is for records that came in by the thousands or millions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from kundig.engine.history.timeline_entries import keep_timeline
from kundig.engine.policy.audience import renew
from kundig.engine.policy.scope import Scope
from kundig.engine.records.figures import rollups_of_children
from kundig.engine.records.rollups import keep_timeline_rollups, recompute
from kundig.engine.schema.model import Model
from kundig.engine.search.entries import keep_entries

CHUNK = 20_000
"""Records of one statement: enough to cost little each, few enough to keep lists and locks small."""


async def derive(scope: Scope, ids: Mapping[str, Sequence[UUID]]) -> None:
    """Bring in line what follows from live records, given by object. Safe to repeat."""
    bound = scope.model.objects
    for object_, found in ids.items():
        for chunk in _chunks(found):
            await renew(scope, object_, chunk)
    for parent, child, link in _figures(scope.model):
        for chunk in _chunks(ids.get(parent, ())):
            await recompute(scope, parent, child, link, chunk)
    for object_, found in ids.items():
        for chunk in _chunks(found):
            await keep_timeline(scope.connection, scope.model, bound[object_], chunk)
    for object_, found in ids.items():
        for chunk in _chunks(found):
            await keep_timeline_rollups(scope, [(object_, id_) for id_ in chunk])
            await keep_entries(scope, object_, chunk)


def _figures(model: Model) -> Iterator[tuple[str, str, str]]:
    """Parent, child and link of all figures; those written into fields of the parent first, since others add those up."""
    found = {
        (field.object, child, link): field.options.into is None
        for child in model.objects
        for field, link in rollups_of_children(model, child)
    }
    return iter(sorted(found, key=lambda key: (found[key], key)))


def _chunks(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))
