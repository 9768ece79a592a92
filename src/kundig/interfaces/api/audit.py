"""The audit trail: what happened that no record's journal can tell, for who has the right to read it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from functools import partial
from typing import Any

from litestar import Request, Response, get
from litestar.response import Stream

from kundig.base.errors import Invalid
from kundig.base.i18n import t
from kundig.engine.history.trail import RIGHT, TrailQuery, read_trail
from kundig.engine.policy.scope import Scope
from kundig.engine.records.lookup import parse_id
from kundig.engine.schema.fields.contract import Refused
from kundig.engine.schema.fields.dates import parse_date
from kundig.interfaces.api.answers import Answer, as_json
from kundig.interfaces.api.edge import Reopen, serve, stream
from kundig.interfaces.api.parameters import read_parameters
from kundig.services.transfer.trail_export import TRAIL_FORMATS, start_trail_export, trail_stream

FILTERS = ("person", "event", "object", "from", "to")


@get("/audit_event")
async def get_trail(request: Request[Any, Any, Any]) -> Response[bytes]:
    """A page of events, the newest first."""
    return await serve(request, partial(_page, request))


@get("/audit_event/export")
async def export_trail(request: Request[Any, Any, Any]) -> Response[bytes] | Stream:
    """All events that match as CSV or JSON Lines; an event itself."""
    return await stream(request, partial(_start, request))


async def _page(request: Request[Any, Any, Any], scope: Scope) -> Answer:
    scope.require(RIGHT)
    given = read_parameters(request.scope.get("query_string", b""), (*FILTERS, "limit", "cursor"))
    page = await read_trail(scope, trail_query(given.values), limit=given.limit(), cursor=given.text("cursor"))
    return Answer(200, as_json({"data": page.entries, "next_cursor": page.next_cursor}))


async def _start(request: Request[Any, Any, Any], scope: Scope, reopen: Reopen) -> tuple[Answer, AsyncIterator[bytes]]:
    scope.require(RIGHT)
    given = read_parameters(request.scope.get("query_string", b""), (*FILTERS, "format"))
    if given.text("format") is None:
        raise Invalid.one("format", "required", t("Choose csv or jsonl."))
    export = await start_trail_export(scope, trail_query(given.values), given.one_of("format", TRAIL_FORMATS, "csv"))
    disposition = {"Content-Disposition": f'attachment; filename="{export.file_name}"'}
    return Answer(200, headers=disposition, media_type=export.media_type), trail_stream(reopen, export)


def trail_query(given: Mapping[str, str]) -> TrailQuery:
    """The filter of an address, of the API or of the page; what is empty counts as not given. Raises Invalid."""
    values = {name: given.get(name) or None for name in FILTERS}
    person = None if values["person"] is None else parse_id(values["person"])
    if values["person"] is not None and person is None:
        raise Invalid.one("person", "bad_value", t("Give the id of a person."))
    days = {}
    for name in ("from", "to"):
        try:
            days[name] = None if values[name] is None else parse_date(values[name])
        except Refused as refused:
            raise Invalid.one(name, refused.code, refused.text) from None
    return TrailQuery(person, values["event"], values["object"], days["from"], days["to"])
