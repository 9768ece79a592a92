"""Pipelines: what follows from the stage of a record, and the history of its stages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from kundig.base.database.names import quoted
from kundig.base.i18n import t
from kundig.engine.extension import Pipeline, Stage
from kundig.engine.policy.configuring import RIGHT
from kundig.engine.policy.scope import Scope
from kundig.engine.records.draft import Draft
from kundig.engine.schema.bound import BoundField


def apply_stage(draft: Draft, field: BoundField, now: datetime) -> None:
    """Set pipeline, status, times and probability by the stage; refuse a stage whose required fields are empty.

    What is hidden from who writes is not asked for: it is not theirs to fill in, and the refusal would tell of it.
    """
    names = derived_names(field)
    before = _named(field, draft.old.get(f"{field.column}__pipeline")) or _first(field)
    old_stage = _stage(before, draft.before(field.name))
    pipeline = _entered(draft, field, before)
    if draft.action == "update" and pipeline.name != before.name and not _may_choose(draft, field):
        draft.refuse(field.name, "unknown_choice", t('There is no choice "{key}" here.', key=draft.get(field.name)))
        return
    stage = _stage(pipeline, draft.get(field.name))
    if stage is None:
        if draft.get(field.name) is None and draft.action == "update" and pipeline is before:
            draft.refuse(field.name, "required", t("A stage is needed here."))
            return
        if draft.get(field.name) is not None and field.name in draft.given:
            draft.refuse(field.name, "unknown_choice", t('There is no choice "{key}" here.', key=draft.get(field.name)))
            return
        stage = next(s for s in pipeline.stages if not s.retired)
        draft.set(field.name, stage.key)
    draft.new[f"{field.column}__pipeline"] = pipeline.name
    moved = old_stage is None or (pipeline.name, stage.key) != (before.name, old_stage.key)
    if moved:
        draft.set(names["changed_at"], now)
        draft.set(names["status"], stage.status)
    journaled = draft.get(names["closed_at"]) if _undoes(draft) and names["closed_at"] in draft.given else None
    if moved or journaled is not None:
        closed = draft.before(names["closed_at"]) if old_stage is not None and old_stage.status != "open" else now
        draft.set(names["closed_at"], None if stage.status == "open" else journaled or closed)
    if pipeline.probability and pipeline.probability in draft.object.fields:
        _follow_probability(draft, pipeline.probability, old_stage, stage, moved=moved)
    for required in stage.required:
        if required not in draft.object.fields or required in draft.hidden:
            continue
        if required in draft.unseen or draft.get(required) in (None, [], ""):
            draft.refuse(required, "required", t("This is needed in the stage {stage}.", stage=stage.label))


def _entered(draft: Draft, field: BoundField, before: Pipeline) -> Pipeline:
    """The pipeline that is written: the one that is named, else the one that has the stage, the record's own (`before`) first."""
    with_stage = (p for p in (before, *field.pipelines) if _stage(p, draft.get(field.name)) is not None)
    return _named(field, draft.new.get(f"{field.column}__pipeline")) or next(with_stage, before)


def _may_choose(draft: Draft, field: BoundField) -> bool:
    """Whether the actor may move the record into another pipeline: for who may not, its stages are none here."""
    rights = draft.change.scope.access.objects.get(draft.object.name)
    fixed = rights.hidden | rights.fixed | rights.fixed_later if rights is not None else frozenset()
    return draft.change.trusted or field.chooser not in fixed


def _named(field: BoundField, name: str | None) -> Pipeline | None:
    return next((pipeline for pipeline in field.pipelines if pipeline.name == name), None)


def _first(field: BoundField) -> Pipeline:
    assert field.pipeline is not None
    return field.pipeline


def _follow_probability(draft: Draft, name: str, old: Stage | None, new: Stage, *, moved: bool) -> None:
    """By hand is what differs from the stage's own; it stays until it is emptied or a stage closes or reopens the record.

    What is undone brings its own back, and where it tells of none, the probability was the same before.
    """
    default = None if new.probability is None else Decimal(new.probability)
    if _undoes(draft) and (name in draft.given or draft.get(name) is not None):
        return
    if new.status != "open":
        draft.set(name, default)
    elif draft.changes(name) or (draft.action == "create" and draft.get(name) is not None):
        if draft.get(name) is None:
            draft.set(name, default)
    elif moved:
        before = draft.before(name)
        by_hand = old is not None and old.status == "open" and before is not None and before != (old.probability or 0)
        if not by_hand:
            draft.set(name, default)
    elif draft.get(name) is None:
        draft.set(name, default)


