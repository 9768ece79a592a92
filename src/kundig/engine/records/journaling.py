"""From drafts to journal entries: old and new values as contract JSON, of the fields that a write really changed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from kundig.base.database.connection import Compiled
from kundig.engine.history.entries import DELETED, EXTERNAL_IDS, ChangeHead, Entry, without_labels, write_entries
from kundig.engine.policy.predicates import FullReading
from kundig.engine.policy.scope import Scope
from kundig.engine.records.draft import Draft, columns_of
from kundig.engine.schema.model import Model
from kundig.engine.schema.values_json import read_values, values_statement

Values = dict[UUID, dict[str, Any]]
_UNTOLD = frozenset({"version", "created_at", "created_by", "updated_at", "updated_by"})


def journaled(draft: Draft) -> list[str]:
    """Fields that the journal may tell of and that this draft changes."""
    return [
        name
        for name, field in draft.object.fields.items()
        if name not in _UNTOLD and (name in draft.sides or (columns_of(field) and draft.changes(name)))
    ]


async def values_before(scope: Scope, drafts: Sequence[Draft]) -> Values:
    """The values that updates will replace."""
    return await _values(scope, [draft for draft in drafts if draft.action == "update"])


async def journal_drafts(scope: Scope, drafts: Sequence[Draft], head: ChangeHead, old: Values) -> None:
    """Write an entry for each draft. Creations store no values: they follow from the record and its later entries."""
    new = await _values(scope, [draft for draft in drafts if draft.action == "update"])
    entries = [_entry(draft, head, old.get(draft.id, {}), new.get(draft.id, {})) for draft in drafts]
    await write_entries(scope.context, head.id, entries)


def _entry(draft: Draft, head: ChangeHead, old: dict[str, Any], new: dict[str, Any]) -> Entry:
    action = "undo" if head.action == "undo" else draft.action
    version = draft.new["version"]
    if draft.action in ("delete", "restore"):
        times = [value.isoformat() if (value := values.get(DELETED)) else None for values in (draft.old, draft.new)]
        return Entry(draft.object.name, draft.id, version, action, {DELETED: times[0]}, {DELETED: times[1]})
    if draft.action == "create":
        return Entry(draft.object.name, draft.id, version, action)
    changed = sorted(name for name in journaled(draft) if old.get(name) != new.get(name))
    told_old, told_new = ({name: without_labels(values.get(name)) for name in changed} for values in (old, new))
    for told, ids in zip((told_old, told_new), draft.renamed, strict=True):
        if ids:
            told[EXTERNAL_IDS] = ids
    return Entry(draft.object.name, draft.id, version, action, told_old, told_new)


async def _values(scope: Scope, drafts: Sequence[Draft]) -> Values:
    names = tuple(sorted({name for draft in drafts for name in journaled(draft)}))
    if not names:
        return {}
    return await read_values(
        scope.connection, _statement(scope.model, drafts[0].object.name, names), [draft.id for draft in drafts]
    )


@lru_cache(maxsize=2000)
def _statement(model: Model, object_: str, names: tuple[str, ...]) -> Compiled:
    return values_statement(model.objects[object_], names, FullReading(model))
