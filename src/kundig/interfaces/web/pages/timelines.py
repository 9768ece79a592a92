"""The timeline of a record: its interactions with their texts, newest first, under days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Request, Response, get

from kundig.base.i18n import label_in, t
from kundig.engine.history.timeline import interactions, timeline
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import read_many
from kundig.engine.schema.bound import BoundObject
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.formats import Formats, formats
from kundig.interfaces.web.frame import Link
from kundig.interfaces.web.pages.details import Detail
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.rendering import render
from kundig.interfaces.web.widgets.choosing import widget_of
from kundig.interfaces.web.widgets.described import describe
from kundig.services.collaboration.pins import pins_of
from kundig.services.collaboration.reactions import Reaction, reactions_to

PAGE = 20
MARKS = 3
COLORS = ("amber", "green", "violet", "teal", "blue", "pink")
"""One for each kind of interaction, in the order of the model."""


@get("/o/{object_name:str}/{id_:str}/timeline")
async def show_timeline(request: Request[Any, Any, Any], object_name: str, id_: str) -> Response[str]:
    """One page of it."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        cursor, kinds = visit.query("cursor") or None, tuple(visit.request.query_params.getall("kind", []))
        found = await timeline(scope, object_name, record_id(id_), limit=PAGE, cursor=cursor, kinds=kinds)
        pins = await pins_of(scope, object_name, record_id(id_))
        at_top = {str(pinned) for _, pinned in pins}  # not twice: there, and in its place
        data = [entry for entry in found["data"] if entry["id"] not in at_top]
        records = await _records(scope, [*((entry["object"], UUID(entry["id"])) for entry in data), *([] if cursor else pins)])
        reactions = await reactions_to(scope, list(records))
        entries = _Entries(scope, records, reactions, frozenset(pinned for _, pinned in pins))
        shown = [one for one in pins if one[1] in records and (not kinds or one[0] in kinds)]
        more = {"cursor": found["next_cursor"], "kind": kinds}
        view = {
            "object": object_name,
            "id": id_,
            "pinned": [] if cursor else [entries.of_pin(*one) for one in shown],
            "days": _by_day(scope, [entries.of(entry) for entry in data], formats(visit.frame.language, visit.frame.zone)),
            "more": f"/o/{object_name}/{id_}/timeline?{urlencode(more, doseq=True)}" if found["next_cursor"] else "",
            "first": cursor is None,
            "filtered": bool(kinds),
            "may_pin": scope.rights(object_name).edit != "none",
        }
        return Reply(render("pages/timeline.html", view, visit.frame))

    return await page(request, work)


def kinds_of(scope: Scope, object_: BoundObject) -> tuple[Link, ...]:
    """The kinds of interactions that can stand in the timelines of an object's records, in the order of the model."""
    language = scope.context.language
    found = [scope.model.objects[name] for name in interactions(scope) if name != object_.name]
    return tuple(Link(label_in(o.definition.label_plural, language), o.name, o.definition.icon) for o in found)


async def _records(scope: Scope, entries: Iterable[tuple[str, UUID]]) -> dict[UUID, dict[str, Any]]:
    """The interactions themselves, one statement a kind."""
    by_object: dict[str, dict[UUID, None]] = {}
    for object_, id_ in entries:
        if object_ in scope.access.objects:
            by_object.setdefault(object_, {})[id_] = None
    found: dict[UUID, dict[str, Any]] = {}
    for name, ids in by_object.items():
        found |= {key: msgspec.json.decode(text) for key, text in (await read_many(scope, name, list(ids))).items()}
    return found


@dataclass(frozen=True, slots=True)
class _Entries:
    """Makes what is shown of interactions."""

    scope: Scope
    records: Mapping[UUID, Mapping[str, Any]]
    reactions: Mapping[UUID, Sequence[Reaction]]
    pinned: frozenset[UUID]

    def of_pin(self, name: str, id_: UUID) -> dict[str, Any]:
        """One that is pinned, which the timeline may not have on this page."""
        record, interaction = self.records[id_], self.scope.object(name).definition.interaction
        at = record.get(interaction.at if interaction else "created_at") or record.get("created_at") or ""
        return self.of({"object": name, "id": str(id_), "label": record["label"], "at": at, "by": record.get("created_by")})

    def of(self, entry: dict[str, Any]) -> dict[str, Any]:
        """An entry with its kind, its long text, its choices and lengths as small marks, and the signs put to it."""
        object_, id_ = self.scope.object(entry["object"]), UUID(entry["id"])
        record = self.records.get(id_, {})
        fields = [field for field in object_.fields.values() if field.definition.main and record.get(field.name)]
        text = next((f for f in fields if widget_of(f) in ("rich_text", "long_text")), None)
        marks = [f for f in fields if widget_of(f) in ("choice", "duration") and f.name not in object_.title_fields]
        kinds = [name for name, other in self.scope.model.objects.items() if other.definition.interaction is not None]
        return entry | {
            "icon": object_.definition.icon,
            "kind": label_in(object_.definition.label, self.scope.context.language),
            "color": COLORS[kinds.index(object_.name) % len(COLORS)],
            "text": {"widget": widget_of(text), "value": record[text.name]} if text else {},
            "rich": text is not None and text.name in object_.title_fields,
            "marks": [Detail(describe(self.scope, field), record[field.name]) for field in marks[:MARKS]],
            "reactions": self.reactions.get(id_, ()),
            "pinned": id_ in self.pinned,
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
