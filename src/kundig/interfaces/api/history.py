"""What was changed and what happened: journal, timeline, undo."""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec
from litestar import Request, Response, get, post

from kundig.engine.history.journal import journal
from kundig.engine.history.timeline import timeline
from kundig.engine.policy.scope import Scope
from kundig.engine.records.long_undo import begin_undo, change_state
from kundig.engine.records.undo import JOB_FROM, change_size, undo
from kundig.interfaces.api.answers import Answer, as_json, change_header
from kundig.interfaces.api.bodies import body_of, convert_body
from kundig.interfaces.api.edge import serve
from kundig.interfaces.api.parameters import read_parameters
from kundig.interfaces.api.records import record_id


class UndoOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`force` overwrites what somebody changed since."""

    force: bool = False


@get("/{object_name:str}/{record:str}/journal")
async def get_journal(request: Request[Any, Any, Any], object_name: str, record: str) -> Response[bytes]:
    """Who changed what, newest first; of a deleted record too."""
    return await serve(request, partial(_journal, request, object_name, record))


@get("/{object_name:str}/{record:str}/timeline")
async def get_timeline(request: Request[Any, Any, Any], object_name: str, record: str) -> Response[bytes]:
    """What happened with a record, newest first."""
    return await serve(request, partial(_timeline, request, object_name, record))


@post("/changes/{change:str}/undo", status_code=200)
async def undo_change(request: Request[Any, Any, Any], change: str) -> Response[bytes]:
    """Take a whole change back, unless somebody has changed things since."""
    return await serve(request, partial(_undo, request, change))


@get("/changes/{change:str}")
async def get_change(request: Request[Any, Any, Any], change: str) -> Response[bytes]:
    """Who made a change, when, and whether it was undone; of an undo of many records also how far it is."""
    return await serve(request, partial(_change, request, change))


async def _change(request: Request[Any, Any, Any], change: str, scope: Scope) -> Answer:
    read_parameters(request.scope.get("query_string", b""), ())
    return Answer(200, as_json(await change_state(scope, record_id(change))))


async def _journal(request: Request[Any, Any, Any], object_name: str, record: str, scope: Scope) -> Answer:
    scope.object(object_name)
    given = read_parameters(request.scope.get("query_string", b""), ("limit", "cursor"))
    return Answer(
        200, as_json(await journal(scope, object_name, record_id(record), limit=given.limit(), cursor=given.text("cursor")))
    )


async def _timeline(request: Request[Any, Any, Any], object_name: str, record: str, scope: Scope) -> Answer:
    scope.object(object_name)
    given = read_parameters(request.scope.get("query_string", b""), ("limit", "cursor"))
    return Answer(
        200, as_json(await timeline(scope, object_name, record_id(record), limit=given.limit(), cursor=given.text("cursor")))
    )


async def _undo(request: Request[Any, Any, Any], change: str, scope: Scope) -> Answer:
    read_parameters(request.scope.get("query_string", b""), ())
    options = convert_body(await body_of(request, optional=True), UndoOptions)
    id_ = record_id(change)
    if await change_size(scope, id_) > JOB_FROM:
        undoing = await begin_undo(scope, id_, force=options.force)
        return Answer(202, as_json({"change": undoing, "state": "running"}), change_header(undoing))
    undone = await undo(scope, id_, force=options.force)
    return Answer(200, as_json({"change": undone.change, "conflicts": undone.conflicts}), change_header(undone.change))
