"""Making and editing records by forms, on a page or in a dialog. Nothing typed is lost by an error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response, get, post

from kundig.base.errors import FieldError, Invalid, Missing
from kundig.base.i18n import label_in, t
from kundig.engine.policy.scope import Scope
from kundig.engine.records.layouts import WHOLE, Shape, layout_of, stored_shape
from kundig.engine.records.lookup import parse_id
from kundig.engine.records.reading import read_many, read_record
from kundig.engine.records.writing import Written
from kundig.engine.schema.bound import BoundObject
from kundig.engine.schema.kinds import Kind
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.formats import formats
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.details import FormView, controls_of, other_errors
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.pages.merging import Clashed, Merge, write_merged
from kundig.interfaces.web.pages.occurrences import REACH, choices_of, known_series, reach_of, recurs, save_reach
from kundig.interfaces.web.pages.planning import guests_control, guests_given, lasts
from kundig.interfaces.web.pages.shapes import shape_address, shape_of, short_parts
from kundig.interfaces.web.pages.values import form_values, write_form
from kundig.interfaces.web.rendering import render, render_block
from kundig.interfaces.web.widgets.addressed import addressed
from kundig.interfaces.web.widgets.reading import Form

THEN_OPEN = "open"


def _form_view(
    scope: Scope,
    visit: Visit,
    object_: BoundObject,
    *,
    record: dict[str, Any],
    id_: str = "",
    form: Form | None = None,
    errors: Sequence[FieldError] = (),
    merge: Merge | None = None,
    shape: Shape = WHOLE,
) -> FormView:
    language = visit.frame.language
    name = label_in(object_.definition.label, language)
    shown = formats(language, visit.frame.zone)
    parts = controls_of(scope, object_, record, shown, form=form, errors=errors, new=not id_, shape=shape)
    if merge is not None:
        parts = tuple(part.clashing(merge.clashes) for part in parts)
    return FormView(
        object=object_.name,
        title=record["label"] if id_ else t("New: {object}", object=name).render(language),
        action=f"/o/{object_.name}/{id_}/edit" if id_ else f"/o/{object_.name}/new",
        parts=parts,
        back=f"/o/{object_.name}/{id_}" if id_ else f"/o/{object_.name}",
        version=str(record.get("version", "")),
        seen=str(merge.version) if merge is not None else "",
        clashing=len(merge.clashes) if merge is not None else 0,
        errors=other_errors(scope, parts, errors),
        reach=choices_of(language) if recurs(scope, object_, record) else (),
        reached=(form or {}).get(REACH, ["one"])[0],
        wrong=sum(1 for part in parts for control in part.controls if control.error),
        shape=shape_address(scope, object_, id_),
    )


async def _planned(scope: Scope, object_: BoundObject, view: FormView, id_: str = "", form: Form | None = None) -> FormView:
    """The form with who takes part and when they are free, for what takes up time."""
    period = object_.definition.period
    if period is None or not lasts(scope, object_):
        return view
    address = f"/o/{object_.name}/busy" + (f"?id={id_}" if id_ else "")
    guests = await guests_control(scope, object_, id_, form)
    return replace(view, guests=guests, planning=address, times=(period.start, period.end or ""))


@get("/o/{object_name:str}/new")
async def new_form(request: Request[Any, Any, Any], object_name: str) -> Response[str]:
    """The empty form; fields named in the address are filled in (a link by its id)."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        object_ = scope.object(object_name)
        if not scope.rights(object_name).create:
            raise Missing
        record = _defaults(object_) | _mine(scope, visit, object_) | await _given(scope, object_, visit)
        shape = await shape_of(scope, object_, record)
        view = await _planned(scope, object_, _form_view(scope, visit, object_, record=record, shape=shape))
        return Reply(render("pages/form.html", view, visit.frame))

    return await page(request, work)


def _defaults(object_: BoundObject) -> dict[str, Any]:
    return {f.name: f.definition.default for f in object_.fields.values() if f.definition.default is not None}


