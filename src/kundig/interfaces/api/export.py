"""All matching records as a file, streamed page by page under the rights of then."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

from litestar import Request, Response, get
from litestar.response import Stream

from kundig.base.errors import Invalid
from kundig.base.i18n import t
from kundig.engine.policy.scope import Scope
from kundig.interfaces.api.answers import Answer
from kundig.interfaces.api.edge import Reopen, stream
from kundig.interfaces.api.parameters import read_parameters
from kundig.services.transfer.export import FORMATS, export_stream, start_export

PARAMETERS = ("format", "fields", "where", "order", "localized")


@get("/{object_name:str}/export")
async def export_records(request: Request[Any, Any, Any], object_name: str) -> Response[bytes] | Stream:
    """CSV, JSON Lines or a workbook. `localized=true` writes headers and values as people read them, in the caller's language."""
    return await stream(request, partial(_start, request, object_name))


async def _start(
    request: Request[Any, Any, Any], object_name: str, scope: Scope, reopen: Reopen
) -> tuple[Answer, AsyncIterator[bytes]]:
    scope.object(object_name)
    given = read_parameters(request.scope.get("query_string", b""), PARAMETERS)
    if given.text("format") is None:
        raise Invalid.one("format", "required", t("Choose csv, jsonl or xlsx."))
    export = await start_export(
        scope,
        object_name,
        given.one_of("format", FORMATS, "csv"),
        where=given.where(),
        fields=given.names("fields"),
        order=given.text("order"),
        localized=given.one_of("localized", ("true", "false"), "false") == "true",
    )
    disposition = {"Content-Disposition": f'attachment; filename="{export.file_name}"'}
    return Answer(200, headers=disposition, media_type=export.media_type), export_stream(reopen, export)
