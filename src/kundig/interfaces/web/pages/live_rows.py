"""Single rows of a list, read anew while it is open: as far as they (still) belong to it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from litestar import Request, Response, get

from kundig.base.errors import Malformed
from kundig.base.i18n import t
from kundig.engine.history.feed import MANY
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import ListQuery, list_records
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.pages.listing import columns_of, list_view, listing_of
from kundig.interfaces.web.rendering import render


@get("/o/{object_name:str}/rows/now")
async def rows_now(request: Request[Any, Any, Any], object_name: str) -> Response[str]:
    """Those of the rows in `ids` (by comma) that the list of this address holds now, as the list shows them."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        ids = [str(record_id(text)) for text in visit.query("ids").split(",") if text]
        if len(ids) > MANY:
            raise Malformed(t("Choose between 1 and {most} records.", most=MANY))
        query = {name: value for name, value in visit.request.query_params.items() if name != "ids"}
        listing = listing_of(scope, object_name, query)
        columns = columns_of(scope, listing)
        names = tuple(dict.fromkeys(["label", *(column.name for column in columns)]))
        named = {"field": "id", "op": "in", "value": ids}
        where = named if listing.where is None else {"all": [named, listing.where]}
        found = await list_records(scope, ListQuery(object_name, where, names, limit=MANY))
        view = replace(list_view(scope, listing, found, columns), more=None)
        return Reply(render("pages/list_rows.html", view, visit.frame))

    return await page(request, work)


ROUTES = (rows_now,)
