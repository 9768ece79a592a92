"""Finding the record for a link while typing."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get

from kundig.base.i18n import label_in
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import ListQuery, list_records
from kundig.engine.search.query import search
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.rendering import render
from kundig.interfaces.web.titles import made_by_name

FOUND = 8


@get("/lookup/{object_name:str}")
async def look_up(request: Request[Any, Any, Any], object_name: str) -> Response[str]:
    """Records whose name fits what is typed; `-` looks in all objects."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        words = next((v for name, v in visit.request.query_params.items() if name.endswith((".label", ".q"))), "").strip()[:100]
        hits = await (_anywhere(scope, words) if object_name == "-" else _in_one(scope, object_name, words))
        makes = _makes(scope, object_name) if words and visit.query("makes") else ""
        known = any(hit["label"].casefold() == words.casefold() for hit in hits)
        return Reply(render("pages/found.html", {"hits": hits, "words": words, "makes": "" if known else makes}, visit.frame))

    return await page(request, work)


def _makes(scope: Scope, object_name: str) -> str:
    """What a record is called that can be made by its name; nothing where it can't."""
    return (
        label_in(scope.model.objects[object_name].definition.label, scope.context.language)
        if made_by_name(scope, object_name)
        else ""
    )


async def _in_one(scope: Scope, object_name: str, words: str) -> list[dict[str, Any]]:
    """By the beginning of the name first, then anywhere in it; without words the newest."""
    if not words:
        found = await list_records(scope, ListQuery(object_name, None, ("label",), "-created_at", FOUND))
        return [_hit(scope, object_name, row) for row in found.records()]
    starts = {"field": "label", "op": "starts_with", "value": words}
    rows = (await list_records(scope, ListQuery(object_name, starts, ("label",), "label", FOUND))).records()
    if len(rows) < FOUND:
        hits = await search(scope, words, [object_name], FOUND)
        known = {row["id"] for row in rows}
        rows += [{"id": str(hit["id"]), "label": hit["label"]} for hit in hits if str(hit["id"]) not in known]
    return [_hit(scope, object_name, row) for row in rows[:FOUND]]


async def _anywhere(scope: Scope, words: str) -> list[dict[str, Any]]:
    if not words:
        return []
    return [_hit(scope, hit["object"], hit) for hit in await search(scope, words, None, FOUND)]


def _hit(scope: Scope, object_name: str, row: dict[str, Any]) -> dict[str, Any]:
    definition = scope.model.objects[object_name].definition
    kind = label_in(definition.label, scope.context.language)
    return {"id": str(row["id"]), "object": object_name, "label": row["label"], "icon": definition.icon, "kind": kind}


ROUTES = (look_up,)
