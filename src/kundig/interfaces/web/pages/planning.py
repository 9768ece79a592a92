"""Planning with others: who takes part is chosen in the form, and one sees at once when they are free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, post

from kundig.base.errors import Invalid, Missing
from kundig.base.i18n import label_in
from kundig.engine.extension import Guests
from kundig.engine.policy.scope import Scope
from kundig.engine.records.busy import Busy, busy_times
from kundig.engine.records.lookup import parse_id
from kundig.engine.records.reading import ListQuery, list_records, read_many
from kundig.engine.schema.bound import BoundField, BoundObject
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.pages.calendar_slots import Bar, bars_of, free_slots
from kundig.interfaces.web.pages.details import Control
from kundig.interfaces.web.rendering import render
from kundig.interfaces.web.widgets.described import FieldView
from kundig.interfaces.web.widgets.reading import Form, asked_as, typed_as
from kundig.interfaces.web.widgets.saying import CHOOSE

MOST = 50
"""People whose time is looked at."""
AHEAD = timedelta(days=14)
"""How far ahead free times are looked for."""
LASTS = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody on the chosen day: when they are busy, and whether at the chosen time."""

    name: str
    bars: tuple[Bar, ...]
    busy: bool


@dataclass(frozen=True, slots=True)
class PlanningView:
    """The view of `pages/planning.html`."""

    day: date
    people: tuple[PersonRow, ...]
    chosen: Bar | None
    conflicts: tuple[str, ...]
    slots: tuple[tuple[datetime, datetime], ...]
    """The next times at which everybody is free."""


def planned_with(scope: Scope, object_: BoundObject) -> tuple[Guests, BoundField] | None:
    """How others take part in an object's records, and the link to them, as far as the reader may write it."""
    guests = scope.model.guests_of(object_)
    if guests is None or guests.object in object_.fields:
        return None
    rights = scope.access.objects.get(guests.object)
    if rights is None or guests.user in rights.hidden | rights.fixed:
        return None
    return guests, scope.model.objects[guests.object].fields[guests.user]


def lasts(scope: Scope, object_: BoundObject) -> bool:
    """Whether records have a beginning and an end at a time of the day that the reader may know."""
    period = object_.definition.period
    if period is None or period.end is None or {period.start, period.end} & scope.rights(object_.name).hidden:
        return False
    return all(object_.table.c[object_.fields[name].column].type.python_type is datetime for name in (period.start, period.end))


async def guests_control(scope: Scope, object_: BoundObject, id_: str, form: Form | None) -> Control | None:
    """The control for who takes part; with a form as it was filled in, else of a record those who do."""
    found = planned_with(scope, object_)
    if found is None:
        return None
    guests, link = found
    child = scope.model.objects[guests.object]
    label = label_in(child.definition.label_plural, scope.context.language)
    field = FieldView(guests.object, label, "links", child.definition.icon, target=link.target or "")
    if form is not None:
        return Control(field, typed_as(guests.object, form))
    there = list((await _guests(scope, guests, id_)).values()) if id_ else []
    parts = {"": "id", "object": "object", "label": "label"}
    return Control(field, {part: [one[name] for one in there] for part, name in parts.items()})


async def guests_given(scope: Scope, object_: BoundObject, id_: str, form: Form) -> dict[str, Any]:
    """What a form says about who takes part, as entries of a family: new ones, and those who are left out from now on.

    Raises Invalid for a name that was typed though nobody was chosen.
    """
    found = planned_with(scope, object_)
    if found is None or not asked_as(found[0].object, form):
        return {}
    guests, _ = found
    given = typed_as(guests.object, form)
    if any(text.strip() for text in given.get("q", ())):
        raise Invalid.one(guests.object, "bad_type", CHOOSE)
    wanted = dict.fromkeys(given.get("", []))
    there = await _guests(scope, guests, id_) if id_ else {}
    known = {one["id"] for one in there.values()}
    entries: list[dict[str, Any]] = [{guests.user: id_} for id_ in wanted if id_ and id_ not in known]
    entries += [{"id": child, "delete": True} for child, one in there.items() if one["id"] not in wanted]
    return {guests.object: entries} if entries else {}


