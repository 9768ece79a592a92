"""The list of an object: page, further rows, count."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from litestar import Request, Response, get

from kundig.base.errors import Invalid, Malformed
from kundig.base.i18n import t
from kundig.base.whole import whole
from kundig.engine.policy.scope import Scope
from kundig.engine.records.counting import NO_INDEX
from kundig.engine.records.reading import ListQuery, count_records, list_records
from kundig.engine.schema.filters import both
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.formats import formats
from kundig.interfaces.web.pages.grouping import FOLDED, figures_of, grouping_of
from kundig.interfaces.web.pages.list_page import PAGE, RowsView, Stretch, list_view, rows_view
from kundig.interfaces.web.pages.listing import Listing, columns_of
from kundig.interfaces.web.pages.tabs import listing_for, listing_in
from kundig.interfaces.web.rendering import render
from kundig.interfaces.web.widgets.described import FieldView

MOST_ROWS = 1000
CAP = 10_000


async def rows_of(
    scope: Scope,
    listing: Listing,
    columns: Sequence[FieldView],
    stretch: Stretch,
    folded: frozenset[str] = frozenset(),
) -> RowsView:
    """The rows of a stretch, hidden where their group is `folded`."""
    group = listing.now.group.partition(":")[0]
    names = tuple(dict.fromkeys(["label", *(column.name for column in columns), *([group] if group else [])]))
    grouping, where = grouping_of(scope, listing, folded), listing.where
    if stretch.only is not None:
        where = both({"field": "id", "op": "in", "value": list(stretch.only)}, where)
    if grouping is not None and stretch.within is not None:
        where = both(where, grouping.condition(stretch.within))
    if grouping is not None and stretch.past:
        where = both(where, grouping.past(stretch.past))
    query = ListQuery(listing.object.name, where, names, listing.sorted_by or None, stretch.limit, stretch.cursor)
    return rows_view(scope, listing, await list_records(scope, query), columns, grouping, stretch)


def folded_by(visit: Visit) -> frozenset[str]:
    """The groups that are folded on the reader's device."""
    return frozenset(visit.request.cookies.get(FOLDED, "").split("~"))


@get("/o/{object_name:str}")
async def show_list(request: Request[Any, Any, Any], object_name: str) -> Response[str]:
    """The page. An order that would take too long is refused; the records come all the same, in the usual order."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        listing, tabs = await listing_in(scope, object_name, dict(visit.request.query_params))
        columns, folded, refused = columns_of(scope, listing), folded_by(visit), ""
        try:
            rows = await rows_of(scope, listing, columns, Stretch(), folded)
        except Invalid as error:
            if not any(one.code == NO_INDEX for one in error.errors) or not listing.sorted_by:
                raise
            refused = error.errors[0].text.render(visit.frame.language)
            listing = listing.shown(order="", group="")
            rows = await rows_of(scope, listing, columns, Stretch(), folded)
        view = replace(await list_view(scope, listing, tabs, columns, rows), refused=refused)
        return Reply(render("pages/list.html", view, visit.frame))

    return await page(request, work)


@get("/o/{object_name:str}/rows")
async def more_rows(request: Request[Any, Any, Any], object_name: str) -> Response[str]:
    """The next rows, with the next sentinel. `upto` asks for more of them at once, for who comes back to a row further down.

    `within` asks for the rows of one group, `past` for what comes after the groups that it names.
    """

    async def work(scope: Scope, visit: Visit) -> Reply:
        listing, _ = await listing_in(scope, object_name, dict(visit.request.query_params))
        upto = visit.query("upto")
        limit = min(max(whole(upto) or 0, PAGE), MOST_ROWS)
        # "=" and the group, since there is one of records without a value
        last, within = (text[1:] if (text := visit.query(name)) else None for name in ("last", "within"))
        cursor, past = visit.query("cursor") or None, tuple(_keys(visit.query("past")))
        stretch = Stretch(limit, cursor, last if within is None else within, within=within, past=past)
        view = await rows_of(
            scope, listing, columns_of(scope, listing), stretch, folded_by(visit) if within is None else frozenset()
        )
        return Reply(render("pages/list_rows.html", view, visit.frame))

    return await page(request, work)


@get("/o/{object_name:str}/count")
async def count(request: Request[Any, Any, Any], object_name: str) -> Response[str]:
    """How many records the list has, at most "10,000+"."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        listing = await listing_for(scope, object_name, dict(visit.request.query_params))
        number = await count_records(scope, object_name, listing.where, CAP + 1)
        shown = formats(visit.frame.language, visit.frame.zone).number(min(number, CAP))
        return Reply(f"{shown}+" if number > CAP else shown)

    return await page(request, work, elsewhere=True)


@get("/o/{object_name:str}/groups")
async def group_figures(request: Request[Any, Any, Any], object_name: str) -> Response[str]:
    """How many records the named groups have, and their sums; each goes into its head."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        listing = await listing_for(scope, object_name, dict(visit.request.query_params))
        keys = _keys(visit.query("keys"))
        figures = await figures_of(scope, listing, keys, columns_of(scope, listing))
        return Reply(render("pages/group_figures.html", {"groups": figures}, visit.frame))

    return await page(request, work, elsewhere=True)


def _keys(text: str) -> list[str]:
    try:
        found = json.loads(text or "[]")
    except ValueError:
        raise Malformed(t("The groups in the address can't be read.")) from None
    return [key for key in found if isinstance(key, str)][:MOST_ROWS] if isinstance(found, list) else []


ROUTES = (show_list, more_rows, count, group_figures)
