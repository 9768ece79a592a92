"""Moving a record to another stage, from its page or a board; what the stage demands is asked for in a dialog."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec
from litestar import Request, Response, post

from kundig.base.errors import Conflict, FieldError, Invalid, Missing
from kundig.base.i18n import label_in, t
from kundig.engine.extension import Stage
from kundig.engine.policy.scope import Scope
from kundig.engine.records.columns import NO_VALUE
from kundig.engine.records.reading import read_record
from kundig.engine.schema.bound import BoundField, BoundObject
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.formats import formats
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.board_fields import board_field, may_be_empty, stages_of, without_value
from kundig.interfaces.web.pages.details import FormPart, FormView, controls_of
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.pages.values import write_form
from kundig.interfaces.web.rendering import render
from kundig.interfaces.web.widgets.described import told_by

CHECKED = "checked"
"""The boxes of a checklist."""


@post("/o/{object_name:str}/{id_:str}/stage", status_code=200)
async def move_to_stage(request: Request[Any, Any, Any], object_name: str, id_: str) -> Response[str]:
    """Write the stage (or another choice) and the lane, with what the dialog asked. On a board (`board=1`) the page stays.

    Where the page says `from` which stage it is moved, nothing is written if it stands in another one by now.
    """

    async def work(scope: Scope, visit: Visit) -> Reply:
        object_ = scope.object(object_name)
        field = board_field(scope, object_, visit.value("field") or visit.query("field"))
        stage, value = await _wanted(scope, object_, field, id_, visit.value("stage") or visit.query("stage"))
        version = await _unmoved(scope, object_, field, id_, visit.value("from"))
        if stage.checklist and len(visit.form.get(CHECKED, [])) < len(stage.checklist):
            return await _asks(scope, visit, object_, id_, field, stage, value, ())
        more = {field.name: value} | _lane(scope, object_, visit)
        try:
            async with scope.connection.savepoint():
                written = await write_form(
                    scope, object_, _demanded(visit), id_=record_id(id_), version=version, more=more, reason=_ticked(stage, visit)
                )
        except Invalid as error:
            missing = [e.field for e in error.errors if e.field != field.name and e.field in object_.fields]
            if not missing:
                raise
            return await _asks(scope, visit, object_, id_, field, stage, value, error.errors)
        undo = f"/changes/{written.change}/undo" if written.change else ""
        told = notice(visit, t("Now in “{stage}”.", stage=stage.label), undo=undo, event="kundig:moved")
        return Reply(headers=told) if visit.value("board") else Reply(to=visit.here, headers=told)

    return await page(request, work)


def _demanded(visit: Visit) -> dict[str, list[str]]:
    """What a dialog asked for. An object may have fields that are called as what says where a card goes."""
    return {
        name: values for name, values in visit.form.items() if name not in ("stage", "from", "field", "lane", "lane_field", "board")
    }


async def _unmoved(scope: Scope, object_: BoundObject, field: BoundField, id_: str, was: str) -> int | None:
    """The version in which the record still stands where the page shows it; raises Conflict if it does not any more."""
    if not was:
        return None
    names = [*told_by(scope, field), "version"]
    record = msgspec.json.decode((await read_record(scope, object_.name, record_id(id_), names)).text)
    pipeline, _, key = was.rpartition(":")
    own = field.pipeline_of(record)
    now = record[field.name] or NO_VALUE
    if now != key or (pipeline and own is not None and own.name != pipeline):
        stage = next((stage for stage in stages_of(field, own) if stage.key == now), None)
        label = stage.label if stage else without_value(field).label
        raise Conflict(t("Somebody has moved this meanwhile: it is in “{stage}” now. Nothing was changed.", stage=label))
    version: int = record["version"]
    return version


async def _wanted(scope: Scope, object_: BoundObject, field: BoundField, id_: str, key: str) -> tuple[Stage, str | None]:
    """The stage (or choice) of a key, and what is written for it. A bare key is one of the record's own pipeline, if it has it."""
    named, _, bare = key.rpartition(":")
    pipelines = list(field.pipelines) if field.chooser else [None]
    if named:
        pipelines = [pipeline for pipeline in field.pipelines if field.chooser and pipeline.name == named]
    elif field.chooser:
        record = msgspec.json.decode((await read_record(scope, object_.name, record_id(id_), told_by(scope, field))).text)
        own = field.pipeline_of(record)
        pipelines.sort(key=lambda pipeline: pipeline is not own)
    offered = [stage for pipeline in pipelines for stage in stages_of(field, pipeline)]
    if may_be_empty(field):
        offered.append(without_value(field))
    stage = next((stage for stage in offered if stage.key == bare), None)
    if stage is None:
        raise Missing
    return stage, None if stage.key == NO_VALUE else key


def _lane(scope: Scope, object_: BoundObject, visit: Visit) -> dict[str, Any]:
    """The value of the swimlane that a card was moved to."""
    name = visit.value("lane_field")
    if not name:
        return {}
    if name not in object_.fields.keys() - scope.rights(object_.name).hidden:
        raise Missing
    return {name: visit.value("lane") or None}


def _ticked(stage: Stage, visit: Visit) -> str | None:
    """What was ticked, as the reason of the change."""
    ticked = [label_in(label, visit.frame.language) for label in stage.checklist]
    return t("Confirmed: {points}", points="; ".join(ticked)).render(visit.frame.language) if ticked else None


async def _asks(
    scope: Scope,
    visit: Visit,
    object_: BoundObject,
    id_: str,
    field: BoundField,
    stage: Stage,
    value: str | None,
    errors: Sequence[FieldError],
) -> Reply:
    """The dialog for what the stage demands; a second refusal says at the fields what is wrong."""
    record: dict[str, Any] = msgspec.json.decode((await read_record(scope, object_.name, record_id(id_))).text)
    shown = formats(visit.frame.language, visit.frame.zone)
    empty = {name for name in stage.required if name in object_.fields and record.get(name) in (None, "", [])}
    names = ({e.field for e in errors} | empty) - {field.name}
    again = bool(visit.value("asked"))
    form, told = (visit.form, errors) if again else (None, ())
    parts = controls_of(scope, object_, record, shown, form=form, errors=told)
    wanted = tuple(c for part in parts for c in part.controls if c.field.name in names)
    hidden = {"stage": value or NO_VALUE, "field": field.name, "asked": "1"}
    hidden |= {name: visit.value(name) for name in ("from", "lane_field", "lane") if visit.value(name)}
    view = FormView(
        object=object_.name,
        title=t("To “{stage}”", stage=stage.label).render(visit.frame.language),
        action=f"/o/{object_.name}/{id_}/stage",
        parts=(FormPart("", tuple(replace(c, field=replace(c.field, required=True)) for c in wanted)),),
        back="",
        errors=(t("Tick all points of the checklist.").render(visit.frame.language),) if again and not errors else (),
        intro=t("This stage needs a little more.").render(visit.frame.language),
        hidden=hidden,
        checklist=tuple(label_in(label, visit.frame.language) for label in stage.checklist),
        checked=frozenset(visit.form.get(CHECKED, [])),
    )
    return Reply(render("pages/quick_form.html" if again else "pages/quick.html", view, visit.frame), 422 if again else 200)


ROUTES = (move_to_stage,)
