"""The first page of the day: what there is, and the cards that somebody has on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Response, get, post

from kundig.base.errors import Missing
from kundig.base.i18n import label_in, t
from kundig.engine.extension import View
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import ListQuery, list_records
from kundig.engine.schema.bound import BoundObject
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.formats import formats
from kundig.interfaces.web.frame import Link
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.filter_values import ME
from kundig.interfaces.web.pages.finishing import finish_of
from kundig.interfaces.web.pages.first_hour import first_hour_list
from kundig.interfaces.web.pages.home_cards import MOST, Card, cards_of, shown_cards
from kundig.interfaces.web.pages.listing import column_at, named_as_person, views_of
from kundig.interfaces.web.pages.notifications import rows_of
from kundig.interfaces.web.rendering import render
from kundig.interfaces.web.shell import navigation_objects, object_link
from kundig.interfaces.web.widgets.described import FieldView
from kundig.services.collaboration.home import arrange, arrangement_of, set_whose

TILES, ROWS = 4, 5
ALL = "all"


@dataclass(frozen=True, slots=True)
class ArrangeView:
    """`pages/home_arrange.html`: the cards that are shown, in order, then those that could be."""

    shown: tuple[Card, ...]
    others: tuple[Card, ...]
    most: int = MOST


@get("/")
async def home(request: Request[Any, Any, Any]) -> Response[str]:
    """Counts and cards, none of which is read with the page itself; above them the list of the first hour."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        links = [_tile(scope, object_) for object_ in navigation_objects(scope)][:TILES]
        arrangement = await arrangement_of(scope.connection, scope.access.user)
        cards = shown_cards(cards_of(scope), arrangement)
        now = datetime.now(scope.context.time_zone)
        name = visit.frame.shell.user.split(" ")[0] if visit.frame.shell else ""
        hello = _hello(now.hour, name).render(visit.frame.language)
        first = await first_hour_list(scope)
        view = {"links": links, "cards": cards, "hello": hello, "today": now, "of_all": arrangement.of_all, "first_hour": first}
        return Reply(render("pages/home.html", view, visit.frame))

    return await page(request, work)


def _tile(scope: Scope, object_: BoundObject) -> Link:
    """An object's list under the name of the view that is counted."""
    link, views = object_link(scope, object_), [view for view in views_of(scope, object_) if view.shape == "list"]
    first = next((view for view in views if view.default), views[0] if views else None)
    return replace(link, label=label_in(first.label, scope.context.language)) if first else link


def _hello(hour: int, name: str) -> Any:
    if hour < 11:
        return t("Good morning, {name}", name=name)
    return t("Good day, {name}", name=name) if hour < 18 else t("Good evening, {name}", name=name)


@get("/home/arrange")
async def arrange_form(request: Request[Any, Any, Any]) -> Response[str]:
    """The dialog in which somebody chooses and orders the cards."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        cards = cards_of(scope)
        shown = shown_cards(cards, await arrangement_of(scope.connection, scope.access.user))
        others = tuple(card for card in cards if card not in shown)
        return Reply(render("pages/home_arrange.html", ArrangeView(tuple(shown), others), visit.frame))

    return await page(request, work)


@post("/home/arrange", status_code=200)
async def keep_arrangement(request: Request[Any, Any, Any]) -> Response[str]:
    """Keep the cards that are chosen, as they stand in the form; `reset` as they are for the role."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        if scope.access.user is None:
            raise Missing
        known = {card.key for card in cards_of(scope)}
        chosen = [key for key in dict.fromkeys(visit.form.get("card", ())) if key in known][:MOST]
        await arrange(scope.connection, scope.access.user, None if visit.value("reset") else chosen)
        return Reply(to="/", headers=notice(visit, t("Saved.")))

    return await page(request, work)


@post("/home/whose", status_code=200)
async def choose_whose(request: Request[Any, Any, Any]) -> Response[str]:
    """Lists about oneself, or with `all` about everybody."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        if scope.access.user is None:
            raise Missing
        await set_whose(scope.connection, scope.access.user, of_all=visit.value("whose") == ALL)
        return Reply(to="/")

    return await page(request, work)


@get("/home/news")
async def news(request: Request[Any, Any, Any]) -> Response[str]:
    """What has happened to what one follows, and what one is told of, newest first."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        return Reply(render("pages/home_news.html", await rows_of(scope, ROWS), visit.frame))

    return await page(request, work)


