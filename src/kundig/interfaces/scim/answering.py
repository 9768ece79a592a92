"""The deeds of the protocol on both kinds of resources: find, read, make, replace, patch, remove, and describe oneself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from pydantic import ValidationError
from scim2_models import (
    Context,
    Error,
    InvalidFilterException,
    InvalidSyntaxException,
    ListResponse,
    PatchOp,
    ResourceType,
    Schema,
    SCIMException,
    ScimPolicy,
    SearchRequest,
)

from kundig.base.errors import Missing
from kundig.engine.records.reading import ListQuery, list_records
from kundig.engine.schema.filters import both
from kundig.interfaces.api.answers import Answer
from kundig.interfaces.scim import resources
from kundig.interfaces.scim.desk import Desk, ResourceKind, by_external_id, record_of
from kundig.interfaces.scim.filters import Translating, Where
from kundig.interfaces.scim.groups import Groups
from kundig.interfaces.scim.resources import Group, User
from kundig.interfaces.scim.users import Users

MEDIA = "application/scim+json"
KINDS: Mapping[str, ResourceKind] = {kind.folder: kind for kind in (Users(), Groups())}
# Directories send more than we keep, and Entra ID names what to remove by its value.
POLICY = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)
_VERSION = re.compile(r'(?:W/)?"(\d{1,9})"')


async def found(desk: Desk, kind: ResourceKind, asked: Mapping[str, Any]) -> Answer:
    """A page of resources. `asked`: filter, startIndex, count, attributes …"""
    request = SearchRequest[kind.model].model_validate(dict(asked))  # type: ignore[name-defined]
    where = await _where(desk, kind, request.filter)
    start, count = _place(request)
    records, total = await _page(desk, kind, where, start - 1, count)
    excluded = [str(path).lower() for path in request.excluded_attributes or ()]
    made = await kind.resources(desk, records, whole="members" not in excluded)
    listed: Any = ListResponse[kind.model](  # type: ignore[name-defined]
        total_results=total, start_index=start, items_per_page=len(made), resources=made
    )
    return Answer(200, _dumped(listed, request, Context.RESOURCE_QUERY_RESPONSE), media_type=MEDIA)


async def found_everywhere(desk: Desk, asked: Mapping[str, Any]) -> Answer:
    """A page of users and groups, users first. What only one of both has the other does not match by."""
    request = SearchRequest[User | Group].model_validate(dict(asked))
    start, count = _place(request)
    made: list[Any] = []
    total = 0
    for kind in KINDS.values():
        try:
            where = await _where(desk, kind, request.filter)
        except InvalidFilterException:
            continue
        records, many = await _page(desk, kind, where, max(0, start - 1 - total), count - len(made))
        made += await kind.resources(desk, records, whole=True)
        total += many
    listed: Any = ListResponse[User | Group](total_results=total, start_index=start, items_per_page=len(made), resources=made)
    return Answer(200, _dumped(listed, request, Context.RESOURCE_QUERY_RESPONSE), media_type=MEDIA)


def _place(request: Any) -> tuple[int, int]:
    """From which place on, and how many."""
    count = resources.MOST if request.count is None else max(0, min(request.count, resources.MOST))
    return max(1, request.start_index or 1), count


def asked(body: bytes) -> dict[str, Any]:
    """What a search in a body asks for."""
    given = _json(body)
    if not isinstance(given, dict):
        raise InvalidSyntaxException(detail="The body is no search request.")
    return given


async def read(desk: Desk, kind: ResourceKind, id_: str, asked: Mapping[str, str], known: str | None) -> Answer:
    """One resource, unless the directory has this version already."""
    request = SearchRequest[kind.model].model_validate(dict(asked))  # type: ignore[name-defined]
    [made] = await kind.resources(desk, [await record_of(desk, kind, id_)], whole=True)
    if known and made.meta.version in known:
        return Answer(304, headers={"ETag": made.meta.version})
    return _one(made, 200, Context.RESOURCE_QUERY_RESPONSE, request)


async def created(desk: Desk, kind: ResourceKind, body: bytes) -> Answer:
    """A new resource."""
    given = kind.model.model_validate(_json(body), scim_ctx=Context.RESOURCE_CREATION_REQUEST)
    made = await _now(desk, kind, str(await kind.create(desk, given)))
    answer = _one(made, 201, Context.RESOURCE_CREATION_RESPONSE)
    return Answer(answer.status, answer.body, {**answer.headers, "Location": made.meta.location}, MEDIA)


async def replaced(desk: Desk, kind: ResourceKind, id_: str, body: bytes, match: str | None) -> Answer:
    """A resource as it was sent, whole."""
    before = await _now(desk, kind, id_)
    after = kind.model.model_validate(_json(body), scim_ctx=Context.RESOURCE_REPLACEMENT_REQUEST)
    after.replace(before)
    await kind.change(desk, _uuid(before), before, after, _version(match))
    return _one(await _now(desk, kind, id_), 200, Context.RESOURCE_REPLACEMENT_RESPONSE)


async def patched(desk: Desk, kind: ResourceKind, id_: str, body: bytes, match: str | None) -> Answer:
    """A resource after the changes that were sent, all or none."""
    before, after = [await _now(desk, kind, id_) for _ in range(2)]
    patch: Any = PatchOp[kind.model].model_validate(_json(body), scim_ctx=Context.RESOURCE_PATCH_REQUEST)  # type: ignore[name-defined]
    if patch.patch(after):
        await kind.change(desk, _uuid(before), before, after, _version(match))
    return _one(await _now(desk, kind, id_), 200, Context.RESOURCE_PATCH_RESPONSE)


async def removed(desk: Desk, kind: ResourceKind, id_: str, match: str | None) -> Answer:
    """No resource any more."""
    await kind.remove(desk, _uuid(await _now(desk, kind, id_)), _version(match))
    return Answer(204)


def described(desk: Desk, what: str, id_: str | None) -> Answer:
    """What we are and have: ServiceProviderConfig, Schemas, ResourceTypes."""
    if what == "ServiceProviderConfig" and id_ is None:
        return _one(resources.configuration(desk.base), 200, Context.RESOURCE_QUERY_RESPONSE)
    model: Any = Schema if what == "Schemas" else ResourceType
    every: list[Any] = list(resources.schemas(desk.base, desk.by.roles) if model is Schema else resources.resource_types(desk.base))
    if id_ is None:
        listed: Any = ListResponse[model](total_results=len(every), start_index=1, items_per_page=len(every), resources=every)
        return Answer(200, listed.model_dump_json(scim_ctx=Context.RESOURCE_QUERY_RESPONSE), media_type=MEDIA)
    one = next((item for item in every if str(item.id).lower() == id_.lower()), None)
    if one is None:
        raise Missing
    return _one(one, 200, Context.RESOURCE_QUERY_RESPONSE)


def told(error: SCIMException | ValidationError) -> Answer:
    """What was wrong with a request, as RFC 7644, 3.12 says."""
    said = Error.from_validation_error(error.errors()[0]) if isinstance(error, ValidationError) else error.to_error()
    return refused(said.status or 400, said.detail or "", said.scim_type)


def refused(status: int, detail: str, scim_type: str | None = None) -> Answer:
    """A refusal."""
    body = Error(status=status, detail=detail, scim_type=scim_type).model_dump_json()
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return Answer(status, body, headers, MEDIA)


async def _where(desk: Desk, kind: ResourceKind, asked: Any) -> Where | None:
    if asked is None:
        return kind.visible
    wanted: dict[str, Where] = {}
    for value in re.findall(r'externalId\s+eq\s+("(?:[^"\\]|\\.)*")', str(asked), re.IGNORECASE):
        wanted[_text(value)] = await by_external_id(desk, kind.object, "is", _text(value))

    def external(op: str, value: Any) -> Where:
        if op != "is" or value not in wanted:
            raise InvalidFilterException(detail="externalId can only be compared with eq.")
        return wanted[value]

    where = Translating({**kind.attributes, "externalid": external}).visit(asked.ast)
    return both(kind.visible, where)


def _text(quoted: str) -> str:
    return str(msgspec.json.decode(quoted))


async def _page(desk: Desk, kind: ResourceKind, where: Where | None, skip: int, count: int) -> tuple[list[Any], int]:
    """The records from a place on, and how many there are. Directories count from the beginning, so that is walked."""
    cursor: str | None = None
    records: list[Any] = []
    total = 0
    while len(records) < skip + count or not records:
        query = ListQuery(kind.object, where, kind.fields, None, resources.MOST, cursor, "exact" if cursor is None else "none")
        page = await list_records(desk.scope, query)
        total = page.count if page.count is not None else total
        records += page.records()
        cursor = page.next_cursor
        if cursor is None:
            break
    return records[skip : skip + count], total


async def _now(desk: Desk, kind: ResourceKind, id_: str) -> Any:
    [made] = await kind.resources(desk, [await record_of(desk, kind, id_)], whole=True)
    return made


def _one(made: Any, status: int, context: Context, request: Any = None) -> Answer:
    version = made.meta.version if made.meta else None
    headers = {"ETag": version} if version else {}
    return Answer(status, _dumped(made, request, context), headers, MEDIA)


def _dumped(made: Any, request: Any, context: Context) -> str:
    text: str = made.model_dump_json(scim_ctx=context, response_parameters=request)
    return text


def _json(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidSyntaxException(detail="The body is no JSON.") from error


def _uuid(resource: Any) -> UUID:
    return UUID(resource.id)


def _version(match: str | None) -> int | None:
    """The version that a change was made from, if the directory says it."""
    found = _VERSION.search(match or "")
    return int(found[1]) if found else None
