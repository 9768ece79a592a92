"""The trash: what was deleted and may be brought back."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get, post

from kundig.base.errors import Malformed
from kundig.base.i18n import label_in, t
from kundig.engine.policy.scope import Scope
from kundig.engine.records.trash import list_trash
from kundig.engine.records.writing import Restore, write
from kundig.interfaces.web.edge import Reply, Visit, page
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
        found = await list_trash(scope, limit=PAGE, cursor=cursor)
        rows = []
        for item in found.records:
            object_ = scope.model.objects[item.object]
            kind = label_in(object_.definition.label, visit.frame.language)
            rows.append({"item": item, "kind": kind, "icon": object_.definition.icon, "person": named_as_person(object_)})
        view = {"rows": rows, "more": f"/trash?cursor={found.next_cursor}" if found.next_cursor else ""}
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


ROUTES = (show_trash, restore)
