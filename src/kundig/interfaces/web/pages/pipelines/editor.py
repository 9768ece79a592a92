"""All pipelines, and the editor of one: every command brings its form anew, saving it is one change of the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from litestar import Request, Response, get, post

from kundig.base.errors import Invalid, Missing
from kundig.base.i18n import LANGUAGES, Text, label_in, t
from kundig.engine.configuration.changing import Plan
from kundig.engine.configuration.documents import Document
from kundig.engine.configuration.store import stored_documents
from kundig.engine.extension import Pipeline
from kundig.engine.policy.configuring import RIGHT, configure
from kundig.engine.policy.scope import Scope
from kundig.engine.records.stages import Standing, standing_in
from kundig.engine.schema.bound import BoundField, BoundObject
from kundig.engine.schema.fields.pipeline import STATUSES
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.frame import LinkGroup
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.arrangement import narrowed
from kundig.interfaces.web.pages.editions import edition
from kundig.interfaces.web.pages.pipelines.checking import COLORS, wrong
from kundig.interfaces.web.pages.pipelines.drafts import (
    LONGEST_LABEL,
    PipelineDraft,
    StageDraft,
    body_of,
    change,
    draft_from,
    draft_of,
    further,
)
from kundig.interfaces.web.pages.settings.navigation import HISTORY, PIPELINES, settings_navigation
from kundig.interfaces.web.rendering import render
from kundig.interfaces.web.widgets.described import FieldView, describe


@dataclass(frozen=True, slots=True)
class Place:
    """A pipeline with the field that its stages are values of."""

    pipeline: Pipeline
    object: BoundObject
    field: BoundField


@dataclass(frozen=True, slots=True)
class PipelinesView:
    """`pages/pipelines/all.html`. Each with its address and what it belongs to."""

    nav: tuple[LinkGroup, ...]
    pipelines: tuple[tuple[str, Place], ...]
    add: AddView


@dataclass(frozen=True, slots=True)
class AddView:
    """`pages/pipelines/add.html`: what can have a further pipeline, by its first one; what was typed."""

    fields: tuple[tuple[str, str], ...]
    chosen: str = ""
    name: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class StageView:
    """A stage as the form shows it."""

    stage: StageDraft
    standing: Standing
    records: str
    """The address of the list of records that stand in it."""
    delivered: bool
    """Whether a module brings it, so that it can only be taken out of use."""
    required: tuple[FieldView, ...]
    left: tuple[FieldView, ...]
    """Fields that could be required too."""


@dataclass(frozen=True, slots=True)
class PipelineView:
    """`pages/pipelines/one.html`. `errors` by the names of the form's fields, those of the whole under ""."""

    nav: tuple[LinkGroup, ...]
    address: str
    title: str
    of: str
    """What has these stages: object and field."""
    draft: PipelineDraft
    stages: tuple[StageView, ...]
    has_probability: bool
    languages: tuple[str, ...]
    statuses: tuple[tuple[str, str], ...]
    colors: tuple[tuple[str, str], ...]
    was: str
    """A digest of what the draft began with, by which changes of others are noticed."""
    errors: Mapping[str, str] = field(default_factory=dict)
    focus: str = ""
    """The part to go on with."""


@get("/settings/pipelines")
async def show_all(request: Request[Any, Any, Any]) -> Response[str]:
    """All pipelines of all objects that the reader knows of."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require(RIGHT)
        found = tuple((f"{PIPELINES}/{place.pipeline.name}", place) for place in _places(scope))
        view = PipelinesView(settings_navigation(scope), found, _add_view(scope))
        return Reply(render("pages/pipelines/all.html", view, visit.frame))

    return await page(request, work)


@post("/settings/pipelines", status_code=200)
async def add(request: Request[Any, Any, Any]) -> Response[str]:
    """A further pipeline of a field, with the stages of its first one to begin with; then its editor."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require(RIGHT)
        label = visit.value("label").strip()[:LONGEST_LABEL]
        try:
            first = _place(scope, visit.value("of"))
            if not label:
                raise Invalid.one("label", "required", t("Give the pipeline a name."))
            document = further(first.pipeline, label, set(scope.model.pipelines))
            note = t("Pipeline “{pipeline}” added", pipeline=label).render(scope.context.workspace.language)
            plan = await configure(scope, visit.web.database, visit.web.scopes.models, [document], note=note)
        except Invalid as error:
            told = error.errors[0].text.render(visit.frame.language)
            view = _add_view(scope, chosen=visit.value("of"), name=label, error=told)
            return Reply(render("pages/pipelines/add.html", view, visit.frame), 422)
        text = t("Added, with the stages of “{pipeline}”.", pipeline=first.pipeline.label)
        return Reply(to=f"{PIPELINES}/{document.name}", headers=notice(visit, text, undo=f"{HISTORY}/{plan.id}/undo"))

    return await page(request, work, write=False)


