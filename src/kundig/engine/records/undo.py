"""Undo: a change set taken back as a whole, as a change of its own that can be undone too.

What somebody changed since is a conflict: nothing is undone then, unless forced.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from kundig.base.errors import Conflict, Denied, Missing
from kundig.base.i18n import t
from kundig.engine.audit import note
from kundig.engine.audit.events import UNDONE
from kundig.engine.history.entries import DELETED, EXTERNAL_IDS, without_labels
from kundig.engine.history.journal import actor_link
from kundig.engine.policy.decisions import Deed, allowed, visible_ids
from kundig.engine.policy.predicates import FullReading
from kundig.engine.policy.scope import Scope
from kundig.engine.records.draft import Delete, Item, Restore, Update
from kundig.engine.records.ending_series import end_begun_series
from kundig.engine.records.owned import owned_objects
from kundig.engine.records.stages import derived_names
from kundig.engine.records.trials import write_possible
from kundig.engine.records.writing import MAX_ITEMS, Change
from kundig.engine.schema.bound import BoundObject
from kundig.engine.schema.values_json import read_values, values_statement

JOB_FROM = 1000
"""Changes of more records than this are undone by a job."""
_KINDS = (Restore, Update, Delete)
"""The order in which steps are taken back."""
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
    dropped: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    """External ids."""

    @property
    def item(self) -> Item | None:
        """What takes the step back; None if there is nothing to do."""
        if self.created:
            return Delete(self.record)
        if DELETED in self.new:
            back = self.old.get(DELETED) is None
            return None if self.old.get(DELETED) == self.new[DELETED] else Restore(self.record) if back else Delete(self.record)
        return Update(self.record, self.old, external_ids=self.dropped, lost_ids=self.added)


async def change_size(scope: Scope, change: UUID) -> int:
    """How many entries a change has, up to one more than `JOB_FROM`."""
    statement = "select count(*) from (select 1 from {ws}.change_entry where change = %(change)s limit %(limit)s) e"
    return int(await scope.connection.value(statement, {"change": change, "limit": JOB_FROM + 1}))


async def undo(scope: Scope, change: UUID, *, force: bool = False) -> Undone:
    """Take a change back. Raises Missing if the actor sees none of its records, Conflict if it is undone or was overwritten."""
    steps = await left_of(scope, change, await steps_of(scope, change), force=force)
    await check_rights(scope, steps)
    await lock_records(scope, steps)
    await refuse_twice(scope, change)
    conflicts = await conflicts_of(scope, change, steps)
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


async def lock_records(scope: Scope, steps: Sequence[Step]) -> None:
    """Lock what `step_back` will write, in its order: what others are just changing is a conflict, too, once they are done."""
    for kind in _KINDS:
        for object_, found in _by_object(steps).items():
            ids = [step.record for step in found if isinstance(step.item, kind)]
            if ids:
                statement = f'select id from {{ws}}."{object_}" where id = any(%(ids)s) order by id for update'
                await scope.connection.values(statement, {"ids": ids})


async def conflicts_of(scope: Scope, change: UUID, steps: Sequence[Step]) -> list[dict[str, Any]]:
    """What somebody changed since, as `{"object", "id", "field"}`; `field` is an object where they added what a record owns."""
    found: list[dict[str, Any]] = []
    for object_, own in _by_object(steps).items():
        found += await _conflicts(scope, object_, own)
        found += await _added(scope, change, scope.model.objects[object_], [step.record for step in own if step.created])
    return found


async def _added(scope: Scope, change: UUID, object_: BoundObject, created: Sequence[UUID]) -> list[dict[str, Any]]:
    """What created records own by now that is not of the change itself: it would go to the trash with them."""
    found: list[dict[str, Any]] = []
    for child, column in owned_objects(scope, object_) if created else ():
        statement = f"""
            select distinct c."{column}" from {{ws}}."{child.name}" c
             where c."{column}" = any(%(ids)s) and c.deleted_at is null and not exists (
               select from {{ws}}.change_entry e where e.change = %(change)s and e.object = %(child)s and e.record = c.id)
             order by 1"""
        told = child.name if child.name in scope.access.objects else "version"
        params = {"ids": created, "change": change, "child": child.name}
        found += [_conflict(object_.name, id_, told) for id_ in await scope.connection.values(statement, params)]
    return found


def _merge(object_: str, record: UUID, entries: Sequence[dict[str, Any]]) -> Step:
    old: dict[str, Any] = {}
    new: dict[str, Any] = {}
    ids: tuple[dict[str, None], dict[str, None]] = ({}, {})
    for entry in entries:
        before, after = dict(entry["old"] or {}), dict(entry["new"] or {})
        for found, told in zip(ids, (before, after), strict=True):
            found.update(dict.fromkeys(told.pop(EXTERNAL_IDS, ())))
        for name, value in before.items():
            old.setdefault(name, value)
        new |= after
    created = entries[0]["action"] == "create"
    return Step(object_, record, entries[0]["version"], entries[-1]["version"], created, old, new, *map(tuple, ids))


async def check_rights(scope: Scope, steps: Sequence[Step]) -> None:
    """Undoing needs the rights of what it does: to edit, or where it trashes or restores to delete, where it gives back to assign.

    All fields must be the actor's to write too; a change of which one may see nothing isn't there.
    """
    for object_, found in _by_object(steps).items():
        if object_ not in scope.access.objects:
            raise Missing
        ids = {step.record for step in found}
        refused = await _out_of_reach(scope, object_, found)
        if refused == ids and not await visible_ids(scope, object_, ids):
            raise Missing
        if refused or any(_out_of_hand(scope, step) for step in found):
            raise Denied(t("You may not undo this change, since you may not edit all that it touched."))


async def within_rights(scope: Scope, steps: Sequence[Step]) -> list[Step]:
    """The steps that the actor has the rights for."""
    left: list[Step] = []
    for object_, found in _by_object(steps).items():
        if object_ in scope.access.objects:
            refused = await _out_of_reach(scope, object_, found)
            left += [step for step in found if step.record not in refused and not _out_of_hand(scope, step)]
    return left


async def _out_of_reach(scope: Scope, object_: str, steps: Sequence[Step]) -> set[UUID]:
    """The records that are not the actor's to do with what undoing does."""
    refused: set[UUID] = set()
    for deed, needed in _deeds(steps).items():
        live = await allowed(scope, deed, object_, needed)
        refused |= needed - live - await allowed(scope, deed, object_, needed - live, trashed=True)
    return refused


