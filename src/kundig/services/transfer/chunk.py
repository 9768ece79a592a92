"""One chunk of rows through the write door: matched, linked, written; bad rows are told apart and the good ones kept.

Everything happens in the caller's transaction and under the rights of now.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal
from uuid import UUID

from kundig.base.errors import FieldError, Invalid, Kind, KundigError
from kundig.base.i18n import t
from kundig.base.uuid7 import uuid7
from kundig.engine.policy.decisions import allowed
from kundig.engine.policy.scope import Scope
from kundig.engine.records.trials import trial
from kundig.engine.records.writing import Change, Create, Item, Update
from kundig.services.transfer.children import is_owned, new_children
from kundig.services.transfer.files import Row
from kundig.services.transfer.lines import Line, blame, read_line
from kundig.services.transfer.linking import fill_links
from kundig.services.transfer.lookups import find_by
from kundig.services.transfer.merging import merge_parts
from kundig.services.transfer.plan import EXTERNAL_ID, Child, Plan

Brought = Literal["created", "updated", "skipped"]
_REFUSED = "?"
"""No field has this name: whatever holds it is refused."""


@dataclass(slots=True)
class Outcome:
    """What became of the rows of a chunk."""

    created: int = 0
    updated: int = 0
    skipped: int = 0
    failed: list[Line] = field(default_factory=list)
    deferred: list[Line] = field(default_factory=list)
    brought: list[tuple[Line, Brought]] = field(default_factory=list)
    """The rows that went through, and what became of each; `record` of a line is then the one it means."""

    @property
    def written(self) -> int:
        """Rows that changed something."""
        return self.created + self.updated


async def import_chunk(change: Change, plan: Plan, rows: Sequence[Row], *, last: bool = True) -> Outcome:
    """Bring rows in. Unless this is the `last` round, rows that refer to missing records of the same object are deferred."""
    outcome = Outcome()
    lines = [read_line(plan, row) for row in rows]
    for wave in _waves(lines):
        await _find_records(change.scope, plan, wave)
        await fill_links(change, plan, wave, last=last)
        await _check_rights(change.scope, plan, wave)
        await _find_more_faults(change, plan, [line for line in wave if line.faults])
        outcome.deferred += [line for line in wave if line.deferred and not line.faults]
        outcome.failed += [line for line in wave if line.faults]
        await merge_parts(change.scope, plan, wave)
        await _write(change, plan, [line for line in wave if not line.faults and not line.deferred], outcome)
    return outcome


def _waves(lines: Sequence[Line]) -> list[list[Line]]:
    """Rows with a key that stands in an earlier row of the chunk come after it, since they mean the same record."""
    waves: list[list[Line]] = []
    seen: Counter[str] = Counter()
    for line in lines:
        keys = [key.casefold() for key in line.keys]
        number = max((seen[key] for key in keys), default=0)
        for key in keys:
            seen[key] = number + 1
        while len(waves) <= number:
            waves.append([])
        waves[number].append(line)
    return waves


async def _find_more_faults(change: Change, plan: Plan, lines: Sequence[Line]) -> None:
    """Of rows that fail anyway, what else is wrong with them: the write door looks at the rest of their values and refuses all."""
    found = [line for line in lines if (line.record or plan.order.mode != "update") and not line.deferred]
    checked = [line for line in found if line.readable]
    if not checked:
        return
    items: list[Item] = [
        Update(line.record, {**line.values, _REFUSED: None}) if line.record else Create({**line.values, _REFUSED: None})
        for line in checked
    ]
    try:
        async with trial(change) as tried:
            await tried.write(plan.object.name, items, [("rows", index) for index in range(len(items))])
    except Invalid as error:
        known = [list(line.faults) for line in checked]
        _blame_all(plan, checked, Invalid([found for found in error.errors if found.field != _REFUSED]))
        for line, before in zip(checked, known, strict=True):
            columns = {fault.column for fault in before}
            line.faults[:] = before + [fault for fault in line.faults[len(before) :] if fault.column not in columns]
    except KundigError as error:
        # rights stand in the way of looking further: what is known is told
        if error.kind is Kind.OUTSIDE:
            raise


async def _find_records(scope: Scope, plan: Plan, lines: Sequence[Line]) -> None:
    """The existing records that rows mean; a row that means several fails, in mode update also one that means none."""
    matched = plan.matched
    if matched is None:
        return
    found = await find_by(scope, plan.object.name, matched.name, {key for line in lines for key in line.keys})
    meant: Counter[UUID] = Counter()
    for line in lines:
        records = {record for key in line.keys for record in found[key]}
        if len(records) > 1:
            line.fail(matched, "ambiguous", t("Several records have this value."))
        elif records:
            line.record = records.pop()
            meant[line.record] += 1
            if meant[line.record] > 1:
                line.fail(matched, "twice", t("Another row right above means the same record."))
            # the key found the record: it says nothing new, and a list may hold more than the file knows
            line.values.pop(matched.name, None)
        elif plan.order.mode == "update":
            line.fail(matched, "not_found", t("There is no record with this value."))
    await _drop_known_ids(scope, plan, [line for line in lines if line.record and line.external_ids])


async def _drop_known_ids(scope: Scope, plan: Plan, lines: Sequence[Line]) -> None:
    """External ids that a record has already are no change."""
    known = await find_by(scope, plan.object.name, EXTERNAL_ID, {pair for line in lines for pair in line.external_ids})
    for line in lines:
        line.external_ids = [pair for pair in line.external_ids if line.record not in known[pair]]


async def _check_rights(scope: Scope, plan: Plan, lines: Sequence[Line]) -> None:
    """Rows whose record may not be edited fail by themselves, before they make the whole chunk fail."""
    found = [line for line in lines if line.record is not None]
    if not found:
        return
    rights = scope.rights(plan.object.name)
    may = await allowed(scope, "edit", plan.object.name, [line.record for line in found if line.record])
    for line in found:
        if line.record not in may:
            line.fail(plan.matched, "denied", t("Your role does not allow changing this record."))
        for target in plan.targets:
            if target.name in rights.fixed_later and target.name in line.values:
                line.fail(target, "denied", t("Your role does not allow changing this field later."))


async def _write(change: Change, plan: Plan, lines: list[Line], outcome: Outcome) -> None:
    """Write all lines; those that are refused are taken out, and the rest tried again."""
    while lines:
        try:
            await _try(change, plan, lines, outcome)
        except KundigError as error:
            if error.kind is Kind.OUTSIDE:
                raise
            if not _blame_all(plan, lines, error):
                await _halve(change, plan, lines, error, outcome)
                return
            outcome.failed += [line for line in lines if line.faults]
            lines = [line for line in lines if not line.faults]
        else:
            return


async def _halve(change: Change, plan: Plan, lines: list[Line], error: KundigError, outcome: Outcome) -> None:
    """An error that names no row: half by half, until it stands alone."""
    if len(lines) == 1:
        lines[0].fail(None, error.code, error.text)
        outcome.failed += lines
        return
    middle = len(lines) // 2
    await _write(change, plan, lines[:middle], outcome)
    await _write(change, plan, lines[middle:], outcome)


def _blame_all(plan: Plan, lines: Sequence[Line], error: KundigError) -> bool:
    """Lay errors at their cells; False if some can't be."""
    errors = error.errors if isinstance(error, Invalid) else ()
    if not errors or any(found.index is None for found in errors):
        return False
    for found in errors:
        told = _of_child(plan.child, found)
        part = plan.child if plan.child is not None and told is not None else plan
        labels = {name: bound.definition.label for name, bound in part.object.fields.items()}
        blame(lines[found.index or 0], part.targets, told or found, labels)
    return True


