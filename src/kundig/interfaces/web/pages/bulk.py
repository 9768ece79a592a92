"""Doing something with many chosen records: a dialog says what would happen, then it is done, with progress if it takes long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qsl

from litestar import Request, Response, get, post
from litestar.response import Stream

from kundig.base.errors import Invalid, Missing
from kundig.base.i18n import Text, label_in, t
from kundig.engine.policy.scope import Scope
from kundig.engine.schema.bound import BoundField
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.formats import formats
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.pages.tabs import listing_for
from kundig.interfaces.web.rendering import render
from kundig.interfaces.web.streaming import File, Reopen, download
from kundig.interfaces.web.widgets.described import FieldView, describe
from kundig.interfaces.web.widgets.filling import Filled
from kundig.interfaces.web.widgets.reading import read, typed
from kundig.interfaces.web.widgets.saying import said
from kundig.services.lists.bulk import FEW, Preview, preview, refusals, start, stop
from kundig.services.lists.choosing import Deed, Run, choose, choose_matching, chunks_of, read_run
from kundig.services.transfer.export import FORMATS, export_stream, start_export

Asked = Literal["edit", "assign", "delete", "export"]
ASKED: Mapping[str, Asked] = {"edit": "edit", "assign": "assign", "delete": "delete", "export": "export"}
_OWNER = "owner"
"""The field that assigning sets. Names of the form's own begin with "_": no field is called so."""


@dataclass(frozen=True, slots=True)
class BulkView:
    """The view of `pages/bulk.html`: what is asked for, how many were chosen, and once it is known what would happen."""

    id: str
    asked: Asked
    total: int
    plural: str
    query: str
    fields: tuple[tuple[str, str], ...] = ()
    field: FieldView | None = None
    filled: Filled | None = None
    clear: bool = False
    told: Preview | None = None
    reasons: tuple[tuple[str, int], ...] = ()
    error: str = ""


@post("/o/{object_name:str}/bulk/{asked:str}", status_code=200)
async def open_dialog(request: Request[Any, Any, Any], object_name: str, asked: str) -> Response[str]:
    """Fix which records are meant, and ask what to do with them."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        if asked not in ASKED:
            raise Missing
        query = visit.value("_query")
        if visit.value("everything"):
            listing = await listing_for(scope, object_name, dict(parse_qsl(query)))
            id_ = await choose_matching(scope, object_name, listing.where, listing.sorted_by or None)
        else:
            id_ = await choose(scope, object_name, [record_id(text) for text in visit.form.get("id", ())])
        run = await read_run(scope, id_)
        if asked == "delete" and run.total <= FEW and not visit.value("everything"):
            return await _deleted(scope, visit, run)
        view = await _dialog(scope, visit, run, ASKED[asked], query)
        return Reply(render("pages/bulk.html", view, visit.frame))

    return await page(request, work)


@post("/bulk/{id_:str}/preview", status_code=200)
async def show_preview(request: Request[Any, Any, Any], id_: str) -> Response[str]:
    """The dialog after something was chosen in it, with what would happen."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        run = await read_run(scope, record_id(id_))
        view = await _dialog(scope, visit, run, ASKED.get(visit.value("_asked"), "edit"), visit.value("_query"))
        return Reply(render("pages/bulk_form.html", view, visit.frame))

    return await page(request, work)


async def _deleted(scope: Scope, visit: Visit, run: Run) -> Reply:
    """A few rows go to the trash without a question, since there is a way back; a dialog only says what stayed."""
    run = await start(scope, run.id, "delete", {})
    if not run.refused:
        return Reply(to=visit.here, headers=_finished(visit, run))
    return Reply(render("pages/bulk_over.html", await _progress(scope, visit, run), visit.frame))


async def _dialog(scope: Scope, visit: Visit, run: Run, asked: Asked, query: str) -> BulkView:
    bound = scope.object(run.object)
    field = _field(scope, run.object, _OWNER if asked == "assign" else visit.value("_field"))
    language = visit.frame.language
    fields = tuple(
        sorted(((name, shown.label) for name, shown in _editable(scope, run.object)), key=lambda item: item[1].casefold())
    )
    wanted, error, told = _wanted(scope, visit, asked, field), "", None
    if wanted is not None and asked != "export":
        try:
            told = await preview(scope, run, _deed(asked), wanted)
        except Invalid as wrong:
            shown = formats(language, visit.frame.zone)
            error = " ".join(said(e, field, shown) if field else e.text.render(language) for e in wrong.errors[:1])
    return BulkView(
        id=str(run.id),
        asked=asked,
        total=run.total,
        plural=label_in(bound.definition.label_plural, language),
        query=query,
        fields=fields if asked == "edit" else (),
        field=describe(scope, field) if field else None,
        filled=typed(field, visit.form) if field else None,
        clear=bool(visit.value("_clear")),
        told=told,
        reasons=_told(told.refused if told else (), language),
        error=error,
    )


