"""Single rows of a list, read anew while it is open: as far as they (still) belong to it."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get

from kundig.base.errors import Malformed
from kundig.base.i18n import t
from kundig.engine.history.feed import MANY
from kundig.engine.policy.scope import Scope
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.pages.list_page import Stretch
from kundig.interfaces.web.pages.listing import columns_of
from kundig.interfaces.web.pages.lists import rows_of
from kundig.interfaces.web.pages.tabs import listing_in
from kundig.interfaces.web.rendering import render


@get("/o/{object_name:str}/rows/now")
async def rows_now(request: Request[Any, Any, Any], object_name: str) -> Response[str]:
    """Those of the rows in `ids` (by comma) that the list of this address holds now, as the list shows them."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        ids = [str(record_id(text)) for text in visit.query("ids").split(",") if text]
        if len(ids) > MANY:
            raise Malformed(t("Choose between 1 and {most} records.", most=MANY))
        query = {name: value for name, value in visit.request.query_params.items() if name != "ids"}
        listing, _ = await listing_in(scope, object_name, query)
        view = await rows_of(scope, listing, columns_of(scope, listing), Stretch(MANY, only=ids))
        return Reply(render("pages/list_rows.html", view, visit.frame))

    return await page(request, work)


ROUTES = (rows_now,)
