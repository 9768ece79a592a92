"""The edge of provisioning: one request is one transaction as the directory, refusals are told as RFC 7644, 3.12 says."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from importlib import import_module
from typing import Any

from litestar import Request, Response
from litestar.background_tasks import BackgroundTask
from litestar.exceptions import HTTPException
from psycopg import errors as pg

from kundig.base.database import retrying
from kundig.base.errors import Invalid, KundigError, Unauthenticated
from kundig.base.uuid7 import uuid7
from kundig.interfaces.api.answers import Answer, as_json
from kundig.interfaces.api.edge import Api, bearer
from kundig.interfaces.api.problems import STATUS
from kundig.interfaces.peers import address_of
from kundig.interfaces.refusing import note_refusal
from kundig.services.identity.provisioners import Provisioner, asking_provisioner, authenticate_provisioner, note_provisioning
from kundig.services.identity.throttle import place_of

PREFIX = "/scim/v2"
SOURCE = "scim"
MEDIA = "application/scim+json"
Work = Callable[[Any, Any, bytes], Awaitable[Answer]]
"""What answers (`answering`), the desk, the body → the answer."""

_log = logging.getLogger("kundig.scim")


async def serve(request: Request[Any, Any, Any], work: Work) -> Response[bytes]:
    """Run `work` for the directory that asks, and answer."""
    by: Provisioner | None = None
    try:
        token = bearer(request.headers.get("authorization"))
        api: Api = request.app.state.api
        api.limit.check(token or place_of(address_of(request)))
        if token is None:
            raise Unauthenticated
        body = b"" if request.method == "GET" else await request.body()
        answering = await asyncio.to_thread(import_module, "kundig.interfaces.scim.answering")
        given, by = await retrying(partial(_once, request, token, body, work, answering))
    except Exception as error:
        given = told(request, error)
    used = BackgroundTask(note_provisioning, request.app.state.api.database, by) if by is not None and by.stale else None
    return given.response(used)


async def _once(request: Request[Any, Any, Any], token: str, body: bytes, work: Work, answering: Any) -> tuple[Answer, Provisioner]:
    from pydantic import ValidationError
    from scim2_models import SCIMException

    from kundig.interfaces.scim.desk import Desk

    state = request.app.state
    readonly = request.method == "GET"
    async with state.api.database.transaction(None, readonly=readonly, asking=asking_provisioner(token)) as connection:
        by = await authenticate_provisioner(connection, token)
        scope = await state.api.scopes.of_provisioner(connection, by, SOURCE)
        with answering.POLICY:
            try:
                async with connection.savepoint():
                    return await work(answering, Desk(scope, by, state.web.base_url.rstrip("/")), body), by
            except (SCIMException, ValidationError) as error:
                return answering.told(error), by


def told(request: Request[Any, Any, Any], error: Exception) -> Answer:
    """The refusal for whatever went wrong."""
    where = {"method": request.method, "path": request.scope["path"]}
    if isinstance(error, pg.DataError):
        return _refused(400, "A value is outside of what can be stored.", "invalidValue")
    if isinstance(error, Invalid):
        taken = any(fault.code == "not_unique" for fault in error.errors)
        detail = " ".join(dict.fromkeys(f"{fault.field}: {fault.text.render('en')}" for fault in error.errors))
        return _refused(409 if taken else 400, detail, "uniqueness" if taken else "invalidValue")
    if isinstance(error, KundigError):
        status = STATUS[error.kind]
        note_refusal(status, request.scope)
        return _refused(status, error.text.render("en"), "invalidSyntax" if status == 400 else None)
    if isinstance(error, HTTPException):
        note_refusal(error.status_code, request.scope)
        return _refused(min(500, error.status_code), error.detail or "")
    number = str(uuid7())
    _log.error("unexpected error in a request", exc_info=error, extra={"problem": number, **where})
    return _refused(500, f"Something went wrong on our side: {number}")


def scim_response(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """For what goes wrong before a route is found."""
    return told(request, error).response()


def _refused(status: int, detail: str, scim_type: str | None = None) -> Answer:
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": str(status), "detail": detail}
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return Answer(status, as_json(body | ({"scimType": scim_type} if scim_type else {})), headers, MEDIA)
