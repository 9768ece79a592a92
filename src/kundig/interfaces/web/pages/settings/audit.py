"""The audit trail for people: who did what, where and when, with filters, page after page, and as a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get
from litestar.response import Stream

from kundig.base.errors import Invalid
from kundig.base.i18n import label_in
from kundig.engine.history.journal import people_object
from kundig.engine.history.trail import RIGHT, read_trail
from kundig.engine.history.trail_words import TrailWords
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import ListQuery, list_records
from kundig.interfaces.api.audit import FILTERS, trail_query
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.formats import formats
from kundig.interfaces.web.frame import LinkGroup
from kundig.interfaces.web.pages.settings.browsers import browser_name
from kundig.interfaces.web.pages.settings.navigation import AUDIT, settings_navigation
from kundig.interfaces.web.rendering import render, render_block
from kundig.interfaces.web.streaming import File, Reopen, download
from kundig.services.transfer.trail_export import start_trail_export, trail_stream

PAGE = 50
MOST_PEOPLE = 1000
_MARKS = {"system": "settings"}
Options = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One event. `href` leads to the record, if there is one that the reader may see."""

    id: str
    at: str
    who: str
    mark: str
    """The icon of who is no person: the program, or somebody unknown; "" for a person."""
    token: str
    what: str
    more: tuple[tuple[str, str], ...]
    href: str
    label: str
    address: str


@dataclass(frozen=True, slots=True)
class TrailView:
    """`settings/audit.html`, and its rows alone in `settings/audit_rows.html`."""

    lines: tuple[Line, ...]
    more: str
    """Where the next page is; "" at the end."""
    chosen: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    nav: tuple[LinkGroup, ...] = ()
    people: Options = ()
    events: Options = ()
    objects: Options = ()


@get("/settings/audit")
async def show(request: Request[Any, Any, Any]) -> Response[str]:
    """The page; with a cursor the next rows alone."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require(RIGHT)
        chosen = {name: visit.query(name) for name in FILTERS if visit.query(name)}
        try:
            lines, more = await _lines(scope, visit, chosen)
        except Invalid as error:
            told = {wrong.field: wrong.text.render(visit.frame.language) for wrong in error.errors}
            return await _reply(scope, visit, TrailView((), "", chosen, told), 422)
        if visit.query("cursor"):
            return Reply(render("pages/settings/audit_rows.html", TrailView(lines, more), visit.frame))
        return await _reply(scope, visit, TrailView(lines, more, chosen))

    return await page(request, work)


async def _reply(scope: Scope, visit: Visit, view: TrailView, status: int = 200) -> Reply:
    """The page; where its own filter asks, the events alone, so that the control that was used keeps the focus."""
    if visit.frame.shell is None:
        return Reply(render_block("pages/settings/audit.html", "trail", view, visit.frame), status)
    return Reply(render("pages/settings/audit.html", await _whole(scope, view), visit.frame), status)


@get("/settings/audit/export")
async def export(request: Request[Any, Any, Any]) -> Response[Any] | Stream:
    """The events that match as a file; an event itself."""

    async def begun(scope: Scope, visit: Visit, reopen: Reopen) -> File:
        scope.require(RIGHT)
        chosen = {name: visit.query(name) for name in FILTERS if visit.query(name)}
        made = await start_trail_export(scope, trail_query(chosen), visit.query("format", "csv"))
        return File(made.file_name, made.media_type, trail_stream(reopen, made))

    return await download(request, begun)


async def _lines(scope: Scope, visit: Visit, chosen: Mapping[str, str]) -> tuple[tuple[Line, ...], str]:
    found = await read_trail(scope, trail_query(chosen), limit=PAGE, cursor=visit.query("cursor") or None)
    moment = formats(visit.frame.language, visit.frame.zone).datetime
    words = TrailWords(scope, {"until": moment, "browser": lambda agent: browser_name(agent)[0]})
    more = f"{AUDIT}?{urlencode({**chosen, 'cursor': found.next_cursor})}" if found.next_cursor else ""
    return tuple(_line(words, entry) for entry in found.entries), more


def _line(words: TrailWords, entry: Mapping[str, Any]) -> Line:
    record = entry["record"]
    return Line(
        id=entry["id"],
        at=entry["at"],
        who=words.who(entry),
        mark="" if entry["by"] else _MARKS.get(entry["by_kind"], "circle-help"),
        token=words.token(entry),
        what=words.what(entry),
        more=tuple(words.more(entry)),
        href=f"/o/{record['object']}/{record['id']}" if record else "",
        label=record["label"] if record else words.object(entry),
        address=entry["address"] or "",
    )


async def _whole(scope: Scope, view: TrailView) -> TrailView:
    """With what there is to filter by."""
    language = scope.context.language
    known = [scope.model.objects[name].definition for name in scope.access.objects]
    return replace(
        view,
        nav=settings_navigation(scope),
        people=await _people(scope),
        events=_sorted((event.name, label_in(event.label, language)) for event in scope.model.events.values()),
        objects=_sorted((definition.name, label_in(definition.label_plural, language)) for definition in known),
    )


async def _people(scope: Scope) -> Options:
    """Everybody whom the reader may know of."""
    people = people_object(scope)
    if people not in scope.access.objects:
        return ()
    found = await list_records(scope, ListQuery(people, None, ("label",), "label", MOST_PEOPLE))
    return tuple((row["id"], row["label"]) for row in found.records())


def _sorted(options: Any) -> Options:
    return tuple(sorted(options, key=lambda option: option[1].casefold()))


ROUTES = (show, export)
