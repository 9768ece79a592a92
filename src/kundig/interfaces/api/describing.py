"""What the API says about itself: the model, and its description as OpenAPI."""

from __future__ import annotations

from functools import partial
from typing import Any

from litestar import Request, Response, get

from kundig.engine.policy.scope import Scope
from kundig.interfaces.api.answers import Answer, as_json
from kundig.interfaces.api.edge import Api, serve
from kundig.interfaces.api.meta import describe_objects
from kundig.interfaces.api.parameters import read_parameters


@get("/meta/objects")
async def get_objects(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The objects and fields that the caller may know of."""
    return await serve(request, partial(_objects, request))


@get("/openapi.json")
async def get_openapi(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The description of all of this, custom objects included."""
    return await serve(request, partial(_openapi, request))


async def _objects(request: Request[Any, Any, Any], scope: Scope) -> Answer:
    read_parameters(request.scope.get("query_string", b""), ())
    return Answer(200, as_json({"data": describe_objects(scope)}))


async def _openapi(request: Request[Any, Any, Any], scope: Scope) -> Answer:
    read_parameters(request.scope.get("query_string", b""), ())
    api: Api = request.app.state.api
    return Answer(200, api.documents.text(scope))
