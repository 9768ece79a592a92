"""The trash: what was deleted and may be brought back."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post

from kundig.base.errors import Malformed, Missing
from kundig.base.i18n import label_in, t
from kundig.engine.policy.configuring import RIGHT as CONFIGURE
from kundig.engine.policy.scope import Scope
from kundig.engine.records.purging import ask_for_purge, emptying
from kundig.engine.records.trash import list_trash
from kundig.engine.records.writing import Restore, write
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.formats import formats
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.pages.listing import named_as_person
from kundig.interfaces.web.rendering import render

PAGE = 50


@get("/trash")
async def show_trash(request: Request[Any, Any, Any]) -> Response[str]:
    """The newest of all objects first."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        cursor = visit.query("cursor") or None
        found, holds = await list_trash(scope, limit=PAGE, cursor=cursor), await emptying(scope.connection)
        rows: list[dict[str, Any]] = []
        shown = formats(visit.frame.language, visit.frame.zone)
        for item in found.records:
            object_ = scope.model.objects[item.object]
            kind = label_in(object_.definition.label, visit.frame.language)
            at = holds.gone_at(item.deleted_at)
            gone = shown.local(at).date() if at else None
            rows.append(
                {"item": item, "kind": kind, "icon": object_.definition.icon, "person": named_as_person(object_), "gone": gone}
            )
        view = {
            "rows": rows,
            "more": f"/trash?cursor={found.next_cursor}" if found.next_cursor else "",
            "days": holds.days,
            "may_purge": scope.may(CONFIGURE),
        }
        return Reply(render("pages/trash_rows.html" if cursor else "pages/trash.html", view, visit.frame))

    return await page(request, work)


@post("/trash/{object_name:str}/{id_:str}/restore", status_code=200)
async def restore(request: Request[Any, Any, Any], object_name: str, id_: str) -> Response[str]:
    """Bring a record back, with what was deleted together with it."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        if object_name not in scope.access.objects:
            raise Malformed(t("The form can't be read."))
        written = await write(scope, object_name, [Restore(record_id(id_))])
        return Reply(to="/trash", headers=notice(visit, t("Restored."), undo=f"/changes/{written.change}/undo"))

    return await page(request, work)


@post("/trash/{object_name:str}/{id_:str}/purge", status_code=200)
async def remove_for_good(request: Request[Any, Any, Any], object_name: str, id_: str) -> Response[str]:
    """Have a record removed for good before its time, by who manages the configuration and may delete it."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        if object_name not in scope.access.objects:
            raise Malformed(t("The form can't be read."))
        if not await ask_for_purge(scope, object_name, record_id(id_)):
            raise Missing
        return Reply(to="/trash", headers=notice(visit, t("It is being removed for good.")))

    return await page(request, work)


ROUTES = (show_trash, restore, remove_for_good)