def _deed(asked: Asked) -> Deed:
    return "delete" if asked == "delete" else "edit"


def _told(reasons: tuple[tuple[Text, int], ...], language: str) -> tuple[tuple[str, int], ...]:
    return tuple((text.render(language), number) for text, number in reasons)


def _editable(scope: Scope, object_name: str) -> list[tuple[str, FieldView]]:
    """The fields that can be set for many records at once."""
    hidden = scope.rights(object_name).hidden
    shown = [
        (field.name, describe(scope, field)) for field in scope.object(object_name).fields.values() if field.name not in hidden
    ]
    return [(name, view) for name, view in shown if view.editable and view.widget not in ("file", "json")]


def _field(scope: Scope, object_name: str, name: str) -> BoundField | None:
    return scope.object(object_name).fields[name] if name in dict(_editable(scope, object_name)) else None


def _wanted(scope: Scope, visit: Visit, asked: Asked, field: BoundField | None) -> dict[str, Any] | None:
    """The values that the form means; None as long as there are none. A field is emptied only if that is said."""
    if asked in ("delete", "export"):
        return {}
    if field is None:
        return None
    if visit.value("_clear"):
        return {field.name: None}
    value = read(field, visit.form, scope.context.language, scope.context.time_zone)
    given = value not in (None, [], "") and (value is not False or "_decided" in visit.form)
    return {field.name: value} if given else None


@post("/bulk/{id_:str}/start", status_code=200)
async def begin(request: Request[Any, Any, Any], id_: str) -> Response[str]:
    """Do it. A few records are done at once; many are a job whose progress the dialog shows."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        run, asked = await read_run(scope, record_id(id_)), ASKED.get(visit.value("_asked"), "edit")
        field = _field(scope, run.object, _OWNER if asked == "assign" else visit.value("_field"))
        wanted = _wanted(scope, visit, asked, field)
        if wanted is None:
            view = await _dialog(scope, visit, run, asked, visit.value("_query"))
            return Reply(render("pages/bulk_form.html", view, visit.frame), 422)
        run = await start(scope, run.id, _deed(asked), wanted)
        if run.over and not run.refused:
            return Reply(to=visit.here, headers=_finished(visit, run))
        return Reply(render("pages/bulk_progress.html", await _progress(scope, visit, run), visit.frame))

    return await page(request, work)


def _finished(visit: Visit, run: Run) -> dict[str, str]:
    text = t("{n} moved to the trash.", n=run.changed) if run.action == "delete" else t("{n} changed.", n=run.changed)
    # the dialog goes with the notice and not only when the list is there anew: keys pressed meanwhile are for the page
    return notice(visit, text, undo=f"/changes/{run.change}/undo" if run.changed else "", event="kundig:close")


async def _progress(scope: Scope, visit: Visit, run: Run) -> dict[str, Any]:
    return {
        "run": run, "percent": round(100 * run.position / run.total), "here": visit.here, "plural": label_in(
            scope.object(run.object).definition.label_plural, visit.frame.language
        ),
        "reasons": _told(await refusals(scope, run), visit.frame.language),
    }  # fmt: skip


@get("/bulk/{id_:str}")
async def show_progress(request: Request[Any, Any, Any], id_: str) -> Response[str]:
    """How far it is; asked for again and again until it is over."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        view = await _progress(scope, visit, await read_run(scope, record_id(id_)))
        return Reply(render("pages/bulk_progress.html", view, visit.frame))

    return await page(request, work)


@post("/bulk/{id_:str}/stop", status_code=200)
async def end(request: Request[Any, Any, Any], id_: str) -> Response[str]:
    """End it where it is."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        view = await _progress(scope, visit, await stop(scope, record_id(id_)))
        return Reply(render("pages/bulk_progress.html", view, visit.frame))

    return await page(request, work)


@get("/bulk/{id_:str}/export")
async def export(request: Request[Any, Any, Any], id_: str) -> Response[str] | Stream:
    """The chosen records as a file, with the columns of their list or all fields."""

    async def begun(scope: Scope, visit: Visit, reopen: Reopen) -> File:
        run = await read_run(scope, record_id(id_))
        fields = None
        if visit.query("fields") == "list":
            listing = await listing_for(scope, run.object, dict(parse_qsl(visit.query("query"))))
            fields = list(listing.now.columns)
        ids = [id_ async for chunk in chunks_of(scope, run) for id_ in chunk]
        format_ = visit.query("format") if visit.query("format") in FORMATS else "xlsx"
        made = await start_export(scope, run.object, format_, fields=fields, localized=True, ids=ids)
        return File(made.file_name, made.media_type, export_stream(reopen, made))

    return await download(request, begun)


ROUTES = (open_dialog, show_preview, begin, show_progress, end, export)
