"""Views that people keep: saving what a list shows, renaming, sharing, ordering, deleting with a way back, first views of roles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from litestar import Request, Response, get, post

from kundig.base.errors import Invalid, Missing
from kundig.base.i18n import label_in, t
from kundig.engine.policy.configuring import RIGHT as CONFIGURE
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import ListQuery, list_records
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.pages.listing import Listing
from kundig.interfaces.web.pages.tabs import listing_in, tabs_of
from kundig.interfaces.web.rendering import render
from kundig.services.lists.views import (
    Definition,
    SavedView,
    Sharing,
    change_view,
    delete_view,
    find_view,
    keep_view,
    may_share,
    order_tabs,
    restore_view,
    set_defaults,
)

MOST_TEAMS = 200


@dataclass(frozen=True, slots=True)
class ViewForm:
    """The view of `pages/view_form.html`. `share` is private, everybody or teams; without `teams` nothing can be shared."""

    address: str
    title: str
    name: str
    share: str = "private"
    chosen: frozenset[str] = frozenset()
    query: str = ""
    may_share: bool = False
    teams: tuple[tuple[str, str], ...] = ()
    error: str = ""


def definition_of(listing: Listing) -> Definition:
    """What a list or board shows now, as a view keeps it."""
    now = listing.now
    return Definition(
        where=now.filter,
        columns=now.columns,
        widths=dict(now.widths),
        frozen=now.frozen,
        order=now.order or None,
        group=(now.by if listing.shape == "board" else now.group) or None,
        shape="board" if listing.shape == "board" else "list",
        lane=now.lane or None,
        pipeline=now.pipeline or None,
    )


def _place(object_name: str, view: SavedView) -> str:
    """The path of the page that shows a view."""
    return f"/o/{object_name}/board" if view.definition.shape == "board" else f"/o/{object_name}"


async def _form(scope: Scope, visit: Visit, address: str, saved: SavedView | None = None, error: str = "") -> ViewForm:
    language = visit.frame.language
    shares = may_share(scope)
    was = ("everybody" if saved.everybody else "teams" if saved.teams else "private") if saved else "private"
    chosen = [str(team) for team in saved.teams] if saved else []
    return ViewForm(
        address=address,
        title=(t("Rename and share") if saved else t("Save as new view")).render(language),
        name=visit.value("name") if error else saved.name if saved else "",
        share=visit.value("share") if error else was,
        chosen=frozenset(visit.form.get("team", ()) if error else chosen),
        query=visit.value("query") if error else str(visit.request.url.query),
        may_share=shares,
        teams=await _teams(scope) if shares else (),
        error=error,
    )


async def _teams(scope: Scope) -> tuple[tuple[str, str], ...]:
    """The teams that the actor can share with: their own and those below, or all of them."""
    if "team" not in scope.access.objects:
        return ()
    own = (
        None if scope.access.everything else {"field": "id", "op": "in", "value": [str(team) for team in scope.access.teams_below]}
    )
    if own is not None and not own["value"]:
        return ()
    found = await list_records(scope, ListQuery("team", own, ("label",), "label", MOST_TEAMS))
    return tuple((record["id"], record["label"]) for record in found.records())


def _sharing(visit: Visit) -> Sharing:
    share = visit.value("share")
    teams = tuple(record_id(team) for team in visit.form.get("team", ())) if share == "teams" else ()
    return Sharing(share == "everybody", teams)


@get("/o/{object_name:str}/views/new")
async def new_view(request: Request[Any, Any, Any], object_name: str) -> Response[str]:
    """The dialog that keeps what the list shows as a view of one's own."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.object(object_name)
        return Reply(render("pages/view_form.html", await _form(scope, visit, f"/o/{object_name}/views"), visit.frame))

    return await page(request, work)


@post("/o/{object_name:str}/views", status_code=200)
async def create_view(request: Request[Any, Any, Any], object_name: str) -> Response[str]:
    """Keep the view and go to it."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        listing, _ = await listing_in(scope, object_name, dict(parse_qsl(visit.value("query"))))
        try:
            id_ = await keep_view(scope, object_name, visit.value("name"), definition_of(listing), _sharing(visit))
        except Invalid as error:
            form = await _form(scope, visit, f"/o/{object_name}/views", error=error.errors[0].text.render(visit.frame.language))
            return Reply(render("pages/view_form.html", form, visit.frame), 422)
        return Reply(to=f"{listing.place}?view={id_}", headers=notice(visit, t("View saved.")))

    return await page(request, work)


@get("/o/{object_name:str}/views/{view:str}/edit")
async def edit_view(request: Request[Any, Any, Any], object_name: str, view: str) -> Response[str]:
    """The dialog with a view's name and sharing."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        saved = await find_view(scope, object_name, record_id(view))
        return Reply(
            render("pages/view_form.html", await _form(scope, visit, f"/o/{object_name}/views/{view}", saved), visit.frame)
        )

    return await page(request, work)