def _add_view(scope: Scope, *, chosen: str = "", name: str = "", error: str = "") -> AddView:
    firsts = [place for place in _places(scope) if place.pipeline is place.field.pipeline]
    return AddView(tuple((place.pipeline.name, _of(place, scope.context.language)) for place in firsts), chosen, name, error)


def _of(place: Place, language: str) -> str:
    """What has these stages: object and field."""
    return " · ".join(label_in(label, language) for label in (place.object.definition.label_plural, place.field.definition.label))


@get("/settings/pipelines/{name:str}")
async def show_one(request: Request[Any, Any, Any], name: str) -> Response[str]:
    """The form with a pipeline as it is."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require(RIGHT)
        place = _place(scope, name)
        view = await _view(scope, visit, place, draft_of(place.pipeline, _known(scope, place)))
        return Reply(render("pages/pipelines/one.html", view, visit.frame))

    return await page(request, work)


@post("/settings/pipelines/{name:str}", status_code=200)
async def edit(request: Request[Any, Any, Any], name: str) -> Response[str]:
    """The form after a command; `save` applies it."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require(RIGHT)
        place = _place(scope, name)
        draft = draft_from(visit.form, place.pipeline, _known(scope, place))
        command = visit.value("do")
        if command == "save":
            return await _save(scope, visit, place, draft)
        if refusal := await _kept(scope, visit, place, draft, command):
            return await _form(scope, visit, place, draft, refusal)
        focus = change(draft, command, visit.form)
        return await _form(scope, visit, place, draft, focus=focus)

    return await page(request, work, write=False)


async def _kept(scope: Scope, visit: Visit, place: Place, draft: PipelineDraft, command: str) -> dict[str, Text]:
    """Why a stage can't be removed: a module brings it, or records stand in it."""
    name, _, key = command.partition(":")
    stage = draft.stage(key) if name == "remove" else None
    if stage is None or stage.is_new:
        return {}
    if stage.key in _delivered(visit, place.pipeline):
        return {f"{key}.label": t("This stage comes with Kundig and can’t be removed: take it out of use.")}
    standing = await standing_in(scope, place.field, place.pipeline.name)
    if key in standing:
        count = standing[key].live + standing[key].trashed
        text = t("Records stand in this stage ({count}, with the trash): move them first, or take it out of use.", count=count)
        return {f"{key}.label": text}
    return {}


async def _save(scope: Scope, visit: Visit, place: Place, draft: PipelineDraft) -> Reply:
    if errors := wrong(draft):
        return await _form(scope, visit, place, draft, errors)
    if visit.value("was") != edition(place.pipeline):
        text = t("Somebody has changed this pipeline meanwhile. What you gave is still here: “Save” puts it in place of theirs.")
        return await _form(scope, visit, place, draft, {"": text}, status=409)
    known, address = _known(scope, place), f"{PIPELINES}/{place.pipeline.name}"
    edited = body_of(draft, place.pipeline, known)
    if edited == body_of(draft_of(place.pipeline, known), place.pipeline, known):
        return Reply(to=address, headers=notice(visit, t("Nothing was changed.")))
    try:
        plan = await _apply(scope, visit, place.pipeline.name, edited)
    except Invalid as error:
        return await _form(scope, visit, place, draft, {"": error.errors[0].text})
    return Reply(to=address, headers=notice(visit, t("Saved."), undo=f"{HISTORY}/{plan.id}/undo"))


