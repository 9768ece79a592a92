"""Making and editing records: whole forms, single values in place, and the composer of the timeline. Nothing typed is lost by an error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Request, Response, get, post

from kundig.base.errors import FieldError, Invalid, Missing, Stale
from kundig.base.i18n import label_in, t
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import read_many, read_record
from kundig.engine.records.writing import Create, Update, write
from kundig.engine.schema.bound import BoundField, BoundObject
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.formats import formats
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.details import FormView, controls_of, other_errors
from kundig.interfaces.web.pages.records import record_id
from kundig.interfaces.web.rendering import render, render_block
from kundig.interfaces.web.widgets.described import describe
from kundig.interfaces.web.widgets.filling import fill
from kundig.interfaces.web.widgets.reading import Form, asked, read, typed


def _values(scope: Scope, object_: BoundObject, form: Form) -> dict[str, Any]:
    """The contract JSON of all fields that a form has controls of."""
    context = scope.context
    fields = [field for field in object_.fields.values() if asked(field, form) and not field.read_only]
    return {field.name: read(field, form, context.language, context.time_zone) for field in fields}


def _form_view(
    scope: Scope,
    visit: Visit,
    object_: BoundObject,
    *,
    record: dict[str, Any],
    id_: str = "",
    form: Form | None = None,
    errors: Sequence[FieldError] = (),
    said: str = "",
) -> FormView:
    language = visit.frame.language
    name = label_in(object_.definition.label, language)
    shown = formats(language, visit.frame.zone)
    parts = controls_of(scope, object_, record, shown, form=form, errors=errors, new=not id_)
    return FormView(
        object=object_.name,
        title=record["label"] if id_ else t("New: {object}", object=name).render(language),
        action=f"/o/{object_.name}/{id_}/edit" if id_ else f"/o/{object_.name}/new",
        parts=parts,
        back=f"/o/{object_.name}/{id_}" if id_ else f"/o/{object_.name}",
        version=str(record.get("version", "")),
        errors=(*other_errors(scope, parts, errors), *([said] if said else [])),
    )


@get("/o/{object_name:str}/new")
async def new_form(request: Request[Any, Any, Any], object_name: str) -> Response[str]:
    """The empty form; fields named in the address are filled in (a link by its id)."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        object_ = scope.object(object_name)
        if not scope.rights(object_name).create:
            raise Missing
        given = await _given(scope, object_, visit)
        defaults = {f.name: f.definition.default for f in object_.fields.values() if f.definition.default is not None}
        return Reply(render("pages/form.html", _form_view(scope, visit, object_, record=defaults | given), visit.frame))

    return await page(request, work)


async def _given(scope: Scope, object_: BoundObject, visit: Visit) -> dict[str, Any]:
    """Values from the address: plain ones, and links with the label of the record they lead to."""
    given: dict[str, Any] = {}
    for name, value in visit.request.query_params.items():
        field = object_.fields.get(name)
        if field is None or name in scope.rights(object_.name).hidden:
            continue
        if field.target is not None and field.to_one:
            found = (await read_many(scope, field.target, [record_id(value)], ["label"])).get(record_id(value))
            if found is not None:
                given[name] = {"id": value, "object": field.target, "label": msgspec.json.decode(found)["label"]}
        else:
            given[name] = value
    return given


@post("/o/{object_name:str}/new")
async def create(request: Request[Any, Any, Any], object_name: str) -> Response[str]:
    """Make the record and go to it; with errors the form comes back as it was typed."""
    return await _saving(request, object_name, "")


@get("/o/{object_name:str}/{id_:str}/edit")
async def edit_form(request: Request[Any, Any, Any], object_name: str, id_: str) -> Response[str]:
    """The form with the record's values."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        record = msgspec.json.decode((await read_record(scope, object_name, record_id(id_))).text)
        return Reply(render("pages/form.html", _form_view(scope, visit, scope.object(object_name), record=record, id_=id_), visit.frame))

    return await page(request, work)


@post("/o/{object_name:str}/{id_:str}/edit")
async def save(request: Request[Any, Any, Any], object_name: str, id_: str) -> Response[str]:
    """Write what changed; somebody else's newer version is never overwritten unasked."""
    return await _saving(request, object_name, id_)


async def _saving(request: Request[Any, Any, Any], object_name: str, id_: str) -> Response[str]:
    async def work(scope: Scope, visit: Visit) -> Reply:
        object_ = scope.object(object_name)
        values = _values(scope, object_, visit.form)
        version = visit.value("version")
        item = Update(record_id(id_), values, int(version) if version.isdecimal() else None) if id_ else Create(values)
        try:
            async with scope.connection.savepoint():
                written = await write(scope, object_name, [item])
        except (Invalid, Stale) as error:
            return await _back(scope, visit, object_, id_, error)
        told = notice(visit, t("Saved."), undo=f"/changes/{written.change}/undo" if written.change else "")
        return Reply(to=f"/o/{object_name}/{written.ids[0]}", headers=told)

    return await page(request, work)


