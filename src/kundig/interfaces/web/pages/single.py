"""One field of a record in a dialog: assigning it to somebody, from wherever one is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
from litestar import Request, Response, get, post

from kundig.base.errors import Invalid, Missing
from kundig.base.i18n import label_in, t
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import read_record
from kundig.engine.schema.bound import BoundField
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.formats import formats
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.details import Control, FormPart, FormView
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.pages.merging import Clashed, Merge, write_merged
from kundig.interfaces.web.rendering import render
from kundig.interfaces.web.widgets.described import describe, told_by
from kundig.interfaces.web.widgets.filling import fill
from kundig.interfaces.web.widgets.reading import typed
from kundig.interfaces.web.widgets.saying import said


@get("/o/{object_name:str}/{id_:str}/set/{field_name:str}")
async def field_form(request: Request[Any, Any, Any], object_name: str, id_: str, field_name: str) -> Response[str]:
    """The dialog, with what stands in the field now."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        field = _field(scope, object_name, field_name)
        return Reply(render("pages/quick.html", await _view(scope, visit, field, id_), visit.frame))

    return await page(request, work)


@post("/o/{object_name:str}/{id_:str}/set/{field_name:str}", status_code=200)
async def set_field(request: Request[Any, Any, Any], object_name: str, id_: str, field_name: str) -> Response[str]:
    """Write it; the page shows itself anew. What somebody else has made of it meanwhile is shown beside it first."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        field, form = _field(scope, object_name, field_name), "pages/quick_form.html"
        try:
            async with scope.connection.savepoint():
                written, _ = await write_merged(scope, visit, scope.object(object_name), record_id(id_), only=field_name)
        except Invalid as error:
            return Reply(render(form, await _view(scope, visit, field, id_, error=error), visit.frame), 422)
        except Clashed as clashed:
            return Reply(render(form, await _view(scope, visit, field, id_, merge=clashed.merge), visit.frame), 409)
        undo = f"/changes/{written.change}/undo" if written.change else ""
        return Reply(to=visit.here, headers=notice(visit, t("Saved."), undo=undo))

    return await page(request, work)


def _field(scope: Scope, object_name: str, name: str) -> BoundField:
    field = scope.object(object_name).fields.get(name)
    if field is None or name in scope.rights(object_name).hidden or not describe(scope, field).editable:
        raise Missing
    return field


async def _view(
    scope: Scope, visit: Visit, field: BoundField, id_: str, *, error: Invalid | None = None, merge: Merge | None = None
) -> FormView:
    """With `error` or `merge` what was typed stays, and the version that it was typed over."""
    language = visit.frame.language
    shown = formats(language, visit.frame.zone)
    text = (await read_record(scope, field.object, record_id(id_), ["label", *told_by(scope, field), "version"])).text
    record: dict[str, Any] = msgspec.json.decode(text)
    filled = typed(field, visit.form) if error or merge else fill(field, record[field.name], shown)
    why = " ".join(said(e, field, shown) for e in error.errors) if error else ""
    clash = merge.clashes[field.name] if merge else None
    control = Control(replace(describe(scope, field, record=record), help=""), filled, why, clash)
    hidden = {"version": visit.value("version") or str(record["version"])} | ({"_seen": str(merge.version)} if merge else {})
    return FormView(
        object=field.object,
        title=f"{label_in(field.definition.label, language)}: {record['label']}",
        action=f"/o/{field.object}/{id_}/set/{field.name}",
        parts=(FormPart("", (control,)),),
        back="",
        hidden=hidden,
    )


ROUTES = (field_form, set_field)
