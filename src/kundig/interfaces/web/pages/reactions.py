"""Putting small signs to comments and interactions, and pinning interactions to a record."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request, Response, post

from kundig.base.errors import Missing
from kundig.base.i18n import t
from kundig.engine.policy.scope import Scope
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.rendering import render
from kundig.services.collaboration.comments import check_visible, place_of_comment
from kundig.services.collaboration.pins import pin, unpin
from kundig.services.collaboration.reactions import reactions_to, toggle_reaction


@post("/o/{object_name:str}/{id_:str}/comments/{comment:str}/reactions", status_code=200)
async def react_to_comment(request: Request[Any, Any, Any], object_name: str, id_: str, comment: str) -> Response[str]:
    """Put a sign to a comment, or take it away."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        target = record_id(comment)
        if await place_of_comment(scope, target) != (object_name, record_id(id_)):
            raise Missing
        return await _toggled(scope, visit, target, f"/o/{object_name}/{id_}/comments/{comment}/reactions")

    return await page(request, work)


@post("/o/{object_name:str}/{id_:str}/reactions", status_code=200)
async def react(request: Request[Any, Any, Any], object_name: str, id_: str) -> Response[str]:
    """Put a sign to an interaction, or take it away."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        if scope.object(object_name).definition.interaction is None:
            raise Missing
        await check_visible(scope, object_name, record_id(id_))
        return await _toggled(scope, visit, record_id(id_), f"/o/{object_name}/{id_}/reactions")

    return await page(request, work)


async def _toggled(scope: Scope, visit: Visit, target: UUID, address: str) -> Reply:
    await toggle_reaction(scope, target, visit.query("sign"))
    found = (await reactions_to(scope, [target])).get(target, ())
    return Reply(render("pages/reactions.html", {"id": target, "reactions": found, "address": address}, visit.frame))


@post("/o/{object_name:str}/{id_:str}/pins/{other:str}/{pinned:str}", status_code=200)
async def set_pinned(request: Request[Any, Any, Any], object_name: str, id_: str, other: str, pinned: str) -> Response[str]:
    """Keep an interaction at the top of the timeline, or no longer; the timeline shows itself anew."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        keep = visit.query("to") == "1"
        await (pin if keep else unpin)(scope, object_name, record_id(id_), (other, record_id(pinned)))
        return Reply(headers=notice(visit, t("Pinned.") if keep else t("Taken down."), event="kundig:timeline"))

    return await page(request, work)


ROUTES = (react_to_comment, react, set_pinned)