def _of_child(child: Child | None, error: FieldError) -> FieldError | None:
    """An error of the child of a row, under the name of the child's own field; None if it is one of the row itself."""
    if child is None:
        return None
    if error.field.startswith(f"{child.object.name}["):
        return replace(error, field=error.field.partition(".")[2])
    return error if error.list == "child" else None


async def _try(change: Change, plan: Plan, lines: Sequence[Line], outcome: Outcome) -> None:
    """Write all lines or none. Counts them when they are written."""
    ids = [line.record or uuid7() for line in lines]
    existing = [line.record for line in lines if line.record]
    before = await _versions(change.scope, plan, existing)
    children = await new_children(change.scope, plan, lines)
    owned = plan.child.object.name if plan.child is not None and is_owned(change.scope, plan) else None
    items: list[Item] = []
    for index, (id_, line) in enumerate(zip(ids, lines, strict=True)):
        values = {**line.values, owned: [children[index]]} if owned and index in children else line.values
        item = Update if line.record else Create
        items.append(item(values=values, id=id_, external_ids=line.external_ids))
    async with trial(change) as tried:
        await tried.write(plan.object.name, items, [("rows", index) for index in range(len(items))])
        if plan.child is not None and children and not owned:
            linked: list[Item] = [Create({**values, plan.child.link: str(ids[index])}) for index, values in children.items()]
            await tried.write(plan.child.object.name, linked, [("child", index) for index in children])
    after = await _versions(change.scope, plan, existing)
    grown = {lines[index].record for index in children}
    touched = {record for record in existing if before[record] != after[record] or record in grown}
    for id_, line in zip(ids, lines, strict=True):
        outcome.brought.append((line, "created" if line.record is None else "updated" if id_ in touched else "skipped"))
        line.record = id_
    outcome.created += len(lines) - len(existing)
    outcome.updated += len(touched)
    outcome.skipped += len(existing) - len(touched)


async def _versions(scope: Scope, plan: Plan, ids: Sequence[UUID]) -> dict[UUID, int]:
    if not ids:
        return {}
    statement = f'select id, version from {{ws}}."{plan.object.name}" where id = any(%(ids)s)'
    return {row["id"]: row["version"] for row in await scope.connection.rows(statement, {"ids": list(ids)})}