def _mine(scope: Scope, visit: Visit, object_: BoundObject) -> dict[str, Any]:
    """A new record is its maker's unless they say otherwise; an owner field left empty would say so."""
    owner = object_.fields.get("owner")
    if owner is None or owner.target is None or scope.access.user is None or visit.frame.shell is None:
        return {}
    return {owner.name: {"id": str(scope.access.user), "object": owner.target, "label": visit.frame.shell.user}}


async def _given(scope: Scope, object_: BoundObject, visit: Visit) -> dict[str, Any]:
    """Values from the address: plain ones, and links (`id`, or `object:id`) with the label of the record they lead to."""
    given: dict[str, Any] = {}
    for name, value in visit.request.query_params.items():
        field = object_.fields.get(name)
        if field is None or name in scope.rights(object_.name).hidden:
            continue
        if field.kind is Kind.LINK:
            target, _, id_ = value.rpartition(":")
            link = await _linked(scope, target or field.target or "", id_)
            if link is not None:
                given[name] = link if field.to_one else [link]
        elif (plain := addressed(field, value)) is not None:
            given[name] = plain
    return given


async def _linked(scope: Scope, object_: str, id_: str) -> dict[str, str] | None:
    """A link as records hold it; None to what can't be seen, or is no id."""
    known = parse_id(id_)
    if known is None or object_ not in scope.access.objects:
        return None
    found = (await read_many(scope, object_, [known], ["label"])).get(known)
    return None if found is None else {"id": id_, "object": object_, "label": msgspec.json.decode(found)["label"]}


@post("/o/{object_name:str}/new", status_code=200)
async def create(request: Request[Any, Any, Any], object_name: str) -> Response[str]:
    """Make the record and go to it; with errors the form comes back as it was typed."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        object_ = scope.object(object_name)
        try:
            written = await _made(scope, visit, object_)
        except Invalid as error:
            return await _back(scope, visit, object_, "", error)
        told = notice(visit, t("Saved."), undo=f"/changes/{written.change}/undo" if written.change else "")
        return Reply(to=f"/o/{object_name}/{written.ids[0]}", headers=told)

    return await page(request, work)


async def _made(scope: Scope, visit: Visit, object_: BoundObject) -> Written:
    """The record of a form, with who takes part in it."""
    guests = await guests_given(scope, object_, "", visit.form)
    async with scope.connection.savepoint():
        return await write_form(scope, object_, visit.form, more=guests)


def _quick_view(
    scope: Scope,
    visit: Visit,
    object_: BoundObject,
    record: dict[str, Any],
    form: Form | None = None,
    errors: Sequence[FieldError] = (),
    shape: Shape = WHOLE,
) -> FormView:
    """Short and required fields only; what the address gave and no control shows goes along unseen."""
    whole = _form_view(scope, visit, object_, record=record, form=form, errors=errors, shape=shape)
    parts = short_parts(scope, object_, whole.parts, record.keys() & object_.fields.keys())
    defaults = _defaults(object_)
    given = {name: value for name, value in record.items() if value != defaults.get(name)}
    query = urlencode({name: _in_address(value) for name, value in given.items()})
    return replace(
        whole,
        parts=parts,
        action=f"/o/{object_.name}/quick",
        errors=other_errors(scope, parts, errors),
        all_fields=f"/o/{object_.name}/new?{query}",
        hidden={"then": THEN_OPEN} if THEN_OPEN in (visit.query("then"), visit.value("then")) else {},
    )


def _in_address(value: Any) -> Any:
    """What `_given` reads again."""
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        return f"{value['object']}:{value['id']}" if "object" in value else value.get("amount", "")
    return value


@get("/o/{object_name:str}/quick")
async def quick_form(request: Request[Any, Any, Any], object_name: str) -> Response[str]:
    """The short form in a dialog, for a record that belongs to the one on the page."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        object_ = scope.object(object_name)
        return await quick_reply(scope, visit, object_, await _given(scope, object_, visit))

    return await page(request, work)


async def quick_reply(scope: Scope, visit: Visit, object_: BoundObject, given: dict[str, Any]) -> Reply:
    """The short form with some values filled in; raises Missing for who may not create."""
    if not scope.rights(object_.name).create:
        raise Missing
    record = _defaults(object_) | given
    view = _quick_view(scope, visit, object_, record, shape=await shape_of(scope, object_, record))
    view = await _planned(scope, object_, view)
    return Reply(render("pages/quick.html", view, visit.frame))


