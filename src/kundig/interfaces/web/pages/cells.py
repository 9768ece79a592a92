"""Editing single values in place, in lists and on record pages."""

from __future__ import annotations

from collections.abc import Mapping
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
from kundig.interfaces.web.pages.merging import Clashed, write_merged
from kundig.interfaces.web.rendering import render
from kundig.interfaces.web.widgets.described import describe, told_by
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
    """The editor of one value, in place; there is none for what the reader can't set."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        field = _field(scope, object_name, field_name)
        if not describe(scope, field).editable:
            raise Missing
        record = msgspec.json.decode(
            (await read_record(scope, object_name, record_id(id_), [*told_by(scope, field), "version"])).text
        )
        filled = fill(field, record[field_name], formats(visit.frame.language, visit.frame.zone))
        editor = _editor(scope, object_name, id_, field, filled, record, version=record["version"])
        return Reply(render("pages/cell_editor.html", editor, visit.frame))

    return await page(request, work)


def _editor(
    scope: Scope, object_name: str, id_: str, field: BoundField, filled: Filled, record: Mapping[str, Any], **more: Any
) -> dict[str, Any]:
    """`more`: the version that the value is from; an error; a clash with the version in which it was seen."""
    shown = describe(scope, field, record=record)
    return {
        "field": shown, "filled": filled, "address": f"/o/{object_name}/cell/{id_}/{field.name}", "big": shown.widget in BIG,
        "version": "", "error": "", "clash": None, "seen": "",
    } | more  # fmt: skip


async def _stored(scope: Scope, id_: str, field: BoundField) -> dict[str, Any]:
    """What tells of the field, as it is now."""
    text = (await read_record(scope, field.object, record_id(id_), told_by(scope, field))).text
    found: dict[str, Any] = msgspec.json.decode(text)
    return found


def _place(scope: Scope, visit: Visit, object_name: str, id_: str, field: BoundField, record: Mapping[str, Any]) -> dict[str, Any]:
    """The element that is exchanged: a cell of a list, or a place in a record's details."""
    shown = describe(scope, field, record=record)
    if visit.request.headers.get("hx-target", "").startswith("td"):
        return {"tag": "td", "css": "c-num ed" if shown.right else "ed", "edit": "", "field": shown}
    return {"tag": "div", "css": "ed", "edit": f"/o/{object_name}/cell/{id_}/{field.name}", "field": shown}


@post("/o/{object_name:str}/cell/{id_:str}/{field_name:str}", status_code=200)
async def cell_save(request: Request[Any, Any, Any], object_name: str, id_: str, field_name: str) -> Response[str]:
    """Write one value and show it; a refusal, or somebody else's newer value, brings the editor back with what was typed."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        field = _field(scope, object_name, field_name)
        filled, version = typed(field, visit.form), visit.value("version")
        try:
            async with scope.connection.savepoint():
                written, merge = await write_merged(scope, visit, scope.object(object_name), record_id(id_), only=field_name)
        except Invalid as error:
            shown = formats(visit.frame.language, visit.frame.zone)
            why = " ".join(said(e, field, shown) for e in error.errors)
            editor = _editor(scope, object_name, id_, field, filled, await _stored(scope, id_, field), version=version, error=why)
            return Reply(render("pages/cell_editor.html", editor, visit.frame), 422)
        except Clashed as clashed:
            found = clashed.merge
            more = {"version": version, "clash": found.clashes[field_name], "seen": found.version}
            editor = _editor(scope, object_name, id_, field, filled, await _stored(scope, id_, field), **more)
            return Reply(render("pages/cell_editor.html", editor, visit.frame), 409)
        record = await _stored(scope, id_, field) if written.change or field.chooser else merge.record
        view = _place(scope, visit, object_name, id_, field, record) | {"value": record[field_name]}
        told = notice(visit, t("Saved."), undo=f"/changes/{written.change}/undo") if written.change else {}
        return Reply(render("pages/cell.html", view, visit.frame), headers=told)

    return await page(request, work)


def _field(scope: Scope, object_name: str, name: str) -> BoundField:
    field = scope.object(object_name).fields.get(name)
    if field is None or name in scope.rights(object_name).hidden:
        raise Missing
    return field


ROUTES = (cell_editor, cell_save)