def _undoes(draft: Draft) -> bool:
    """Whether what is given comes from the journal."""
    return draft.change.head.action == "undo" and draft.action == "update"


def derived_names(field: BoundField) -> Mapping[str, str]:
    """The fields derived from a pipeline field: `changed_at`, `history`, `status`, `closed_at`."""
    return _derived_names(field.name)


@lru_cache(maxsize=1000)
def _derived_names(name: str) -> Mapping[str, str]:
    return {
        "changed_at": f"{name}_changed_at",
        "history": f"{name}_history",
        "status": "status_category" if name == "status" else "status",
        "closed_at": "closed_at",
    }


@dataclass(frozen=True, slots=True)
class Standing:
    """How many records stand in a stage, and how many of the trash."""

    live: int = 0
    trashed: int = 0


async def standing_in(scope: Scope, field: BoundField, pipeline: str) -> Mapping[str, Standing]:
    """By stage, whoever may see the records: for those who manage the configuration, as no stage goes while records stand in it."""
    scope.require(RIGHT)
    statement = _STANDING.format(table=quoted(field.object), stage=quoted(field.column), of=quoted(f"{field.column}__pipeline"))
    rows = await scope.connection.rows(statement, {"pipeline": pipeline})
    return {row["stage"]: Standing(row["live"], row["trashed"]) for row in rows}


_STANDING = """select {stage} as stage, count(*) filter (where deleted_at is null) as live,
  count(*) filter (where deleted_at is not null) as trashed
from {{ws}}.{table} where {of} = %(pipeline)s group by {stage}"""


async def keep_history(scope: Scope, drafts: Sequence[Draft], change: Any) -> None:
    """Write the stages entered and close the ones left, for all drafts of one object."""
    for field in drafts[0].object.pipelines:
        moved = [d for d in drafts if d.action in ("create", "update") and d.changes(field.name)]
        if not moved:
            continue
        begun = [_history_row(draft, field, change) for draft in moved if draft.action == "create"]
        gone_on = [_history_row(draft, field, change) for draft in moved if draft.action == "update"]
        await scope.connection.execute_many(
            _LEAVE, [{k: row[k] for k in ("object", "record", "field", "entered_at")} for row in gone_on]
        )
        if len(begun) > 1:
            # new records have no history that the position would have to be asked of
            columns = sorted({"position", *begun[0]})
            rows = [[(row | {"position": 1})[column] for column in columns] for row in begun]
            await scope.connection.copy_in("{ws}.stage_history", columns, rows)
        else:
            gone_on += begun
        await scope.connection.execute_many(_ENTER, gone_on)


_LEAVE = """update {ws}.stage_history set left_at = %(entered_at)s
 where object = %(object)s and record = %(record)s and field = %(field)s and left_at is null"""
_ENTER = """insert into {ws}.stage_history
    (object, record, field, position, pipeline, stage, status, entered_at, amount, close_date, change)
  select %(object)s, %(record)s, %(field)s, coalesce(max(position), 0) + 1,
         %(pipeline)s, %(stage)s, %(status)s, %(entered_at)s, %(amount)s, %(close_date)s, %(change)s
    from {ws}.stage_history where object = %(object)s and record = %(record)s and field = %(field)s"""


def _history_row(draft: Draft, field: BoundField, change: Any) -> dict[str, Any]:
    names = derived_names(field)
    pipeline = _named(field, draft.new[f"{field.column}__pipeline"]) or _first(field)
    amount = draft.object.fields.get(pipeline.amount or "")
    close = draft.object.fields.get(pipeline.close_date or "")
    return {
        "object": draft.object.name,
        "record": draft.id,
        "field": field.name,
        "pipeline": pipeline.name,
        "stage": draft.get(field.name),
        "status": draft.get(names["status"]),
        "entered_at": draft.get(names["changed_at"]),
        "amount": draft.own(amount.name) if amount else None,
        "close_date": draft.get(close.name) if close else None,
        "change": change,
    }


def _stage(pipeline: Pipeline, key: str | None) -> Stage | None:
    return next((s for s in pipeline.stages if s.key == key), None)