@post("/o/{object_name:str}/quick", status_code=200)
async def quick_create(request: Request[Any, Any, Any], object_name: str) -> Response[str]:
    """Make the record and stay on the page, or with `then=open` go to it."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        object_ = scope.object(object_name)
        try:
            written = await _made(scope, visit, object_)
        except Invalid as error:
            shape = await shape_of(scope, object_, form_values(scope, object_, visit.form))
            view = _quick_view(scope, visit, object_, {}, visit.form, error.errors, shape)
            view = await _planned(scope, object_, view, form=visit.form)
            return Reply(render("pages/quick_form.html", view, visit.frame), 422)
        to = f"/o/{object_name}/{written.ids[0]}" if visit.value("then") == THEN_OPEN else visit.here
        return Reply(to=to, headers=notice(visit, t("Saved."), undo=f"/changes/{written.change}/undo"))

    return await page(request, work)


@get("/o/{object_name:str}/{id_:str}/edit")
async def edit_form(request: Request[Any, Any, Any], object_name: str, id_: str) -> Response[str]:
    """The form with the record's values."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        record = msgspec.json.decode((await read_record(scope, object_name, record_id(id_))).text)
        object_ = scope.object(object_name)
        shape = await stored_shape(scope, object_, layout_of(scope, object_name), record_id(id_))
        view = await _planned(scope, object_, _form_view(scope, visit, object_, record=record, id_=id_, shape=shape), id_)
        return Reply(render("pages/form.html", view, visit.frame))

    return await page(request, work)


@post("/o/{object_name:str}/{id_:str}/edit", status_code=200)
async def save(request: Request[Any, Any, Any], object_name: str, id_: str) -> Response[str]:
    """Write what changed, beside what others changed meanwhile; what both changed comes back with both values."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        object_ = scope.object(object_name)
        reach = reach_of(visit)
        save = None if reach is None else partial(save_reach, scope, object_, reach)
        try:
            also = await guests_given(scope, object_, id_, visit.form)
            async with scope.connection.savepoint():
                written, merge = await write_merged(scope, visit, object_, record_id(id_), also=also, save=save)
        except Invalid as error:
            return await _back(scope, visit, object_, id_, error)
        except Clashed as clashed:
            found = clashed.merge
            record = await _known(scope, visit, object_, id_)
            shape = await shape_of(scope, object_, form_values(scope, object_, found.form), id_)
            view = _form_view(scope, visit, object_, record=record, id_=id_, form=found.form, merge=found, shape=shape)
            view = await _planned(scope, object_, view, id_, found.form)
            return Reply(render_block("pages/form.html", "form", view, visit.frame), 409)
        said = t("Saved, beside what others have changed meanwhile.") if merge.theirs else t("Saved.")
        told = notice(visit, said, undo=f"/changes/{written.change}/undo" if written.change else "")
        return Reply(to=f"/o/{object_name}/{id_}", headers=told)

    return await page(request, work)


async def _known(scope: Scope, visit: Visit, object_: BoundObject, id_: str) -> dict[str, Any]:
    """What a form needs of its record besides what was typed, still of the version that it was filled from."""
    names = [name for name in ("label", known_series(scope, object_)) if name]
    text, _ = await read_record(scope, object_.name, record_id(id_), names)
    record: dict[str, Any] = msgspec.json.decode(text)
    return record | {"version": visit.value("version")}


async def _back(scope: Scope, visit: Visit, object_: BoundObject, id_: str, error: Invalid) -> Reply:
    """The form as it was typed, with what is wrong beside the fields, still from the version that it was filled from."""
    record: dict[str, Any] = {}
    if id_:
        record = await _known(scope, visit, object_, id_)
    shape = await shape_of(scope, object_, form_values(scope, object_, visit.form), id_)
    view = _form_view(scope, visit, object_, record=record, id_=id_, form=visit.form, errors=error.errors, shape=shape)
    view = await _planned(scope, object_, view, id_, visit.form)
    return Reply(render_block("pages/form.html", "form", view, visit.frame), 422)


ROUTES = (new_form, create, quick_form, quick_create, edit_form, save)
