"""The first page of the day: what there is, and the lists about oneself. And the answer that the server is alive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from litestar import Request, Response, get

from kundig.base.errors import Missing
from kundig.base.i18n import label_in, t
from kundig.engine.extension import View
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import ListQuery, list_records
from kundig.engine.schema.bound import BoundObject
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.formats import formats
from kundig.interfaces.web.frame import Link
from kundig.interfaces.web.pages.listing import column_at, named_as_person, views_of
from kundig.interfaces.web.rendering import render
from kundig.interfaces.web.shell import navigation_objects, object_link
from kundig.interfaces.web.widgets.described import FieldView

TILES = 4
CARDS = 5
ROWS = 7


@dataclass(frozen=True, slots=True)
class MyList:
    """A list about oneself, fetched after the page."""

    title: str
    icon: str
    address: str
    part: str
    wide: bool = False


@get("/")
async def home(request: Request[Any, Any, Any]) -> Response[str]:
    """Counts and one's own lists; nothing of it is read with the page itself."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        language = visit.frame.language
        links = [_tile(scope, object_) for object_ in navigation_objects(scope)][:TILES]
        lists = [
            MyList(
                title=label_in(view.label, language), icon=object_.definition.icon,
                address=f"/o/{object_.name}?view={view.name}", part=f"/home/{object_.name}/{view.name}",
                wide=bool(object_.pipelines) and object_.definition.interaction is None,
            )
            for object_, view in _about_me(scope)
        ]  # fmt: skip
        now = datetime.now(scope.context.time_zone)
        name = visit.frame.shell.user.split(" ")[0] if visit.frame.shell else ""
        view = {"links": links, "lists": lists[:CARDS], "hello": _hello(now.hour, name).render(language), "today": now}
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


def _about_me(scope: Scope) -> Iterator[tuple[BoundObject, View]]:
    """For each object the first view that asks for oneself: first what is planned, then what has stages, money first."""
    objects = [scope.model.objects[name] for name in scope.access.objects if name in scope.model.objects]
    planned = [o for o in objects if o.definition.interaction is not None and o.definition.interaction.at != "created_at"]
    staged = sorted((o for o in objects if o.pipelines and o not in planned), key=lambda o: not _has_amount(o))
    for object_ in (*planned, *staged):
        own = [view for view in views_of(scope, object_) if view.shape == "list" and _asks_for_me(view.where)]
        if own and (object_ in staged or _looks_ahead(scope, object_)):
            yield object_, own[0]


def _has_amount(object_: BoundObject) -> bool:
    return any(field.pipeline is not None and field.pipeline.amount for field in object_.pipelines)


def _looks_ahead(scope: Scope, object_: BoundObject) -> bool:
    """Whether the object's first list goes forward in time: what was is no plan."""
    interaction, views = object_.definition.interaction, views_of(scope, object_)
    return bool(interaction and views) and (views[0].order or "") == (interaction.at if interaction else "")


def _asks_for_me(where: Any) -> bool:
    if isinstance(where, dict):
        return where.get("value") == "me" or any(_asks_for_me(part) for part in where.values())
    return isinstance(where, list) and any(_asks_for_me(part) for part in where)


@get("/home/{object_name:str}/{view_name:str}")
async def my_list(request: Request[Any, Any, Any], object_name: str, view_name: str) -> Response[str]:
    """The first rows of such a list: what is late first, with its day; interactions only from today on or not done."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        object_ = scope.object(object_name)
        view = next((v for v in views_of(scope, object_) if v.name == view_name), None)
        if view is None:
            raise Missing
        rows = await _rows(scope, object_, view)
        return Reply(render("pages/home_list.html", _list_view(scope, visit, object_, view, rows), visit.frame))

    return await page(request, work)


def _columns(scope: Scope, object_: BoundObject, view: View) -> list[FieldView]:
    names = [n for n in view.columns or ("label",) if n != "owner" and n not in object_.title_fields and n != "label"]
    return [column for name in names if (column := column_at(scope, object_, name)) is not None]


async def _rows(scope: Scope, object_: BoundObject, view: View) -> list[dict[str, Any]]:
    """The first rows of a view; of what has a time, those still to come."""
    where: Any = view.where
    interaction = object_.definition.interaction
    if interaction is not None and (view.order or "").startswith("-"):
        ahead = {"field": interaction.at, "op": "gte", "value": "today"}
        where = {"all": [where, ahead]} if where else ahead
    fields = tuple(dict.fromkeys(["label", *(column.name for column in _columns(scope, object_, view))]))
    found = await list_records(scope, ListQuery(object_.name, where, fields, (view.order or "").removeprefix("-") or None, ROWS))
    return found.records()


def _list_view(scope: Scope, visit: Visit, object_: BoundObject, view: View, rows: list[dict[str, Any]]) -> dict[str, Any]:
    columns = _columns(scope, object_, view)
    when = next((c for c in columns if c.widget in ("date", "datetime")), None)
    shown = formats(visit.frame.language, visit.frame.zone)
    now = datetime.now(scope.context.time_zone)
    for row in rows:
        row["late"] = bool(when and row[when.name] and _past(row[when.name], when.widget, shown, now))
    table = bool(object_.pipelines) and object_.definition.interaction is None
    small = [c for c in columns if c is not when and c.widget in ("choice", "links", "link", "text", "stage")][:2]
    return {
        "name": object_.name, "icon": object_.definition.icon, "person": named_as_person(object_), "when": when,
        "rows": rows, "columns": columns[:5] if table else small, "table": table,
        "label": label_in(object_.definition.label, visit.frame.language),
    }  # fmt: skip


def _past(value: str, widget: str, shown: Any, now: datetime) -> bool:
    return bool(shown.local(value) < now) if widget == "datetime" else value < now.date().isoformat()


@get("/alive")
async def alive() -> Response[str]:
    """For pages whose connection was lost: the server answers again."""
    return Response("", media_type="text/plain", headers={"Cache-Control": "no-store"})


ROUTES = (home, my_list, alive)
