"""The sample data: what it is for, and the button that takes it away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, get, post

from kundig.base.i18n import t
from kundig.engine.policy.configuring import RIGHT as CONFIGURE
from kundig.engine.policy.scope import Scope
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.frame import LinkGroup
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.settings.navigation import settings_navigation
from kundig.interfaces.web.rendering import render
from kundig.services.identity.samples import ask_for_removal, has_samples


@dataclass(frozen=True, slots=True)
class SamplesView:
    """`settings/samples.html`."""

    nav: tuple[LinkGroup, ...]
    there: bool


@get("/settings/samples")
async def show(request: Request[Any, Any, Any]) -> Response[str]:
    """Whether there is sample data."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require(CONFIGURE)
        view = SamplesView(settings_navigation(scope), await has_samples(scope))
        return Reply(render("pages/settings/samples.html", view, visit.frame))

    return await page(request, work)


@post("/settings/samples/remove", status_code=200)
async def remove(request: Request[Any, Any, Any]) -> Response[str]:
    """Have it removed by a job."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        await ask_for_removal(scope)
        return Reply(headers=notice(visit, t("The sample data is being removed. You can go on working.")))

    return await page(request, work)


ROUTES = (show, remove)
