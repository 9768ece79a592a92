"""The page with all hits of a search."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get

from kundig.engine.policy.scope import Scope
from kundig.engine.search.query import search
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.pages.palette import record_hit
from kundig.interfaces.web.rendering import render

ON_PAGE = 50


@get("/search")
async def search_page(request: Request[Any, Any, Any]) -> Response[str]:
    """All hits, best first, each with the words where they were found."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        words, only = visit.query("q").strip()[:100], visit.query("object")
        objects = [only] if only in scope.access.objects else None
        found = await search(scope, words, objects, ON_PAGE) if words else []
        hits = [{"hit": record_hit(scope, hit), "snippet": hit["snippet"]} for hit in found]
        return Reply(render("pages/search.html", {"words": words, "hits": hits}, visit.frame))

    return await page(request, work)


ROUTES = (search_page,)
