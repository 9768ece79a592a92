"""The timeline of a record: its interactions with their texts, newest first, under days."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get

from kundig.base.i18n import label_in, t
from kundig.engine.history.timeline import timeline
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import read_many
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.formats import Formats, formats
from kundig.interfaces.web.pages.details import Detail
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.rendering import render
from kundig.interfaces.web.widgets.choosing import widget_of
from kundig.interfaces.web.widgets.described import describe

PAGE = 20
MARKS = 3
COLORS = ("amber", "green", "violet", "teal", "blue", "pink")
"""One for each kind of interaction, in the order of the model."""


@get("/o/{object_name:str}/{id_:str}/timeline")
async def show_timeline(request: Request[Any, Any, Any], object_name: str, id_: str) -> Response[str]:
    """One page of it."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        cursor = visit.query("cursor") or None
        found = await timeline(scope, object_name, record_id(id_), limit=PAGE, cursor=cursor)
        records = await _records(scope, found["data"])
        shown = [_entry(scope, entry, records.get(entry["id"], {})) for entry in found["data"]]
        more = f"/o/{object_name}/{id_}/timeline?cursor={found['next_cursor']}" if found["next_cursor"] else ""
        view = {
            "days": _by_day(scope, shown, formats(visit.frame.language, visit.frame.zone)),
            "more": more,
            "first": cursor is None,
        }
        return Reply(render("pages/timeline.html", view, visit.frame))

    return await page(request, work)


async def _records(scope: Scope, entries: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The interactions themselves, one statement a kind."""
    by_object: dict[str, list[UUID]] = {}
    for entry in entries:
        by_object.setdefault(entry["object"], []).append(UUID(entry["id"]))
    found: dict[str, dict[str, Any]] = {}
    for name, ids in by_object.items():
        found |= {str(key): msgspec.json.decode(text) for key, text in (await read_many(scope, name, ids)).items()}
    return found


def _entry(scope: Scope, entry: dict[str, Any], record: dict[str, Any]) -> dict[str, Any]:
    """What is shown of an interaction: its kind, its long text, and its choices and lengths as small marks."""
    object_ = scope.object(entry["object"])
    fields = [field for field in object_.fields.values() if field.definition.main and record.get(field.name)]
    text = next((f for f in fields if widget_of(f) in ("rich_text", "long_text")), None)
    marks = [f for f in fields if widget_of(f) in ("choice", "duration") and f.name not in object_.title_fields]
    kinds = [name for name, other in scope.model.objects.items() if other.definition.interaction is not None]
    return entry | {
        "icon": object_.definition.icon,
        "kind": label_in(object_.definition.label, scope.context.language),
        "color": COLORS[kinds.index(object_.name) % len(COLORS)],
        "text": {"widget": widget_of(text), "value": record[text.name]} if text else {},
        "rich": text is not None and text.name in object_.title_fields,
        "marks": [Detail(describe(scope, field), record[field.name]) for field in marks[:MARKS]],
    }


def _by_day(scope: Scope, entries: list[dict[str, Any]], shown: Formats) -> list[tuple[str, list[dict[str, Any]]]]:
    """Entries under "Upcoming", "Today", "Yesterday" and then months."""
    today = datetime.now(scope.context.time_zone)
    days: list[tuple[str, list[dict[str, Any]]]] = []
    for entry in entries:
        at = shown.local(entry["at"])
        if at > today:
            heading = t("Upcoming").render(shown.language)
        elif at.date() == today.date():
            heading = t("Today").render(shown.language)
        elif at.date() == today.date() - timedelta(days=1):
            heading = t("Yesterday").render(shown.language)
        else:
            heading = shown.month(at)
        if not days or days[-1][0] != heading:
            days.append((heading, []))
        days[-1][1].append(entry)
    return days


ROUTES = (show_timeline,)
