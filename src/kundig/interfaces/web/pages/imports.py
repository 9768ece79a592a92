"""Imports: choose a file, say which column fills what, look on, mend what was wrong, take all of it back.

The file is sent twice, to show its columns and to import it: so no server keeps files that nobody wanted in the end.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from functools import partial
from typing import Any, BinaryIO, cast

from litestar import Request, Response, get, post
from litestar.datastructures import FormMultiDict, UploadFile
from litestar.response import Stream

from kundig.base.errors import Denied, Invalid, Malformed
from kundig.base.i18n import label_in, t
from kundig.engine.policy.scope import Scope
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.pages.import_views import (
    ImportsView,
    ImportView,
    MappingView,
    NewImportView,
    importable,
    mapping_view,
    told,
)
from kundig.interfaces.web.pages.settings.navigation import settings_navigation
from kundig.interfaces.web.rendering import render, render_block
from kundig.services.transfer.files import recognise
from kundig.services.transfer.imports import (
    LARGEST_FILE,
    cancel_import,
    import_state,
    list_imports,
    repeat_in_earnest,
    resume_import,
    start_import,
)
from kundig.services.transfer.mending import errors_file
from kundig.services.transfer.order import ImportOrder, read_order

SHOWN = 100
_STATES = {
    "queued": t("waiting"),
    "running": t("running"),
    "done": t("done"),
    "failed": t("stopped"),
    "undone": t("taken back"),
}


@get("/imports")
async def show_all(request: Request[Any, Any, Any]) -> Response[str]:
    """The latest imports."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        language, objects = visit.frame.language, scope.model.objects
        runs = await list_imports(scope)
        view = ImportsView(
            nav=settings_navigation(scope),
            runs=runs,
            labels={run["object"]: _label(scope, run["object"]) for run in runs},
            icons={name: objects[name].definition.icon for name in {run["object"] for run in runs} if name in objects},
            may=bool(importable(scope)),
            states={state: text.render(language) for state, text in _STATES.items()},
        )
        return Reply(render("pages/imports.html", view, visit.frame))

    return await page(request, work)


def _label(scope: Scope, object_: str) -> str:
    bound = scope.model.objects.get(object_)
    return label_in(bound.definition.label_plural, scope.context.language) if bound else object_


@get("/imports/new")
async def new(request: Request[Any, Any, Any]) -> Response[str]:
    """Object and file."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        objects = importable(scope)
        if not objects:
            raise Denied(t("Your role does not include this."))
        object_ = visit.query("object")
        chosen = object_ if object_ in dict(objects) else objects[0][0]
        view = NewImportView(settings_navigation(scope), chosen, objects, MappingView(chosen))
        return Reply(render("pages/import_new.html", view, visit.frame))

    return await page(request, work)


@post("/imports/columns", status_code=200, request_max_body_size=LARGEST_FILE + 2**20)
async def show_columns(request: Request[Any, Any, Any]) -> Response[str]:
    """The columns of the chosen file, and what is recognised in them."""
    return await page(request, partial(_columns, request))


async def _columns(request: Request[Any, Any, Any], scope: Scope, visit: Visit) -> Reply:
    form, file = await _sent(request)
    object_ = _one(form, "object")
    language = visit.frame.language
    if file is None:
        return Reply(render("pages/import_mapping.html", MappingView(object_), visit.frame))
    if not scope.rights(object_).bring:
        raise Denied(t("Your role does not allow importing {object}.", object=scope.object(object_).definition.label_plural))
    try:
        shape = await asyncio.to_thread(recognise, _opened(file))
    except Invalid as error:
        return Reply(
            render("pages/import_mapping.html", MappingView(object_, errors=tuple(told(error, language))), visit.frame), 422
        )
    chosen = {name: form.getall(name, []) for name in ("column", "field", "for", "mode", "match", "locale")}
    view = await asyncio.to_thread(mapping_view, scope, object_, _opened(file), shape, chosen)
    return Reply(render("pages/import_mapping.html", view, visit.frame))


@post("/imports", status_code=200, request_max_body_size=LARGEST_FILE + 2**20)
async def start(request: Request[Any, Any, Any]) -> Response[str]:
    """Start it, or with `dry_run` only look what would happen."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        form, file = await _sent(request)
        if file is None:
            view = MappingView(_one(form, "object"), errors=(t("Choose a file first.").render(visit.frame.language),))
            return Reply(render("pages/import_mapping.html", view, visit.frame), 422)
        try:
            async with scope.connection.savepoint():
                id_ = await start_import(scope, _order(form), _opened(file), file.filename)
        except Invalid as error:
            chosen = {name: form.getall(name, []) for name in ("column", "field", "for", "mode", "match", "locale")}
            shape = await asyncio.to_thread(recognise, _opened(file))
            errors = told(error, visit.frame.language)
            view = await asyncio.to_thread(mapping_view, scope, _one(form, "object"), _opened(file), shape, chosen, errors)
            return Reply(render("pages/import_mapping.html", view, visit.frame), 422)
        return Reply(to=f"/imports/{id_}")

    return await page(request, work)


