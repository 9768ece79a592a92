"""The list of an object: page, further rows, count, the small filter form."""

from __future__ import annotations

import json
from typing import Any

from litestar import Request, Response, get, post

from kundig.base.errors import Malformed, Missing
from kundig.base.i18n import t
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import ListQuery, count_records, list_records
from kundig.engine.records.writing import MAX_ITEMS, Delete, write
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.formats import formats
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.conditions import condition_from, filterable, operators_for, periods, value_control
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.pages.listing import Listing, columns_of, list_view, listing_of
from kundig.interfaces.web.rendering import render
from kundig.interfaces.web.widgets.described import describe

PAGE = 50
CAP = 10_000


async def _page_of(scope: Scope, listing: Listing, cursor: str | None = None) -> Any:
    columns = columns_of(scope, listing)
    names = tuple(dict.fromkeys(["label", *(column.name for column in columns)]))
    found = await list_records(
        scope, ListQuery(listing.object.name, listing.where, names, listing.order or listing.sorted_by, PAGE, cursor)
    )
    return list_view(scope, listing, found, columns)


@get("/o/{object_name:str}")
async def show_list(request: Request[Any, Any, Any], object_name: str) -> Response[str]:
    """The page."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        view = await _page_of(scope, listing_of(scope, object_name, dict(visit.request.query_params)))
        return Reply(render("pages/list.html", view, visit.frame))

    return await page(request, work)


@get("/o/{object_name:str}/rows")
async def more_rows(request: Request[Any, Any, Any], object_name: str) -> Response[str]:
    """The next rows of the list, with the next sentinel."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        listing = listing_of(scope, object_name, dict(visit.request.query_params))
        view = await _page_of(scope, listing, visit.query("cursor") or None)
        return Reply(render("pages/list_rows.html", view, visit.frame))

    return await page(request, work)


@get("/o/{object_name:str}/count")
async def count(request: Request[Any, Any, Any], object_name: str) -> Response[str]:
    """How many records the list has, at most "10,000+"."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        listing = listing_of(scope, object_name, dict(visit.request.query_params))
        number = await count_records(scope, object_name, listing.where, CAP + 1)
        shown = formats(visit.frame.language, visit.frame.zone).number(min(number, CAP))
        return Reply(f"{shown}+" if number > CAP else shown)

    return await page(request, work)


@get("/o/{object_name:str}/filter")
async def filter_form(request: Request[Any, Any, Any], object_name: str) -> Response[str]:
    """The small form that adds a condition: field, operator, then the value that fits; at the end it goes on to the list."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        listing = listing_of(scope, object_name, dict(visit.request.query_params))
        fields = filterable(scope, listing.object)
        name = visit.query("field") or fields[0].name
        bound = listing.object.fields.get(name)
        if bound is None or name not in {field.name for field in fields}:
            raise Missing
        operators = operators_for(bound, visit.frame.language)
        operator = visit.query("op")
        operator = operator if operator in dict(operators) else operators[0][0]
        if visit.query("done"):
            added = [*listing.added, condition_from(bound, operator, visit.query("value"), visit.frame.language)]
            query = {**dict(visit.request.query_params), "where": json.dumps(added, ensure_ascii=False)}
            return Reply(to=listing_of(scope, object_name, query).address)
        view = {
            "name": object_name, "fields": fields, "field": describe(scope, bound), "operators": operators, "operator": operator,
            "control": value_control(bound, operator), "periods": periods(visit.frame.language), "listing": listing,
            "where": json.dumps(listing.added, ensure_ascii=False) if listing.added else "",
            "value": visit.query("value"), "shape": visit.query("shape"),
        }  # fmt: skip
        return Reply(render("pages/list_filter.html", view, visit.frame))

    return await page(request, work)


@post("/o/{object_name:str}/delete", status_code=200)
async def delete_selected(request: Request[Any, Any, Any], object_name: str) -> Response[str]:
    """Move the chosen rows to the trash in one change, with a way back."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        ids = list(dict.fromkeys(record_id(text) for text in visit.form.get("id", ())))
        if not 0 < len(ids) <= MAX_ITEMS:
            raise Malformed(t("Choose between 1 and {most} records.", most=MAX_ITEMS))
        written = await write(scope, object_name, [Delete(id_) for id_ in ids])
        told = notice(visit, t("{n} moved to the trash.", n=written.deleted), undo=f"/changes/{written.change}/undo")
        return Reply(to=visit.here, headers=told)

    return await page(request, work)


ROUTES = (show_list, more_rows, count, filter_form, delete_selected)
