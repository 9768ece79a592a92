"""Undo: a change set taken back as a whole, as a change of its own that can be undone too.

What somebody changed since is a conflict: nothing is undone then, unless forced.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kundig.base.errors import Conflict, Denied, Missing
from kundig.base.i18n import t
from kundig.engine.audit import note
from kundig.engine.audit.events import UNDONE
from kundig.engine.history.entries import DELETED, without_labels
from kundig.engine.history.journal import actor_link
from kundig.engine.policy.decisions import Deed, allowed, visible_ids
from kundig.engine.policy.predicates import FullReading
from kundig.engine.policy.scope import Scope
from kundig.engine.records.draft import Delete, Item, Restore, Update
from kundig.engine.records.ending_series import end_begun_series
from kundig.engine.records.stages import derived_names
from kundig.engine.records.writing import MAX_ITEMS, Change
from kundig.engine.schema.bound import BoundObject
from kundig.engine.schema.values_json import read_values, values_statement

JOB_FROM = 1000
"""Changes of more records than this are undone by a job."""
_MADE_BY = """
select by_id, (select count(*) from {ws}.change_entry where change = %(change)s) as count
from {ws}.change where id = %(change)s order by at limit 1
"""


@dataclass(frozen=True, slots=True)
class Undone:
    """The change that undid, and what it overwrote."""

    change: UUID
    conflicts: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Step:
    """All that a change did to one record, as one step back: its last and first entry and the net old and new values."""

    object: str
    record: UUID
    first: int
    last: int
    created: bool
    old: dict[str, Any]
    new: dict[str, Any]

    @property
    def item(self) -> Item | None:
        """What takes the step back; None if there is nothing to do."""
        if self.created:
            return Delete(self.record)
        if DELETED in self.new:
            back = self.old.get(DELETED) is None
            return None if self.old.get(DELETED) == self.new[DELETED] else Restore(self.record) if back else Delete(self.record)
        return Update(self.record, {name: value for name, value in self.old.items() if name != DELETED})


async def change_size(scope: Scope, change: UUID) -> int:
    """How many entries a change has, up to one more than `JOB_FROM`."""
    statement = "select count(*) from (select 1 from {ws}.change_entry where change = %(change)s limit %(limit)s) e"
    return int(await scope.connection.value(statement, {"change": change, "limit": JOB_FROM + 1}))


async def undo(scope: Scope, change: UUID, *, force: bool = False) -> Undone:
    """Take a change back. Raises Missing if the actor sees none of its records, Conflict if it is undone or was overwritten."""
    steps = await left_of(scope, change, await steps_of(scope, change), force=force)
    await check_rights(scope, steps)
    await refuse_twice(scope, change)
    conflicts = await conflicts_of(scope, steps)
    if conflicts and not force:
        raise Conflict(t("Somebody changed some of this in the meantime, so nothing was undone."), conflicts=conflicts)
    undoing = Change(scope, action="undo", undoes=change, trusted=True)
    await step_back(undoing, steps)
    if not undoing.written:
        raise Conflict(t("There is nothing left to undo."))
    await note_undo(scope, change, undoing.id)
    return Undone(undoing.id, conflicts)


async def left_of(scope: Scope, change: UUID, steps: Sequence[Step], *, force: bool = False) -> list[Step]:
    """The steps that can be taken back: what others touched was removed for good meanwhile, with what was known of it.

    Raises Conflict if all are gone, without `force` also if some are; Missing for those whom the change does not concern.
    """
    left = await still_there(scope, steps)
    if not left:
        made = await scope.connection.row(_MADE_BY, {"change": change}) if steps else None
        if made is None or scope.access.user is None or made["by_id"] != scope.access.user:
            raise Missing
        raise Conflict(t("What this change touched was removed from the trash for good, so it can’t be taken back."))
    if len(left) < len(steps) and not force:
        await check_rights(scope, left)
        raise Conflict(
            t("Part of what this change touched was removed from the trash for good, so it can’t be taken back as a whole.")
        )
    return left


async def still_there(scope: Scope, steps: Sequence[Step]) -> list[Step]:
    """The steps whose records are there, in the trash or not."""
    left: list[Step] = []
    for object_, found in _by_object(steps).items():
        statement = f'select id from {{ws}}."{object_}" where id = any(%(ids)s)'
        there = set(await scope.connection.values(statement, {"ids": [step.record for step in found]}))
        left += [step for step in found if step.record in there]
    return left


async def note_undo(scope: Scope, change: UUID, undoing: UUID) -> None:
    """Note in the audit trail that somebody takes back what somebody else has changed."""
    row = await scope.connection.row(_MADE_BY, {"change": change})
    if row is None or row["by_id"] == scope.access.user:
        return
    detail = {"change": str(change), "undoing": str(undoing), "person": actor_link(scope, row["by_id"]), "count": row["count"]}
    await note(scope.context, UNDONE, detail=detail)


async def refuse_twice(scope: Scope, change: UUID) -> None:
    """Raise Conflict if a change has been undone already."""
    if await scope.connection.value("select true from {ws}.change where undoes = %(change)s limit 1", {"change": change}):
        raise Conflict(t("This change has been undone already."))


async def steps_of(scope: Scope, change: UUID, records: Sequence[UUID] | None = None) -> list[Step]:
    """What a change did, record by record; with `records` only to those."""
    rows = await scope.connection.rows(
        """select object, record, version, action, old, new from {ws}.change_entry
            where change = %(change)s and (%(records)s::uuid[] is null or record = any(%(records)s))
            order by at, record, version""",
        {"change": change, "records": None if records is None else list(records)},
    )
    entries: dict[tuple[str, UUID], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        entries[(row["object"], row["record"])].append(row)
    return [_merge(object_, record, found) for (object_, record), found in entries.items() if object_ in scope.model.objects]


async def conflicts_of(scope: Scope, steps: Sequence[Step]) -> list[dict[str, Any]]:
    """What somebody changed since, as `{"object", "id", "field"}`."""
    return [conflict for object_, found in _by_object(steps).items() for conflict in await _conflicts(scope, object_, found)]


def _merge(object_: str, record: UUID, entries: Sequence[dict[str, Any]]) -> Step:
    old: dict[str, Any] = {}
    new: dict[str, Any] = {}
    for entry in entries:
        for name, value in (entry["old"] or {}).items():
            old.setdefault(name, value)
        new |= entry["new"] or {}
    created = entries[0]["action"] == "create"
    return Step(object_, record, entries[0]["version"], entries[-1]["version"], created, old, new)


async def check_rights(scope: Scope, steps: Sequence[Step]) -> None:
    """Undoing needs the rights of what it does: to edit, or where it trashes or restores to delete, where it gives back to assign.

    All fields must be the actor's to write too; a change of which one may see nothing isn't there.
    """
    for object_, found in _by_object(steps).items():
        rights = scope.access.objects.get(object_)
        if rights is None:
            raise Missing
        ids = {step.record for step in found}
        refused: set[UUID] = set()
        for deed, needed in _deeds(found).items():
            live = await allowed(scope, deed, object_, needed)
            refused |= needed - live - await allowed(scope, deed, object_, needed - live, trashed=True)
        if refused == ids and not await visible_ids(scope, object_, ids):
            raise Missing
        touched = {name for step in found for name in step.old}
        if refused or touched & (rights.hidden | rights.fixed | rights.fixed_later):
            raise Denied(t("You may not undo this change, since you may not edit all that it touched."))


def _deeds(steps: Sequence[Step]) -> dict[Deed, set[UUID]]:
    """What undoing does, with the records that it does it to."""
    found: dict[Deed, set[UUID]] = defaultdict(set)
    for step in steps:
        found["delete" if step.created or DELETED in step.new else "edit"].add(step.record)
        if not step.old.keys().isdisjoint(("owner", "team")):
            found["assign"].add(step.record)
    return found


def _by_object(steps: Sequence[Step]) -> dict[str, list[Step]]:
    found: dict[str, list[Step]] = defaultdict(list)
    for step in steps:
        found[step.object].append(step)
    return found


async def _conflicts(scope: Scope, object_: str, steps: Sequence[Step]) -> list[dict[str, Any]]:
    """What was changed since: of edits the fields whose value differs, of creations and deletions any later version."""
    bound = scope.model.objects[object_]
    current = await _current(scope, bound, steps)
    found: list[dict[str, Any]] = []
    for step in steps:
        version, deleted, values = current[step.record]
        if step.created:
            changed = ["version"] if version != step.last or deleted else []
        elif DELETED in step.new:
            changed = [] if deleted == (step.new[DELETED] is not None) else [DELETED]
        elif deleted:
            changed = [DELETED]
        else:
            changed = [name for name, value in step.new.items() if name in values and without_labels(values[name]) != value]
        found.extend({"object": object_, "id": str(step.record), "field": name} for name in changed)
    return found


async def _current(scope: Scope, object_: BoundObject, steps: Sequence[Step]) -> dict[UUID, tuple[int, bool, dict[str, Any]]]:
    ids = [step.record for step in steps]
    names = sorted({name for step in steps for name in step.new if name in object_.fields})
    statement = f'select id, version, deleted_at is not null as gone from {{ws}}."{object_.name}" where id = any(%(ids)s)'
    rows = {row["id"]: row for row in await scope.connection.rows(statement, {"ids": ids})}
    values = await read_values(scope.connection, values_statement(object_, names, FullReading(scope.model)), ids) if names else {}
    return {id_: (rows[id_]["version"], rows[id_]["gone"], values.get(id_, {})) for id_ in ids if id_ in rows}


async def step_back(undoing: Change, steps: Sequence[Step]) -> None:
    """Restore first, then edit, then delete, so that links find their targets; what follows from its parent goes with it.

    Series that began with a step go with what the program has made of them since.
    """
    for kind in (Restore, Update, Delete):
        for object_, found in _by_object(steps).items():
            bound = undoing.scope.model.objects[object_]
            items = [_settable(bound, item) for step in found if isinstance(item := step.item, kind)]
            if kind is not Update:
                items = await _still_to_do(undoing.scope, object_, items)
            for start in range(0, len(items), MAX_ITEMS):
                await undoing.write(object_, items[start : start + MAX_ITEMS])
    for object_, found in _by_object(steps).items():
        await end_begun_series(undoing, object_, [step.record for step in found])


def _settable(object_: BoundObject, item: Item) -> Item:
    """Without what follows from other values (status and history of a stage, but not its pipeline, nor when it was closed)."""
    if not isinstance(item, Update):
        return item
    closings = {derived_names(field)["closed_at"] for field in object_.pipelines}
    kept = {
        name: value
        for name, value in item.values.items()
        if (field := object_.fields.get(name)) is not None
        and (field.pipeline is None or field.pipeline.field == name or not field.read_only or name in closings)
    }
    return Update(item.id, kept)


async def _still_to_do(scope: Scope, object_: str, items: Sequence[Item]) -> list[Item]:
    """Deletions of live records and restorations of deleted ones; owned records may have followed their parent already."""
    ids = [item.id for item in items if item.id is not None]
    statement = f'select id, deleted_at is not null as gone from {{ws}}."{object_}" where id = any(%(ids)s)'
    gone = {row["id"]: row["gone"] for row in await scope.connection.rows(statement, {"ids": ids})}
    return [item for item in items if gone.get(item.id) is isinstance(item, Restore)]
