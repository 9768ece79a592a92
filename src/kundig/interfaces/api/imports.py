"""Imports: a file and what to do with it come as multipart form data, the work is a job, its state is asked for."""

from __future__ import annotations

import asyncio
import hashlib
from functools import partial
from typing import Any, BinaryIO, cast

from litestar import Request, Response, get, post
from litestar.datastructures import FormMultiDict, UploadFile

from kundig.base.errors import FieldError, Invalid, Malformed
from kundig.base.i18n import t
from kundig.engine.policy.scope import Scope
from kundig.interfaces.api.answers import Answer, as_json
from kundig.interfaces.api.edge import serve
from kundig.interfaces.api.parameters import read_parameters
from kundig.interfaces.api.records import record_id
from kundig.services.transfer.imports import LARGEST_FILE, import_state, start_import
from kundig.services.transfer.order import read_order

PARTS = ("object", "mapping", "mode", "match", "dry_run", "locale", "constants", "dates", "child")
"""The parts beside `file`."""


@post("/imports", status_code=202, request_max_body_size=LARGEST_FILE + 2**20)
async def post_import(request: Request[Any, Any, Any]) -> Response[bytes]:
    """202 and the import's id; what can't work is refused at once."""
    return await serve(request, partial(_start, request), fingerprint=_fingerprint)


@get("/imports/{import_id:str}")
async def get_import(request: Request[Any, Any, Any], import_id: str) -> Response[bytes]:
    """How far it is, and what was wrong with which row."""
    return await serve(request, partial(_state, import_id))


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


async def _state(import_id: str, scope: Scope) -> Answer:
    return Answer(200, as_json(await import_state(scope, record_id(import_id))))


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
