"""Imports that are under way or over: look on, stop, go on, see what was made, take all of it back. Their steps: `importing/`."""

from __future__ import annotations

from typing import IO, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.response import Stream

from kundig.base.errors import Missing
from kundig.base.i18n import label_in, t
from kundig.engine.policy.scope import Scope
from kundig.interfaces.spools import pieces, spooled
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.pages.import_views import ImportsView, ImportView, Made
from kundig.interfaces.web.pages.settings.navigation import settings_navigation
from kundig.interfaces.web.rendering import render, render_block
from kundig.services.transfer.drafts import read_draft
from kundig.services.transfer.imports import cancel_import, import_state, list_imports, resume_import
from kundig.services.transfer.mending import errors_file
from kundig.services.transfer.offers import importable
from kundig.services.transfer.results import made_by

SHOWN = 100
_STATES = {
    "draft": t("draft"),
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


@get("/imports/{id_:str}")
async def show(request: Request[Any, Any, Any], id_: str) -> Response[str]:
    """How far it is, asked again and again by the page itself while it is under way; one in preparation goes on where it is."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        if step := await _step(scope, record_id(id_)):
            return Reply(to=f"/imports/{id_}/{step}")
        run = await import_state(scope, record_id(id_))
        bound = scope.model.objects.get(run["object"])
        icon = bound.definition.icon if bound else "box"
        over = run["change"] and run["state"] in ("done", "failed")
        made = await made_by(scope, UUID(run["change"])) if over else {}
        groups = tuple(
            Made(name, _label(scope, name), scope.object(name).definition.icon, tuple(links)) for name, links in made.items()
        )
        view = ImportView(settings_navigation(scope), run, _label(scope, run["object"]), icon, run["errors"][:SHOWN], groups)
        if visit.query("part"):
            return Reply(render_block("pages/import.html", "state", view, visit.frame))
        return Reply(render("pages/import.html", view, visit.frame))

    return await page(request, work)


async def _step(scope: Scope, id_: UUID) -> str:
    """Where somebody's own import in preparation goes on; empty for any other."""
    try:
        draft = await read_draft(scope, id_)
    except Missing:
        return ""
    return "columns" if draft.run.state == "draft" else "check"


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


@get("/imports/{id_:str}/errors.csv")
async def download_errors(request: Request[Any, Any, Any], id_: str) -> Response[Any]:
    """The rows that failed, with what is wrong, to mend and import again."""
    file: list[IO[bytes]] = []

    async def work(scope: Scope, _: Visit) -> Reply:
        file[:] = [await spooled(errors_file(scope, record_id(id_)))]
        return Reply("")

    answer = await page(request, work, write=True)
    if answer.status_code != 200 or not file:
        return answer
    headers = {**answer.headers, "Content-Disposition": f'attachment; filename="{_name(id_)}"'}
    return Stream(pieces(file[0]), media_type="text/csv", headers=headers)


def _name(id_: str) -> str:
    return f"errors-{record_id(id_)}.csv"


ROUTES = (show_all, show, stop, resume, download_errors)
