"""Finding: the palette that opens everywhere, and the page with all hits."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get

from kundig.base.i18n import label_in, t
from kundig.engine.policy.scope import Scope
from kundig.engine.search.query import search
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.frame import Link
from kundig.interfaces.web.pages.listing import named_as_person
from kundig.interfaces.web.palette import Hit, HitGroup, PaletteResults
from kundig.interfaces.web.rendering import render
from kundig.interfaces.web.shell import places_of

IN_PALETTE = 8
ON_PAGE = 50
PLACES = 5


@get("/palette")
async def palette(request: Request[Any, Any, Any]) -> Response[str]:
    """What fits the words: records, then places, then what can be created; without words only the latter two."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        words = visit.query("q").strip()[:100]
        language = visit.frame.language
        hits = tuple(_hit(scope, hit) for hit in await search(scope, words, None, IN_PALETTE)) if words else ()
        navigation, create = places_of(scope)
        places = tuple(_place(link, "go") for group in navigation for link in group.links if _fits(link, words))[:PLACES]
        makes = tuple(_place(link, "new") for link in create if _fits(link, words))[:PLACES]
        groups = [(t("Records"), hits), (t("Go to"), places), (t("Create"), makes)]
        if hits:
            address = f"/search?q={words}"
            all_ = Hit("all", t("All hits for “{words}”", words=words).render(language), address, "search")
            groups[0] = (groups[0][0], (*hits, all_))
        shown = tuple(HitGroup(label.render(language), found) for label, found in groups if found)
        return Reply(render("palette_results.html", PaletteResults(words, shown), visit.frame))

    return await page(request, work)


def _fits(link: Link, words: str) -> bool:
    return words.casefold() in link.label.casefold()


def _place(link: Link, kind: str) -> Hit:
    return Hit(f"{kind}-{link.href.strip('/').replace('/', '-') or 'home'}", link.label, link.href, link.icon)


def _hit(scope: Scope, hit: dict[str, Any]) -> Hit:
    object_ = scope.model.objects[hit["object"]]
    kind = label_in(object_.definition.label, scope.context.language)
    person = named_as_person(object_)
    return Hit(hit["id"], hit["label"] or "–", f"/o/{object_.name}/{hit['id']}", object_.definition.icon, kind, person=person)


@get("/search")
async def search_page(request: Request[Any, Any, Any]) -> Response[str]:
    """All hits, best first, each with the words where they were found."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        words, only = visit.query("q").strip()[:100], visit.query("object")
        objects = [only] if only in scope.access.objects else None
        found = await search(scope, words, objects, ON_PAGE) if words else []
        hits = [{"hit": _hit(scope, hit), "snippet": hit["snippet"]} for hit in found]
        return Reply(render("pages/search.html", {"words": words, "hits": hits}, visit.frame))

    return await page(request, work)


ROUTES = (palette, search_page)