async def _back(scope: Scope, visit: Visit, object_: BoundObject, id_: str, error: Invalid | Stale) -> Reply:
    """The form as it was typed, with what is wrong beside the fields; after a newer version with that one's number."""
    record: dict[str, Any] = {}
    said = ""
    if id_:
        record = msgspec.json.decode((await read_record(scope, object_.name, record_id(id_), ["label", "version"])).text)
    if isinstance(error, Stale):
        said = t("Somebody changed this record while you were typing. Your values are still here; save again to keep them.").render(
            visit.frame.language
        )
    errors = () if isinstance(error, Stale) else error.errors
    view = _form_view(scope, visit, object_, record=record, id_=id_, form=visit.form, errors=errors, said=said)
    return Reply(render_block("pages/form.html", "form", view, visit.frame), 422)


@get("/o/{object_name:str}/cell/{id_:str}/{field_name:str}")
async def cell_editor(request: Request[Any, Any, Any], object_name: str, id_: str, field_name: str) -> Response[str]:
    """The editor of one value, in place."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        field = _field(scope, object_name, field_name)
        record = msgspec.json.decode((await read_record(scope, object_name, record_id(id_), [field_name, "version"])).text)
        filled = fill(field, record[field_name], formats(visit.frame.language, visit.frame.zone))
        return Reply(render("pages/cell_editor.html", _editor(scope, object_name, id_, field, filled), visit.frame))

    return await page(request, work)


def _editor(scope: Scope, object_name: str, id_: str, field: BoundField, filled: dict[str, list[str]], error: str = "") -> dict[str, Any]:
    address = f"/o/{object_name}/cell/{id_}/{field.name}"
    return {"field": describe(scope, field), "filled": filled, "error": error, "address": address}


@post("/o/{object_name:str}/cell/{id_:str}/{field_name:str}")
async def cell_save(request: Request[Any, Any, Any], object_name: str, id_: str, field_name: str) -> Response[str]:
    """Write one value and show it; a refusal brings the editor back with what was typed."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        field = _field(scope, object_name, field_name)
        value = read(field, visit.form, scope.context.language, scope.context.time_zone)
        try:
            async with scope.connection.savepoint():
                written = await write(scope, object_name, [Update(record_id(id_), {field_name: value})])
        except Invalid as error:
            said = " ".join(e.text.render(visit.frame.language) for e in error.errors)
            editor = _editor(scope, object_name, id_, field, typed(field, visit.form), said)
            return Reply(render("pages/cell_editor.html", editor, visit.frame), 422)
        record = msgspec.json.decode((await read_record(scope, object_name, record_id(id_), [field_name])).text)
        view = {"field": describe(scope, field), "value": record[field_name]}
        told = notice(visit, t("Saved."), undo=f"/changes/{written.change}/undo") if written.change else {}
        return Reply(render("pages/cell.html", view, visit.frame), headers=told)

    return await page(request, work)


def _field(scope: Scope, object_name: str, name: str) -> BoundField:
    field = scope.object(object_name).fields.get(name)
    if field is None or name in scope.rights(object_name).hidden:
        raise Missing
    return field


@get("/o/{object_name:str}/{id_:str}/compose/{other:str}")
async def compose_form(request: Request[Any, Any, Any], object_name: str, id_: str, other: str) -> Response[str]:
    """The short form for a note, a call, a meeting … on a record: its main fields."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        return Reply(render("pages/composer.html", _composer(scope, visit, object_name, id_, other), visit.frame))

    return await page(request, work)


def _composer(
    scope: Scope, visit: Visit, object_name: str, id_: str, other: str, form: Form | None = None, errors: Sequence[FieldError] = ()
) -> dict[str, Any]:
    object_ = scope.object(other)
    shown = formats(visit.frame.language, visit.frame.zone)
    defaults = {f.name: f.definition.default for f in object_.fields.values() if f.definition.default is not None}
    parts = controls_of(scope, object_, defaults, shown, form=form, errors=errors, new=True)
    main = {f.name for f in object_.fields.values() if f.definition.main or f.definition.required}
    controls = [c for part in parts for c in part.controls if c.field.name in main and c.field.name not in _about(object_)]
    return {
        "controls": controls, "errors": other_errors(scope, parts, errors), "action": f"/o/{object_name}/{id_}/compose/{other}",
        "object": other, "icon": object_.definition.icon, "label": label_in(object_.definition.label, visit.frame.language),
    }  # fmt: skip


def _about(object_: BoundObject) -> tuple[str, ...]:
    return object_.definition.interaction.about if object_.definition.interaction else ()


@post("/o/{object_name:str}/{id_:str}/compose/{other:str}")
async def compose(request: Request[Any, Any, Any], object_name: str, id_: str, other: str) -> Response[str]:
    """Write it down and show the timeline anew."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        object_ = scope.object(other)
        about = next((name for name in _about(object_) if object_.fields[name].target is None), None)
        if about is None:
            raise Missing
        values = _values(scope, object_, visit.form) | {about: [{"object": object_name, "id": id_}]}
        try:
            async with scope.connection.savepoint():
                written = await write(scope, other, [Create(values)])
        except Invalid as error:
            view = _composer(scope, visit, object_name, id_, other, visit.form, error.errors)
            return Reply(render("pages/composer.html", view, visit.frame), 422)
        told = notice(visit, t("Written down."), undo=f"/changes/{written.change}/undo")
        view = _composer(scope, visit, object_name, id_, other)
        return Reply(render("pages/composer.html", view, visit.frame), headers={**told, "HX-Trigger-After-Swap": "kundig:timeline"})

    return await page(request, work)


ROUTES = (new_form, create, edit_form, save, cell_editor, cell_save, compose_form, compose)
