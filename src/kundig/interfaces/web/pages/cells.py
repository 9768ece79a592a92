"""Editing single values in place, in lists and on record pages."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, Response, get, post

from kundig.base.errors import Invalid, Missing
from kundig.base.i18n import t
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import read_record
from kundig.engine.schema.bound import BoundField
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.formats import formats
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.pages.values import only, write_form
from kundig.interfaces.web.rendering import render
from kundig.interfaces.web.widgets.described import describe
from kundig.interfaces.web.widgets.filling import Filled, fill
from kundig.interfaces.web.widgets.reading import typed
from kundig.interfaces.web.widgets.saying import said

BIG = frozenset(
    {
        "address",
        "emails",
        "phones",
        "lines",
        "links",
        "choices",
        "long_text",
        "rich_text",
        "translated",
        "translated_long",
        "json",
        "money",
    }
)
"""Widgets whose editor needs more room than the value has: a small panel with its own buttons."""


@get("/o/{object_name:str}/cell/{id_:str}/{field_name:str}")
async def cell_editor(request: Request[Any, Any, Any], object_name: str, id_: str, field_name: str) -> Response[str]:
    """The editor of one value, in place."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        field = _field(scope, object_name, field_name)
        record = msgspec.json.decode((await read_record(scope, object_name, record_id(id_), [field_name, "version"])).text)
        filled = fill(field, record[field_name], formats(visit.frame.language, visit.frame.zone))
        return Reply(render("pages/cell_editor.html", _editor(scope, object_name, id_, field, filled), visit.frame))

    return await page(request, work)


def _editor(scope: Scope, object_name: str, id_: str, field: BoundField, filled: Filled, error: str = "") -> dict[str, Any]:
    shown = describe(scope, field)
    return {
        "field": shown, "filled": filled, "error": error, "address": f"/o/{object_name}/cell/{id_}/{field.name}",
        "big": shown.widget in BIG,
    }  # fmt: skip


def _place(scope: Scope, visit: Visit, object_name: str, id_: str, field: BoundField) -> dict[str, Any]:
    """The element that is exchanged: a cell of a list, or a place in a record's details."""
    shown = describe(scope, field)
    if visit.request.headers.get("hx-target", "").startswith("td"):
        return {"tag": "td", "css": "c-num ed" if shown.right else "ed", "edit": "", "field": shown}
    return {"tag": "div", "css": "ed", "edit": f"/o/{object_name}/cell/{id_}/{field.name}", "field": shown}


@post("/o/{object_name:str}/cell/{id_:str}/{field_name:str}", status_code=200)
async def cell_save(request: Request[Any, Any, Any], object_name: str, id_: str, field_name: str) -> Response[str]:
    """Write one value and show it; a refusal brings the editor back with what was typed."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        field = _field(scope, object_name, field_name)
        try:
            async with scope.connection.savepoint():
                written = await write_form(scope, scope.object(object_name), only(field_name, visit.form), id_=record_id(id_))
        except Invalid as error:
            shown = formats(visit.frame.language, visit.frame.zone)
            why = " ".join(said(e, field, shown) for e in error.errors)
            editor = _editor(scope, object_name, id_, field, typed(field, visit.form), why)
            return Reply(render("pages/cell_editor.html", editor, visit.frame), 422)
        record = msgspec.json.decode((await read_record(scope, object_name, record_id(id_), [field_name])).text)
        view = _place(scope, visit, object_name, id_, field) | {"value": record[field_name]}
        told = notice(visit, t("Saved."), undo=f"/changes/{written.change}/undo") if written.change else {}
        return Reply(render("pages/cell.html", view, visit.frame), headers=told)

    return await page(request, work)


def _field(scope: Scope, object_name: str, name: str) -> BoundField:
    field = scope.object(object_name).fields.get(name)
    if field is None or name in scope.rights(object_name).hidden:
        raise Missing
    return field


ROUTES = (cell_editor, cell_save)