@post("/o/{object_name:str}/views/{view:str}", status_code=200)
async def save_view(request: Request[Any, Any, Any], object_name: str, view: str) -> Response[str]:
    """Keep another name and sharing, or, with `query` alone, what the list shows now."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        id_, address = record_id(view), f"/o/{object_name}/views/{view}"
        if "name" not in visit.form:
            listing, _ = await listing_in(scope, object_name, dict(parse_qsl(visit.value("query"))))
            saved = await change_view(scope, object_name, id_, definition=definition_of(listing))
        else:
            try:
                saved = await change_view(scope, object_name, id_, name=visit.value("name"), sharing=_sharing(visit))
            except Invalid as error:
                saved = await find_view(scope, object_name, id_)
                form = await _form(scope, visit, address, saved, error.errors[0].text.render(visit.frame.language))
                return Reply(render("pages/view_form.html", form, visit.frame), 422)
        return Reply(to=_place(object_name, saved) + f"?view={view}", headers=notice(visit, t("View saved.")))

    return await page(request, work)


@post("/o/{object_name:str}/views/{view:str}/delete", status_code=200)
async def remove_view(request: Request[Any, Any, Any], object_name: str, view: str) -> Response[str]:
    """Take a view away, with a way back."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        deleted = await delete_view(scope, object_name, record_id(view))
        told = notice(visit, t("View deleted."), undo=f"/o/{object_name}/views/{view}/restore")
        return Reply(to=_place(object_name, deleted), headers=told)

    return await page(request, work)


@post("/o/{object_name:str}/views/{view:str}/restore", status_code=200)
async def bring_view_back(request: Request[Any, Any, Any], object_name: str, view: str) -> Response[str]:
    """Undo the deletion."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        await restore_view(scope, object_name, record_id(view))
        restored = await find_view(scope, object_name, record_id(view))
        return Reply(to=_place(object_name, restored) + f"?view={view}", headers=notice(visit, t("The view is back.")))

    return await page(request, work)


@post("/o/{object_name:str}/views/order", status_code=200)
async def order_views(request: Request[Any, Any, Any], object_name: str) -> Response[str]:
    """Keep the order of one's tabs, by their `names`; the page shows it already."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        tabs = await tabs_of(scope, object_name, visit.query("shape") or "list")
        known = {view.name for view in tabs.views}
        wanted = [name for name in visit.value("names").split() if name in known]
        await order_tabs(scope, object_name, [*wanted, *(name for name in tabs.kept.tabs if name not in known)])
        return Reply()

    return await page(request, work)


@get("/o/{object_name:str}/views/{view:str}/defaults")
async def show_defaults(request: Request[Any, Any, Any], object_name: str, view: str) -> Response[str]:
    """The roles, and which of them begin with this view."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require(CONFIGURE)
        tabs = await tabs_of(scope, object_name)
        shown = next((found for found in tabs.views if found.name == view), None)
        if shown is None:
            raise Missing
        language = visit.frame.language
        roles = [
            (name, label_in(role.label, language), tabs.kept.defaults.get(name) == view) for name, role in scope.model.roles.items()
        ]
        saved = tabs.saved(shown)
        told = {
            "address": f"/o/{object_name}/views/{view}/defaults", "label": label_in(shown.label, language), "roles": roles,
            "private": saved is not None and not saved.everybody,
        }  # fmt: skip
        return Reply(render("pages/view_defaults.html", told, visit.frame))

    return await page(request, work)


@post("/o/{object_name:str}/views/{view:str}/defaults", status_code=200)
async def save_defaults(request: Request[Any, Any, Any], object_name: str, view: str) -> Response[str]:
    """Let the ticked roles begin with this view."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        if view not in {found.name for found in (await tabs_of(scope, object_name)).views}:
            raise Missing
        await set_defaults(scope, object_name, view, visit.form.get("role", ()))
        return Reply(to=visit.here, headers=notice(visit, t("Saved.")))

    return await page(request, work)


ROUTES = (
    new_view, create_view, edit_view, save_view, remove_view, bring_view_back, order_views, show_defaults, save_defaults,
)  # fmt: skip
