"""Help of the keys, help and tour beside the page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from litestar import Request, Response, get, post

from kundig.base.whole import whole
from kundig.engine.policy.scope import Scope
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.guide import Step, help_for, tour_of
from kundig.interfaces.web.pages.settings.me import me
from kundig.interfaces.web.rendering import render
from kundig.interfaces.web.shell import shell_of
from kundig.services.collaboration.first_hour import first_hour_of, set_tour


@dataclass(frozen=True, slots=True)
class TourView:
    """`pages/tour.html`: one step, its number and how many there are."""

    step: Step
    number: int
    count: int


@get("/help")
async def help_beside(request: Request[Any, Any, Any]) -> Response[str]:
    """What helps on the page that one is on."""

    async def work(_scope: Scope, visit: Visit) -> Reply:
        return Reply(render("pages/help.html", help_for(visit.here.partition("?")[0]), visit.frame))

    return await page(request, work)


@get("/keys")
async def keys(request: Request[Any, Any, Any]) -> Response[str]:
    """The help of the keys, with the places that they lead to."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        return Reply(render("pages/keys.html", None, replace(visit.frame, shell=await shell_of(scope))))

    return await page(request, work)


@get("/tour")
async def tour(request: Request[Any, Any, Any]) -> Response[str]:
    """The step that one is at; nothing for who is in no tour."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        steps, at = tour_of(scope), (await first_hour_of(scope.connection, scope.access.user)).tour
        if not 1 <= at <= len(steps):
            return Reply()
        return Reply(render("pages/tour.html", TourView(steps[at - 1], at, len(steps)), visit.frame))

    return await page(request, work)


@post("/tour", status_code=200)
async def go_on(request: Request[Any, Any, Any]) -> Response[str]:
    """Go to a step (`to`), begin or go on where one left (`begin`), or leave; after the last step it is over."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        user, steps = me(scope), tour_of(scope)
        at = abs((await first_hour_of(scope.connection, user)).tour)
        to = visit.value("to")
        if to == "leave":
            await set_tour(scope.connection, user, -at)
            return Reply()
        wanted = (at if 1 <= at <= len(steps) else 1) if to == "begin" else whole(to) or 1
        if wanted > len(steps):
            await set_tour(scope.connection, user, 0)
            return Reply()
        await set_tour(scope.connection, user, max(1, wanted))
        return Reply(to=steps[max(1, wanted) - 1].path)

    return await page(request, work)


ROUTES = (help_beside, keys, tour, go_on)
