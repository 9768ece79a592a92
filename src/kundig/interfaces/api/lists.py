"""Lists, grouped figures and search: what is read of many records at once."""

from __future__ import annotations

from functools import partial
from typing import Any

from litestar import Request, Response, get, post

from kundig.base.database import ONE_VIEW
from kundig.base.errors import FieldError, Invalid
from kundig.base.i18n import t
from kundig.engine.policy.scope import Scope
from kundig.engine.records.aggregates import aggregate
from kundig.engine.records.reading import ListQuery, Page, list_records
from kundig.engine.search.query import search
from kundig.interfaces.api.answers import Answer, as_json
from kundig.interfaces.api.bodies import body_of
from kundig.interfaces.api.edge import serve
from kundig.interfaces.api.parameters import COUNTS, chosen, page_size, read_parameters

LIST_PARAMETERS = ("where", "fields", "order", "limit", "cursor", "count")
SEARCH_LIMIT = 20


@get("/{object_name:str}")
async def get_list(request: Request[Any, Any, Any], object_name: str) -> Response[bytes]:
    """One page of records."""
    isolation = ONE_VIEW if b"count=" in request.scope.get("query_string", b"") else None
    return await serve(request, partial(_list, request, object_name), isolation=isolation)


@post("/{object_name:str}/query", status_code=200)
async def query_list(request: Request[Any, Any, Any], object_name: str) -> Response[bytes]:
    """The same with the parameters as JSON, for a filter that is too long for an address."""
    return await serve(request, partial(_query, request, object_name), isolation=ONE_VIEW)


@get("/{object_name:str}/aggregate")
async def get_aggregate(request: Request[Any, Any, Any], object_name: str) -> Response[bytes]:
    """Grouped figures."""
    return await serve(request, partial(_aggregate, request, object_name), elsewhere=True)


@get("/search")
async def get_search(request: Request[Any, Any, Any]) -> Response[bytes]:
    """What is found across objects, best first."""
    return await serve(request, partial(_search, request))


async def _list(request: Request[Any, Any, Any], object_name: str, scope: Scope) -> Answer:
    scope.object(object_name)
    given = read_parameters(request.scope.get("query_string", b""), LIST_PARAMETERS)
    query = ListQuery(
        object_name,
        where=given.where(),
        fields=given.names("fields"),
        order=given.text("order"),
        limit=given.limit(),
        cursor=given.text("cursor"),
        count=given.one_of("count", COUNTS, "none"),
    )
    return page_answer(await list_records(scope, query))


async def _query(request: Request[Any, Any, Any], object_name: str, scope: Scope) -> Answer:
    scope.object(object_name)
    read_parameters(request.scope.get("query_string", b""), ())
    return page_answer(await list_records(scope, list_query(object_name, await body_of(request))))


async def _aggregate(request: Request[Any, Any, Any], object_name: str, scope: Scope) -> Answer:
    scope.object(object_name)
    given = read_parameters(request.scope.get("query_string", b""), ("group", "measure", "where"))
    rows = await aggregate(scope, object_name, given.where(), given.names("group") or [], given.names("measure") or ["count"])
    return Answer(200, f'{{"data":{rows}}}')


async def _search(request: Request[Any, Any, Any], scope: Scope) -> Answer:
    given = read_parameters(request.scope.get("query_string", b""), ("q", "object", "limit"))
    q = (given.text("q") or "").strip()
    if not q:
        raise Invalid.one("q", "required", t("Say what to look for."))
    objects = given.names("object")
    unknown = [name for name in objects or () if name not in scope.access.objects]
    if unknown:
        raise Invalid(FieldError("object", "unknown_object", t("There is no object {name}.", name=name[:100])) for name in unknown)
    return Answer(200, as_json({"data": await search(scope, q, objects, given.limit(SEARCH_LIMIT))}))


def page_answer(page: Page) -> Answer:
    """A page as JSON; the records stay the text that PostgreSQL made."""
    return Answer(200, f'{{"data":{page.data},"next_cursor":{as_json(page.next_cursor)},"count":{as_json(page.count)}}}')


def list_query(object_name: str, body: dict[str, Any]) -> ListQuery:
    """The query in a body. `fields` and `order` may be lists or, as in an address, text with commas."""
    unknown = [
        FieldError(name[:100], "unknown_parameter", t("There is no parameter {name}.", name=name[:100]))
        for name in body
        if name not in LIST_PARAMETERS
    ]
    if unknown:
        raise Invalid(unknown)
    fields, order = _names(body, "fields"), _names(body, "order")
    cursor = body.get("cursor")
    if cursor is not None and not isinstance(cursor, str):
        raise Invalid.one("cursor", "bad_type", t("Give the cursor as a text."))
    return ListQuery(
        object_name,
        where=body.get("where"),
        fields=fields,
        order=",".join(order) if order else None,
        limit=page_size(body.get("limit")),
        cursor=cursor,
        count=chosen("count", body.get("count"), COUNTS, "none"),
    )


def _names(body: dict[str, Any], name: str) -> list[str] | None:
    value = body.get(name)
    if value is None:
        return None
    names = [part.strip() for part in value.split(",")] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(part, str) for part in names):
        raise Invalid.one(name, "bad_type", t("Give names as a list, or as a text with commas."))
    return names