def _out_of_hand(scope: Scope, step: Step) -> bool:
    """Whether a step touched a field that is not the actor's to write."""
    rights = scope.rights(step.object)
    return not step.old.keys().isdisjoint(rights.hidden | rights.fixed | rights.fixed_later)


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
        if step.record not in current:
            continue
        version, deleted, values = current[step.record]
        if step.created:
            changed = ["version"] if version != step.last or deleted else []
        elif DELETED in step.new:
            changed = [] if deleted == (step.new[DELETED] is not None) else [DELETED]
        elif deleted:
            changed = [DELETED]
        else:
            changed = [name for name, value in step.new.items() if name in values and without_labels(values[name]) != value]
        found.extend(_conflict(object_, step.record, name) for name in changed)
    return found


async def _current(scope: Scope, object_: BoundObject, steps: Sequence[Step]) -> dict[UUID, tuple[int, bool, dict[str, Any]]]:
    ids = [step.record for step in steps]
    names = sorted({name for step in steps for name in step.new if name in object_.fields})
    statement = f'select id, version, deleted_at is not null as gone from {{ws}}."{object_.name}" where id = any(%(ids)s)'
    rows = {row["id"]: row for row in await scope.connection.rows(statement, {"ids": ids})}
    values = await read_values(scope.connection, values_statement(object_, names, FullReading(scope.model)), ids) if names else {}
    return {id_: (rows[id_]["version"], rows[id_]["gone"], values.get(id_, {})) for id_ in ids if id_ in rows}


async def step_back(undoing: Change, steps: Sequence[Step], *, whole: bool = True) -> list[dict[str, Any]]:
    """Restore first, then edit, then delete, so that links find their targets; what follows from its parent goes with it.

    Series that began with a step go with what the program has made of them since. Edits of what is in the trash stay. With `whole`
    raises what any of the writes is refused for; without, what is refused stays too. What stays is told as
    `{"object", "id", "field"}`.
    """
    stayed: list[dict[str, Any]] = []
    for kind in _KINDS:
        for object_, found in _by_object(steps).items():
            bound = undoing.scope.model.objects[object_]
            items = [_settable(bound, item) for step in found if isinstance(item := step.item, kind)]
            left = await _still_to_do(undoing.scope, bound, items)
            if kind is Update and len(left) < len(items):
                doable = {item.id for item in left}
                stayed += [_conflict(object_, item.id, DELETED) for item in items if item.id not in doable]
            for start in range(0, len(left), MAX_ITEMS):
                if whole:
                    await undoing.write(object_, left[start : start + MAX_ITEMS])
                else:
                    refused = await write_possible(undoing, object_, left[start : start + MAX_ITEMS])
                    stayed += [_conflict(object_, id_, error.field) for id_, error in refused.items()]
    for object_, found in _by_object(steps).items():
        await end_begun_series(undoing, object_, [step.record for step in found])
    return stayed


def _conflict(object_: str, record: UUID | None, field: str) -> dict[str, Any]:
    return {"object": object_, "id": str(record), "field": field}


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
    return replace(item, values=kept)


async def _still_to_do(scope: Scope, object_: BoundObject, items: Sequence[Item]) -> list[Item]:
    """Edits and deletions of live records and restorations of deleted ones; what is owned may have followed its parent already.

    What went to the trash with its parent comes back with it, and stays there with one that can't come back.
    """
    if not items:
        return []
    link, parent, following = object_.definition.parent, "", "false"
    if object_.definition.storage == "owned" and link is not None:
        parent = f'left join {{ws}}."{object_.fields[link].target}" p on p.id = r."{object_.fields[link].column}"'
        following = "coalesce(p.deleted_at = r.deleted_at, false)"
    statement = f"""select r.id, r.deleted_at is not null as gone, {following} as following
                      from {{ws}}."{object_.name}" r {parent} where r.id = any(%(ids)s)"""
    rows = {row["id"]: row for row in await scope.connection.rows(statement, {"ids": [item.id for item in items]})}
    return [item for item in items if item.id in rows and _is_due(item, **rows[item.id])]


def _is_due(item: Item, *, gone: bool, following: bool, **_: Any) -> bool:
    return gone and not following if isinstance(item, Restore) else not gone
