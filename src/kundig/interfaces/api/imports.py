"""Imports: a file and what to do with it come as multipart form data. The work is a job: asked for, stopped, resumed, mended."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any, BinaryIO, cast
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import FormMultiDict, UploadFile
from litestar.response import Stream

from kundig.base.errors import FieldError, Invalid, Malformed
from kundig.base.i18n import t
from kundig.engine.policy.scope import Scope
from kundig.interfaces.api.answers import Answer, as_json
from kundig.interfaces.api.bodies import body_of, convert_body
from kundig.interfaces.api.edge import Reopen, serve, stream
from kundig.interfaces.api.parameters import read_parameters
from kundig.interfaces.api.records import record_id
from kundig.interfaces.spools import pieces, spooled
from kundig.services.transfer.imports import LARGEST_FILE, cancel_import, import_state, resume_import, start_import
from kundig.services.transfer.mending import errors_file
from kundig.services.transfer.order import read_order

PARTS = ("object", "mapping", "mode", "match", "dry_run", "locale", "constants", "dates", "child")
"""The parts beside `file`."""

Step = Callable[[Scope, UUID], Awaitable[None]]


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """There is nothing to say about stopping and going on."""


@post("/imports", status_code=202, request_max_body_size=LARGEST_FILE + 2**20)
async def post_import(request: Request[Any, Any, Any]) -> Response[bytes]:
    """202 and the import's id; what can't work is refused at once."""
    return await serve(request, partial(_start, request), fingerprint=_fingerprint)


@get("/imports/{import_id:str}")
async def get_import(request: Request[Any, Any, Any], import_id: str) -> Response[bytes]:
    """How far it is, and what was wrong with which row."""
    return await serve(request, partial(_state, request, import_id))


@post("/imports/{import_id:str}/stop", status_code=200)
async def stop_import(request: Request[Any, Any, Any], import_id: str) -> Response[bytes]:
    """Stop behind the current chunk; what has been brought in stays until it is taken back. Its state then."""
    return await serve(request, partial(_step, request, import_id, cancel_import))


@post("/imports/{import_id:str}/resume", status_code=200)
async def go_on_with_import(request: Request[Any, Any, Any], import_id: str) -> Response[bytes]:
    """Go on behind the last row that was reached. Its state then."""
    return await serve(request, partial(_step, request, import_id, resume_import))


@get("/imports/{import_id:str}/errors.csv")
async def get_import_errors(request: Request[Any, Any, Any], import_id: str) -> Response[bytes] | Stream:
    """The rows that failed as they came, with what is wrong, to mend and import again."""
    return await stream(request, partial(_errors, request, import_id))


async def _start(request: Request[Any, Any, Any], scope: Scope) -> Answer:
    read_parameters(request.scope.get("query_string", b""), ())
    texts, file = read_parts(await read_form(request))
    order = read_order(
        object_=texts["object"],
        mapping=texts["mapping"],
        mode=texts.get("mode", "create"),
        match=texts.get("match"),
        constants=texts.get("constants"),
        language=texts.get("locale") or scope.context.language,
        dates=texts.get("dates"),
        child=texts.get("child"),
        dry_run=flag(texts.get("dry_run", "false")),
    )
    id_ = await start_import(scope, order, cast("BinaryIO", file.file), file.filename)
    return Answer(202, as_json({"id": id_}), {"Location": f"/api/v1/imports/{id_}"})


async def _state(request: Request[Any, Any, Any], import_id: str, scope: Scope) -> Answer:
    read_parameters(request.scope.get("query_string", b""), ())
    return Answer(200, as_json(await _seen(scope, record_id(import_id))))


async def _step(request: Request[Any, Any, Any], import_id: str, step: Step, scope: Scope) -> Answer:
    read_parameters(request.scope.get("query_string", b""), ())
    convert_body(await body_of(request, optional=True), Nothing)
    id_ = record_id(import_id)
    await _seen(scope, id_)
    await step(scope, id_)
    return Answer(200, as_json(await _seen(scope, id_)))


async def _errors(request: Request[Any, Any, Any], import_id: str, scope: Scope, _: Reopen) -> tuple[Answer, AsyncIterator[bytes]]:
    read_parameters(request.scope.get("query_string", b""), ())
    id_ = record_id(import_id)
    await _seen(scope, id_)
    file = await spooled(errors_file(scope, id_))
    disposition = {"Content-Disposition": f'attachment; filename="errors-{id_}.csv"'}
    return Answer(200, headers=disposition, media_type="text/csv"), pieces(file)


async def _seen(scope: Scope, id_: UUID) -> dict[str, Any]:
    """The state of an import; of an object that a token leaves out it is not there, whosever it is."""
    state = await import_state(scope, id_)
    if state["object"] in scope.model.objects:
        scope.object(state["object"])
    return state


async def read_form(request: Request[Any, Any, Any]) -> FormMultiDict:
    """The parts of a request; larger files lie on the disk meanwhile."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise Malformed(t("Send the file and what belongs to it as multipart/form-data."))
    try:
        return await request.form()
    except (UnicodeDecodeError, LookupError):
        raise Malformed(t("The parts of the form are not valid UTF-8.")) from None


def read_parts(form: FormMultiDict) -> tuple[dict[str, str], UploadFile]:
    """The texts by name, and the file. Raises Invalid with every unknown, repeated or missing part."""
    texts: dict[str, str] = {}
    errors: list[FieldError] = []
    file = None
    for name, value in form.multi_items():
        if name == "file" and isinstance(value, UploadFile) and file is None:
            file = value
        elif name in PARTS and isinstance(value, str) and name not in texts:
            texts[name] = value
        else:
            known = name in PARTS or name == "file"
            text = (
                t("Give the part {name} once, in the right form.", name=name)
                if known
                else t("There is no part {name}.", name=name[:100])
            )
            errors.append(FieldError(name[:100], "bad_part" if known else "unknown_part", text))
    if file is None:
        errors.append(FieldError("file", "required", t("The file is missing.")))
    errors += [FieldError(name, "required", t("This is needed.")) for name in ("object", "mapping") if name not in texts]
    if errors or file is None:
        raise Invalid(errors)
    return texts, file


def flag(text: str) -> bool:
    """`true` or `false`."""
    if text not in ("true", "false", ""):
        raise Invalid.one("dry_run", "bad_value", t("Give true or false."))
    return text == "true"


async def _fingerprint(request: Request[Any, Any, Any]) -> bytes:
    return await fingerprint_of(await read_form(request))


async def fingerprint_of(form: FormMultiDict) -> bytes:
    """What makes an import the same, whatever boundary separates its parts.

    Their order is made here: `multi_items` goes through a set, so it is another one in each process.
    """
    digest = hashlib.sha256()
    for name, value in sorted(form.multi_items(), key=lambda part: part[0]):
        digest.update(f"{name}\0".encode())
        if isinstance(value, UploadFile):
            await asyncio.to_thread(_add, digest, cast("BinaryIO", value.file))
        else:
            digest.update(hashlib.sha256(str(value).encode("utf-8", "surrogatepass")).digest())
    return digest.digest()


def _add(digest: Any, file: BinaryIO) -> None:
    inner = hashlib.sha256()
    while block := file.read(1 << 20):
        inner.update(block)
    file.seek(0)
    digest.update(inner.digest())