def _order(form: FormMultiDict) -> ImportOrder:
    pairs = zip(form.getall("column", []), form.getall("field", []), strict=False)
    mapping = {str(column): str(field) for column, field in pairs if field}
    if not mapping:
        raise Invalid.one("mapping", "required", t("Say for at least one column which field it fills."))
    mode = _one(form, "mode") or "create"
    return read_order(
        object_=_one(form, "object"),
        mapping=mapping,
        mode=mode,
        match=_one(form, "match") if mode != "create" else None,
        language=_one(form, "locale") or "de",
        dry_run=bool(_one(form, "dry_run")),
    )


async def _sent(request: Request[Any, Any, Any]) -> tuple[FormMultiDict, UploadFile | None]:
    """The form and its file, None where none was chosen."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise Malformed(t("The form can't be read."))
    try:
        form = await request.form()
    except (UnicodeDecodeError, LookupError):
        raise Malformed(t("The form can't be read.")) from None
    file = form.get("file")
    return form, file if isinstance(file, UploadFile) and file.filename else None


def _one(form: FormMultiDict, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def _opened(file: UploadFile) -> BinaryIO:
    opened = cast("BinaryIO", file.file)
    opened.seek(0)
    return opened


@get("/imports/{id_:str}")
async def show(request: Request[Any, Any, Any], id_: str) -> Response[str]:
    """How far it is; asked again and again by the page itself while it is under way."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        run = await import_state(scope, record_id(id_))
        bound = scope.model.objects.get(run["object"])
        icon = bound.definition.icon if bound else "box"
        view = ImportView(settings_navigation(scope), run, _label(scope, run["object"]), icon, run["errors"][:SHOWN])
        if visit.query("part"):
            return Reply(render_block("pages/import.html", "state", view, visit.frame))
        return Reply(render("pages/import.html", view, visit.frame))

    return await page(request, work)


@post("/imports/{id_:str}/stop", status_code=200)
async def stop(request: Request[Any, Any, Any], id_: str) -> Response[str]:
    """Stop behind the current chunk."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        await cancel_import(scope, record_id(id_))
        return Reply(to=f"/imports/{id_}", headers=notice(visit, t("The import was stopped.")))

    return await page(request, work)


@post("/imports/{id_:str}/resume", status_code=200)
async def resume(request: Request[Any, Any, Any], id_: str) -> Response[str]:
    """Go on where it stopped."""

    async def work(scope: Scope, _: Visit) -> Reply:
        await resume_import(scope, record_id(id_))
        return Reply(to=f"/imports/{id_}")

    return await page(request, work)


@post("/imports/{id_:str}/again", status_code=200)
async def in_earnest(request: Request[Any, Any, Any], id_: str) -> Response[str]:
    """What was only tried, done: the same file, the same order."""

    async def work(scope: Scope, _: Visit) -> Reply:
        return Reply(to=f"/imports/{await repeat_in_earnest(scope, record_id(id_))}")

    return await page(request, work)


@get("/imports/{id_:str}/errors.csv")
async def download_errors(request: Request[Any, Any, Any], id_: str) -> Response[Any]:
    """The rows that failed, with what is wrong, to mend and import again."""
    spool = tempfile.SpooledTemporaryFile(max_size=2**20)  # noqa: SIM115 - closed when it has been sent

    async def work(scope: Scope, _: Visit) -> Reply:
        async for part in errors_file(scope, record_id(id_)):
            spool.write(part)
        return Reply("")

    answer = await page(request, work)
    if answer.status_code != 200 or not spool.tell():
        spool.close()
        return answer
    headers = {**answer.headers, "Content-Disposition": f'attachment; filename="{_name(id_)}"'}
    return Stream(_pieces(spool), media_type="text/csv; charset=utf-8", headers=headers)


def _name(id_: str) -> str:
    return f"errors-{record_id(id_)}.csv"


async def _pieces(spool: Any) -> AsyncIterator[bytes]:
    with spool:
        spool.seek(0)
        while piece := spool.read(1 << 16):
            yield piece


ROUTES = (show_all, new, show_columns, start, show, stop, resume, in_earnest, download_errors)
