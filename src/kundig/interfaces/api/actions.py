"""Verbs of modules: `POST /{object}/{id}/actions/{action}`."""

from __future__ import annotations

from functools import partial
from typing import Any

from litestar import Request, Response, post

from kundig.base.errors import Missing
from kundig.engine.policy.scope import Scope
from kundig.interfaces.api.answers import Answer, as_json, change_header
from kundig.interfaces.api.bodies import body_of, convert_body
from kundig.interfaces.api.edge import serve
from kundig.interfaces.api.parameters import read_parameters
from kundig.interfaces.api.records import record_id


@post("/{object_name:str}/{record:str}/actions/{action:str}", status_code=200)
async def run_action(request: Request[Any, Any, Any], object_name: str, record: str, action: str) -> Response[bytes]:
    """What the verb answers; 404 for a verb that the object lacks."""
    return await serve(request, partial(_run, request, object_name, record, action))


async def _run(request: Request[Any, Any, Any], object_name: str, record: str, action: str, scope: Scope) -> Answer:
    scope.object(object_name)
    found = scope.model.actions.get((object_name, action))
    if found is None:
        raise Missing
    read_parameters(request.scope.get("query_string", b""), ())
    body = convert_body(await body_of(request, optional=True), found.body)
    done = await found.run(scope, record_id(record), body)
    return Answer(200, as_json(done), change_header(done.get("change")))
