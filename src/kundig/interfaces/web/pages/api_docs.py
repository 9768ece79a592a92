"""`/api/docs`: the page about the API, for people who are signed in, about the model as they may know it."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get

from kundig.engine.policy.scope import Scope
from kundig.interfaces.api.docs import CONTENT_SECURITY_POLICY, docs_page, docs_styles
from kundig.interfaces.api.edge import Api
from kundig.interfaces.web.edge import Reply, Visit, page


@get("/api/docs", include_in_schema=False)
async def get_docs(request: Request[Any, Any, Any]) -> Response[str]:
    """The page; whoever is not signed in is sent to do so first."""
    return await page(request, _docs)


@get("/api/docs.css", include_in_schema=False)
async def get_docs_styles() -> Response[str]:
    """Its style sheet, the same for everybody."""
    headers = {"Cache-Control": "public, max-age=3600", "X-Content-Type-Options": "nosniff"}
    return Response(docs_styles(), media_type="text/css", headers=headers)


async def _docs(scope: Scope, visit: Visit) -> Reply:
    api: Api = visit.request.app.state.api
    html = docs_page(api.documents.text(scope), scope.context.language)
    return Reply(html, headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY})
