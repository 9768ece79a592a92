"""One record: create, read, change, delete. Output is always the same whole record, with its version as ETag."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from litestar import Request, Response, delete, get, patch, post

from kundig.base.errors import Invalid, Missing, Stale
from kundig.base.i18n import t
from kundig.base.whole import whole
from kundig.engine.policy.scope import Scope
from kundig.engine.records.lookup import parse_id
from kundig.engine.records.reading import read_record
from kundig.engine.records.writing import Create, Delete, Update, Written, write
from kundig.interfaces.api.answers import Answer, as_json, change_header
from kundig.interfaces.api.bodies import body_of
from kundig.interfaces.api.edge import serve
from kundig.interfaces.api.parameters import read_parameters
from kundig.services.identity.scopes import own_record


@post("/{object_name:str}")
async def create_record(request: Request[Any, Any, Any], object_name: str) -> Response[bytes]:
    """201 and the record."""
    return await serve(request, partial(_create, request, object_name))


@get("/{object_name:str}/{record:str}")
async def get_record(request: Request[Any, Any, Any], object_name: str, record: str) -> Response[bytes]:
    """The record, or with `fields` its id and exactly these."""
    return await serve(request, partial(_read, request, object_name, record))


@patch("/{object_name:str}/{record:str}")
async def update_record(request: Request[Any, Any, Any], object_name: str, record: str) -> Response[bytes]:
    """Replace the named fields; with a version (If-Match or in the body) only if it is still the current one."""
    return await serve(request, partial(_update, request, object_name, record))


@delete("/{object_name:str}/{record:str}", status_code=200)
async def delete_record(request: Request[Any, Any, Any], object_name: str, record: str) -> Response[bytes]:
    """Move to the trash: 204 and nothing else."""
    return await serve(request, partial(_delete, request, object_name, record))


async def _create(request: Request[Any, Any, Any], object_name: str, scope: Scope) -> Answer:
    scope.object(object_name)
    read_parameters(request.scope.get("query_string", b""), ())
    values = await body_of(request)
    written = await write(scope, object_name, [Create(values)])
    return await record_answer(scope, object_name, written, status=201)


async def _read(request: Request[Any, Any, Any], object_name: str, record: str, scope: Scope) -> Answer:
    scope.object(object_name)
    given = read_parameters(request.scope.get("query_string", b""), ("fields",))
    id_ = record_id(record)
    text, version = await read_record(own_record(scope, object_name, id_), object_name, id_, given.names("fields"))
    return Answer(200, text, {"ETag": f'"{version}"'})


async def _update(request: Request[Any, Any, Any], object_name: str, record: str, scope: Scope) -> Answer:
    scope.object(object_name)
    read_parameters(request.scope.get("query_string", b""), ())
    values = await body_of(request)
    id_ = record_id(record)
    version = agreed_version(request.headers.get("if-match"), values)
    mine = own_record(scope, object_name, id_)
    return await record_answer(mine, object_name, await write(mine, object_name, [Update(id_, values, version)]))


async def _delete(request: Request[Any, Any, Any], object_name: str, record: str, scope: Scope) -> Answer:
    scope.object(object_name)
    read_parameters(request.scope.get("query_string", b""), ())
    written = await write(scope, object_name, [Delete(record_id(record), version_in(request.headers.get("if-match")))])
    return Answer(204, "", change_header(written.change))


async def record_answer(scope: Scope, object_name: str, written: Written, *, status: int = 200) -> Answer:
    """The record after a write, read through the read door: what its writer may see of it."""
    (id_,) = written.ids
    headers = change_header(written.change)
    try:
        text, version = await read_record(scope, object_name, id_)
    except Missing:
        # Written, but no longer the writer's to see: given to somebody else.
        return Answer(status, as_json({"id": id_, "object": object_name}), headers)
    return Answer(status, text, {**headers, "ETag": f'"{version}"'})


def record_id(text: str) -> UUID:
    """The id in an address; what could not be one is not there."""
    found = parse_id(text)
    if found is None:
        raise Missing
    return found


def version_in(header: str | None) -> int | None:
    """The version that an If-Match asks for; None for any. What is no version never matches: Stale."""
    if header is None or header.strip() == "*":
        return None
    digits = header.strip().removeprefix('"').removesuffix('"')
    version = whole(digits)
    if version is None or header.strip() != f'"{digits}"':
        raise Stale
    return version


def agreed_version(header: str | None, values: dict[str, Any]) -> int | None:
    """The version that header or body ask for; `version` is taken out of the body. Two different ones can't both be current."""
    asked = version_in(header)
    if "version" not in values:
        return asked
    version = values.pop("version")
    if not isinstance(version, int) or isinstance(version, bool):
        raise Invalid.one("version", "bad_type", t("Give the version as a whole number."))
    if asked not in (None, version) or not 0 < version < 2**31:
        raise Stale
    return version
