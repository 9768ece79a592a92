"""`/api/docs`: the page about the API, for people who are signed in, about the model as they may know it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from litestar import Request, Response, get

from kundig.base.i18n import label_in
from kundig.engine.policy.scope import Scope
from kundig.interfaces.api.docs import CONTENT_SECURITY_POLICY, Look, docs_page, docs_styles
from kundig.interfaces.api.edge import Api
from kundig.interfaces.api.meta import known_objects
from kundig.interfaces.web.assets import asset
from kundig.interfaces.web.edge import Reply, Visit, page


@get("/api/docs", include_in_schema=False)
async def get_docs(request: Request[Any, Any, Any]) -> Response[str]:
    """The page; whoever is not signed in is sent to do so first."""
    return await page(request, _docs)


@get("/api/docs.css", include_in_schema=False)
async def get_docs_styles() -> Response[str]:
    """Its style sheet, the same for everybody."""
    headers = {"Cache-Control": "public, max-age=3600"}
    return Response(docs_styles(), media_type="text/css", headers=headers)


async def _docs(scope: Scope, visit: Visit) -> Reply:
    api: Api = visit.request.app.state.api
    look = Look(visit.frame.theme, asset("app.css"), dict(_labels(scope)))
    html = docs_page(api.documents.text(scope), scope.context.language, look)
    return Reply(html, headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY})


def _labels(scope: Scope) -> Iterator[tuple[str, str]]:
    """What objects, fields and actions are called in the reader's language."""
    language = scope.context.language
    for object_ in known_objects(scope):
        yield object_.name, label_in(object_.definition.label_plural, language)
        for name, field in object_.fields.items():
            yield f"{object_.name}.{name}", label_in(field.definition.label, language)
    for (object_name, name), action in scope.model.actions.items():
        yield f"{object_name}_{name}", label_in(action.label, language)
