"""Looking at Kundig as a colleague sees it: beginning at the colleague's page in the settings, ending by the banner."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, post

from kundig.base.errors import Missing, Unauthenticated
from kundig.engine.policy.scope import Scope
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.pages.settings.navigation import USERS
from kundig.services.identity.viewing import RIGHT, begin_viewing, end_viewing


@post("/settings/users/{id_:str}/view", status_code=200)
async def begin(request: Request[Any, Any, Any], id_: str) -> Response[str]:
    """From now on the session sees what the colleague sees; whoever looks with other eyes already ends that first."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require(RIGHT)
        if visit.signed is None:
            raise Unauthenticated
        user = record_id(id_)
        theirs = await visit.web.scopes.access_of(scope, user)
        if theirs is None:
            raise Missing
        await begin_viewing(scope, visit.signed.id, user, theirs)
        # the whole page, with the banner and the places of the colleague
        return Reply(headers={"HX-Redirect": "/"}) if visit.htmx else Reply(to="/")

    return await page(request, work)


@post("/viewing/end", status_code=200)
async def end(request: Request[Any, Any, Any]) -> Response[str]:
    """Back to what one sees oneself."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        if visit.signed is None:
            raise Unauthenticated
        seen = await end_viewing(scope, visit.signed.id)
        return Reply(to=f"{USERS}/{seen}" if seen and scope.may("manage_users") else "/")

    return await page(request, work, own=True)


ROUTES = (begin, end)
