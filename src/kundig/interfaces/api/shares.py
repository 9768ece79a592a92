"""With whom a record is shared: list, share, end."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

import msgspec
from litestar import Request, Response, delete, get, post

from kundig.base.errors import Invalid
from kundig.base.i18n import t
from kundig.engine.policy.scope import Scope
from kundig.engine.schema.fields.contract import Refused
from kundig.engine.schema.fields.dates import parse_instant
from kundig.interfaces.api.answers import Answer, as_json
from kundig.interfaces.api.bodies import body_of, convert_body
from kundig.interfaces.api.edge import serve
from kundig.interfaces.api.parameters import read_parameters
from kundig.interfaces.api.records import record_id
from kundig.services.collaboration.sharing import RECEIVERS, Level, end_share, list_shares, share_with


class NewShare(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """With whom, a user or a team, what they may do, and till when."""

    level: Level
    user: str | None = None
    team: str | None = None
    until: str | None = None


@get("/{object_name:str}/{record:str}/shares")
async def get_shares(request: Request[Any, Any, Any], object_name: str, record: str) -> Response[bytes]:
    """The shares of a record, for everybody who may read it."""
    return await serve(request, partial(_list, request, object_name, record))


@post("/{object_name:str}/{record:str}/shares")
async def post_share(request: Request[Any, Any, Any], object_name: str, record: str) -> Response[bytes]:
    """201 and the share; shared with the same receiver again, level and end change."""
    return await serve(request, partial(_share, request, object_name, record))


@delete("/{object_name:str}/{record:str}/shares/{share:str}", status_code=200)
async def delete_share(request: Request[Any, Any, Any], object_name: str, record: str, share: str) -> Response[bytes]:
    """End a share, with those that its receiver has granted: 204 and nothing else."""
    return await serve(request, partial(_end, request, object_name, record, share))


async def _list(request: Request[Any, Any, Any], object_name: str, record: str, scope: Scope) -> Answer:
    scope.object(object_name)
    read_parameters(request.scope.get("query_string", b""), ())
    return Answer(200, as_json({"data": await list_shares(scope, object_name, record_id(record))}))


async def _share(request: Request[Any, Any, Any], object_name: str, record: str, scope: Scope) -> Answer:
    scope.object(object_name)
    read_parameters(request.scope.get("query_string", b""), ())
    body = convert_body(await body_of(request), NewShare)
    given = [(kind, receiver) for kind in RECEIVERS if (receiver := getattr(body, kind)) is not None]
    if len(given) != 1:
        raise Invalid.one("user", "required", t("Say with whom to share: one user or one team."))
    [(kind, receiver)] = given
    until = _instant(body.until)
    return Answer(201, as_json(await share_with(scope, object_name, record_id(record), kind, receiver, body.level, until)))


def _instant(text: str | None) -> datetime | None:
    try:
        return None if text is None else parse_instant(text)
    except Refused as refused:
        raise Invalid.one("until", refused.code, refused.text) from None


async def _end(request: Request[Any, Any, Any], object_name: str, record: str, share: str, scope: Scope) -> Answer:
    scope.object(object_name)
    read_parameters(request.scope.get("query_string", b""), ())
    await end_share(scope, object_name, record_id(record), share)
    return Answer(204)