async def _apply(scope: Scope, visit: Visit, name: str, edited: Mapping[str, Any]) -> Plan:
    """What a document says of the pipeline besides stays as it is."""
    documents = await stored_documents(scope.connection)
    before = next((document.body for document in documents if document.key == ("pipeline", name)), {})
    note = t("Pipeline “{pipeline}” edited", pipeline=edited["label"]).render(scope.context.workspace.language)
    document = Document("pipeline", name, {**before, "name": name, **edited})
    return await configure(scope, visit.web.database, visit.web.scopes.models, [document], note=note)


def _places(scope: Scope) -> list[Place]:
    """The pipelines of the fields that the reader may know of."""
    return [
        Place(pipeline, object_, field)
        for object_ in scope.model.objects.values()
        if object_.name in scope.access.objects
        for field in object_.pipelines
        if field.name not in scope.rights(object_.name).hidden
        for pipeline in field.pipelines
    ]


def _place(scope: Scope, name: str) -> Place:
    found = next((place for place in _places(scope) if place.pipeline.name == name), None)
    if found is None:
        raise Missing
    return found


def _known(scope: Scope, place: Place) -> set[str]:
    """The fields that can be required, as far as the reader may know of them."""
    hidden, fields = scope.rights(place.object.name).hidden, place.object.fields
    own = {field.name for field in place.object.definition.fields} - hidden - {place.field.name}
    return {name for name in own if not fields[name].type.inner}


def _delivered(visit: Visit, pipeline: Pipeline) -> set[str]:
    """The stages that a module brings."""
    brought = (own for module in visit.web.scopes.models.modules for own in module.pipelines if own.name == pipeline.name)
    return {stage.key for own in brought for stage in own.stages}


async def _form(
    scope: Scope,
    visit: Visit,
    place: Place,
    draft: PipelineDraft,
    errors: Mapping[str, Text] | None = None,
    *,
    status: int = 422,
    focus: str = "",
) -> Reply:
    """What the draft began with stays what it was, until its author has been told of another one."""
    told = {name: text.render(visit.frame.language) for name, text in (errors or {}).items()}
    view = replace(await _view(scope, visit, place, draft), errors=told, focus=focus or next(iter(told), ""))
    if status != 409:
        view = replace(view, was=visit.value("was"))
    return Reply(render("pages/pipelines/form.html", view, visit.frame), status if errors else 200)


async def _view(scope: Scope, visit: Visit, place: Place, draft: PipelineDraft) -> PipelineView:
    language, pipeline = visit.frame.language, place.pipeline
    fields = _requirable(scope, place)
    standing = await standing_in(scope, place.field, pipeline.name)
    delivered = _delivered(visit, pipeline)
    return PipelineView(
        nav=settings_navigation(scope),
        address=f"{PIPELINES}/{pipeline.name}",
        title=label_in(pipeline.label, language),
        of=_of(place, language),
        draft=draft,
        stages=tuple(
            StageView(
                stage,
                standing.get(stage.key, Standing()),
                _records(place, stage.key),
                stage.key in delivered,
                tuple(fields[name] for name in stage.required if name in fields),
                tuple(view for name, view in fields.items() if view.editable and name not in stage.required),
            )
            for stage in draft.stages
        ),
        has_probability=pipeline.probability is not None,
        languages=(language, *(other for other in LANGUAGES if other != language)),
        statuses=tuple((status.key, label_in(status.label, language)) for status in STATUSES),
        colors=tuple((key, label.render(language)) for key, label in COLORS.items()),
        was=edition(pipeline),
    )


def _requirable(scope: Scope, place: Place) -> dict[str, FieldView]:
    """The same by name, in the order of their labels."""
    views = [replace(describe(scope, place.object.fields[name]), help="") for name in _known(scope, place)]
    return {view.name: view for view in sorted(views, key=lambda view: view.label.casefold())}


def _records(place: Place, stage: str) -> str:
    found = [{"field": place.field.name, "op": "is", "value": stage}]
    if len(place.field.pipelines) > 1:
        found.append({"field": f"{place.field.name}_pipeline", "op": "is", "value": place.pipeline.name})
    return narrowed(place.object.name, *found)


ROUTES = (show_all, add, show_one, edit)