@get("/home/{object_name:str}/{view_name:str}")
async def card_rows(request: Request[Any, Any, Any], object_name: str, view_name: str) -> Response[str]:
    """The first rows of a view; interactions only from today on where the view goes back in time."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        object_ = scope.object(object_name)
        view = next((v for v in views_of(scope, object_) if v.name == view_name), None)
        if view is None:
            raise Missing
        if visit.query("whose") == ALL:
            view = msgspec.structs.replace(view, where=without_me(view.where))
        rows = await _rows(scope, object_, view)
        return Reply(render("pages/home_list.html", _list_view(scope, visit, object_, view, rows), visit.frame))

    return await page(request, work)


def without_me(where: Any) -> Any:
    """A filter without its conditions about oneself, wherever they stand; None where nothing is left."""
    if not isinstance(where, dict):
        return where
    value = where.get("value")
    if value == ME or (isinstance(value, list) and ME in value):
        return None
    for key in ("all", "any", "none"):
        if key in where:
            parts = [part for part in map(without_me, where[key]) if part is not None]
            return {key: parts} if parts else None
    if "where" in where:  # of related records: what counts them otherwise would mean something else
        inner = without_me(where["where"])
        return None if inner is None else {**where, "where": inner}
    return where


def _columns(scope: Scope, object_: BoundObject, view: View) -> list[FieldView]:
    names = [n for n in view.columns or ("label",) if n != "owner" and n not in object_.title_fields and n != "label"]
    return [column for name in names if (column := column_at(scope, object_, name)) is not None]


async def _rows(scope: Scope, object_: BoundObject, view: View) -> list[dict[str, Any]]:
    where: Any = view.where
    interaction = object_.definition.interaction
    order = view.order or ""
    if interaction is not None and order.startswith("-") and order.endswith(interaction.at) and interaction.at != "created_at":
        ahead = {"field": interaction.at, "op": "gte", "value": "today"}
        where, order = ({"all": [where, ahead]} if where else ahead), interaction.at
    fields = tuple(dict.fromkeys(["label", *(column.name for column in _columns(scope, object_, view))]))
    return (await list_records(scope, ListQuery(object_.name, where, fields, order or None, ROWS))).records()


def _list_view(scope: Scope, visit: Visit, object_: BoundObject, view: View, rows: list[dict[str, Any]]) -> dict[str, Any]:
    columns, language = _columns(scope, object_, view), visit.frame.language
    when = next((c for c in columns if c.widget in ("date", "datetime")), None)
    shown = formats(language, visit.frame.zone)
    now = datetime.now(scope.context.time_zone)
    interaction = object_.definition.interaction
    plans = interaction is not None
    # What was planned and is still listed is late; a meeting that was is over, and what happened was never planned.
    lasts = object_.definition.period is not None and object_.definition.period.end is not None
    due = bool(when and interaction and not lasts and interaction.at == when.name != "created_at")
    for row in rows:
        row["late"] = bool(due and when and row[when.name] and _past(row[when.name], when.widget, shown, now))
    table = bool(object_.pipelines) and not plans
    small = [c for c in columns if c is not when and c.widget in ("choice", "links", "link", "text", "stage")][:2]
    rights = scope.rights(object_.name)
    asks = view.home.asks if view.home and rights.edit != "none" else None
    return {
        "name": object_.name, "icon": object_.definition.icon, "person": named_as_person(object_), "when": when,
        "rows": rows, "columns": columns[:5] if table else small, "table": table,
        "label": label_in(object_.definition.label, language), "asks": column_at(scope, object_, asks) if asks else None,
        "finish": finish_of(scope, object_) if due else None,
        "empty": label_in(view.home.empty, language) if view.home and view.home.empty else "",
    }  # fmt: skip


def _past(value: str, widget: str, shown: Any, now: datetime) -> bool:
    return bool(shown.local(value) < now) if widget == "datetime" else value < now.date().isoformat()


ROUTES = (home, arrange_form, keep_arrangement, choose_whose, news, card_rows)