async def _guests(scope: Scope, guests: Guests, id_: str) -> dict[str, Mapping[str, str]]:
    """Who takes part in a record: links to users, by the record that says so."""
    parent = scope.model.objects[guests.object].definition.parent
    where = {"all": [{"field": parent, "op": "is", "value": id_}, {"field": guests.user, "op": "not_empty"}]}
    found = await list_records(scope, ListQuery(guests.object, where, ("id", guests.user), "created_at", MOST))
    return {str(one["id"]): one[guests.user] for one in found.records() if one.get(guests.user)}


@post("/o/{object_name:str}/busy", status_code=200)
async def show_busy(request: Request[Any, Any, Any], object_name: str) -> Response[str]:
    """When owner and guests of a form are busy on its day, whether at its time, and when all are free. Reads only."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        object_ = scope.object(object_name)
        if not lasts(scope, object_):
            raise Missing
        return Reply(render("pages/planning.html", await _view(scope, visit, object_), visit.frame))

    return await page(request, work, write=False)


async def _view(scope: Scope, visit: Visit, object_: BoundObject) -> PlanningView:
    period, zone = object_.definition.period, scope.context.time_zone
    assert period is not None
    now = scope.context.now.astimezone(zone)
    start = _typed(visit.value(period.start))
    end = _typed(visit.value(period.end or ""))
    length = end - start if start and end and end > start else LASTS
    day = (start or now.replace(tzinfo=None)).date()
    names = await _people(scope, visit, object_)
    begins = datetime.combine(day, time(), zone)
    own = visit.query("id")
    times = [b for b in await busy_times(scope, list(names), begins, begins + AHEAD) if not own or str(b.id) != own]
    people = tuple(_row(name, [b for b in times if b.person == id_], day, start, length, zone) for id_, name in names.items())
    first = max(start or now.replace(tzinfo=None), now.replace(tzinfo=None))
    return PlanningView(
        day=day,
        people=people,
        chosen=bars_of([(start, start + length, "", False)], day)[0] if start and _shown(start, length, day) else None,
        conflicts=tuple(row.name for row in people if row.busy),
        slots=tuple(free_slots([_local(b, zone) for b in times], first, length, AHEAD)) if names else (),
    )


def _shown(start: datetime, length: timedelta, day: date) -> bool:
    return bool(bars_of([(start, start + length, "", False)], day))


def _typed(text: str) -> datetime | None:
    """A time as a control of a form sends it, in the reader's own time."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None


async def _people(scope: Scope, visit: Visit, object_: BoundObject) -> dict[UUID, str]:
    """Whose time is looked at, with their names: the owner and who takes part."""
    found = planned_with(scope, object_)
    given = [visit.value("owner"), *(visit.form.get(found[0].object, []) if found else [])]
    ids = list(dict.fromkeys(id_ for text in given if (id_ := parse_id(text)) is not None))[:MOST]
    target = object_.fields["owner"].target
    if not ids and scope.access.user is not None:
        ids = [scope.access.user]
    texts = await read_many(scope, target, ids, ["label"]) if target and target in scope.access.objects else {}
    return {id_: msgspec.json.decode(texts[id_])["label"] or "" for id_ in ids if id_ in texts}


def _row(name: str, times: Sequence[Busy], day: date, start: datetime | None, length: timedelta, zone: Any) -> PersonRow:
    local = [_local(one, zone) for one in times]
    labelled = [(begins, ends, one.label, one.all_day) for (begins, ends), one in zip(local, times, strict=True)]
    taken = start is not None and any(begins < start + length and ends > start for begins, ends in local)
    return PersonRow(name, tuple(bars_of(labelled, day)), taken)


def _local(one: Busy, zone: Any) -> tuple[datetime, datetime]:
    """A time on the reader's clock; of what takes whole days, the days."""
    begins, ends = (at.astimezone(zone).replace(tzinfo=None) for at in (one.starts, one.ends))
    if one.all_day:
        return datetime.combine(begins.date(), time()), datetime.combine(ends.date() + timedelta(days=1), time())
    return begins, ends


ROUTES = (show_busy,)
