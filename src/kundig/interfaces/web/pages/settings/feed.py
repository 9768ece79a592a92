"""One's calendar in other programs: the secret link is made, renewed and ended here, and shown only when it was just made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, get, post

from kundig.base.i18n import t
from kundig.engine.policy.scope import Scope
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.frame import LinkGroup
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.settings.me import me
from kundig.interfaces.web.pages.settings.navigation import FEED, settings_navigation
from kundig.interfaces.web.rendering import render, render_block
from kundig.services.identity.feeds import Feed, end_feed, feed_of, renew_feed


@dataclass(frozen=True, slots=True)
class FeedView:
    """`settings/feed.html`."""

    nav: tuple[LinkGroup, ...]
    feed: Feed | None
    address: str = ""
    """The link, right after it was made."""


@get("/settings/calendar")
async def show(request: Request[Any, Any, Any]) -> Response[str]:
    """Whether there is a link, without the link."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        view = FeedView(settings_navigation(scope), await feed_of(scope.connection, me(scope)))
        return Reply(render("pages/settings/feed.html", view, visit.frame))

    return await page(request, work)


@post("/settings/calendar", status_code=200)
async def renew(request: Request[Any, Any, Any]) -> Response[str]:
    """Make a link and show it this once; an earlier one ends."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require_proof()
        code = await renew_feed(scope.context, me(scope))
        address = f"{visit.web.base_url.rstrip('/')}/calendar/feed/{code}.ics"
        view = FeedView(settings_navigation(scope), await feed_of(scope.connection, me(scope)), address)
        return Reply(render_block("pages/settings/feed.html", "feed", view, visit.frame))

    return await page(request, work)


@post("/settings/calendar/end", status_code=200)
async def end(request: Request[Any, Any, Any]) -> Response[str]:
    """End the link at once."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        await end_feed(scope.context, me(scope))
        return Reply(to=FEED, headers=notice(visit, t("The link has ended.")))

    return await page(request, work)


ROUTES = (show, renew, end)
