"""Calendars: everybody's own with all that is planned, and one of any object with dates. Entries are moved by drag or by keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get

from kundig.base.errors import Missing
from kundig.base.i18n import Text, label_in, t
from kundig.base.whole import whole
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import ListQuery, list_records
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.formats import formats
from kundig.interfaces.web.frame import Link
from kundig.interfaces.web.pages.calendar_entries import MOST, Source, entries_of, followed, source_of, sources_of
from kundig.interfaces.web.pages.calendar_grid import SHAPES, Block, Entry, Shape, blocks_of, days_shown, next_page, row_of
from kundig.interfaces.web.pages.emptiness import about
from kundig.interfaces.web.pages.forms import quick_reply
from kundig.interfaces.web.pages.ids import record_id
from kundig.interfaces.web.pages.listing import shapes_of
from kundig.interfaces.web.rendering import render

PEOPLE = 200
"""Colleagues that are offered."""
IN_CELL = 4
"""Entries of a day that a month shows; the day's own page has all."""
LASTS = timedelta(hours=1)
"""What a new entry lasts unless told otherwise."""
NAMES: dict[Shape, Text] = {"day": t("Day"), "week": t("Week"), "month": t("Month"), "agenda": t("Agenda")}
HOURS = tuple((row_of(datetime.combine(date.min, time(hour))), time(hour)) for hour in range(1, 24))
"""The hours beside a day with the rows at which they stand."""
EVERYBODY = "all"


@dataclass(frozen=True, slots=True)
class Day:
    """A day as it is shown; `blocks` where it has hours, else `entries` only."""

    date: date
    today: bool
    outside: bool
    """Of another month than the page is about."""
    entries: tuple[Entry, ...]
    """Those without a time; in months and agendas all of them."""
    blocks: tuple[Block, ...] = ()
    now: int = 0
    """The row of this moment, if it is today."""
    href: str = ""
    more: int = 0
    """Entries that did not find room."""


@dataclass(frozen=True, slots=True)
class CalendarView:
    """The view of `pages/calendar.html`."""

    title: str
    heading: str
    shape: Shape
    days: tuple[Day, ...]
    shapes: tuple[Link, ...]
    current: str
    spans: tuple[Link, ...]
    span: str
    before: str
    after: str
    today: str
    people: str
    whose: str
    create: str
    singular: str
    full: str
    """What is said where a period holds more than is shown."""
    objects: tuple[str, ...]
    """What it shows: it follows what others do to these."""
    about: str = ""
    """What belongs into it, where the shown days hold nothing."""
    hours: tuple[tuple[int, time], ...] = HOURS


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a calendar's address asks for."""

    object: str
    """Empty for everybody's own calendar."""
    sources: tuple[Source, ...]
    shape: Shape
    day: date
    who: tuple[str, ...]
    by: str

    @property
    def path(self) -> str:
        """This calendar's address without what is asked for."""
        return f"/o/{self.object}/calendar" if self.object else "/calendar"

    def address(self, part: str = "", **more: Any) -> str:
        """This calendar with other values; `part` is one of its parts."""
        own = {"span": self.shape, "day": self.day.isoformat(), "by": self.by, "who": self.who, **more}
        return f"{self.path}{part}?" + urlencode({k: v for k, v in own.items() if v}, doseq=True)


def _asked(scope: Scope, visit: Visit, object_name: str) -> _Asked:
    """What the address asks for; raises Missing for an object without dates."""
    by = visit.query("by")
    if object_name:
        source = source_of(scope, scope.object(object_name), by)
        if source is None:
            raise Missing
        sources: tuple[Source, ...] = (source,)
    else:
        sources = tuple(sources_of(scope))
    shape: Shape = next((s for s in SHAPES if s == visit.query("span")), "week")
    try:
        day = date.fromisoformat(visit.query("day"))
    except ValueError:
        day = _now(scope).date()
    day = min(max(day, date(1900, 1, 1)), date(2200, 1, 1))
    given = [who for who in visit.request.query_params.getall("who", []) if who][:PEOPLE]
    who = tuple(w if w in ("me", EVERYBODY) else str(record_id(w)) for w in given) or (() if object_name else ("me",))
    return _Asked(object_name, sources, shape, day, who, by)


def _now(scope: Scope) -> datetime:
    return scope.context.now.astimezone(scope.context.time_zone)


@get("/calendar")
async def own_calendar(request: Request[Any, Any, Any]) -> Response[str]:
    """What one has planned, and on request what colleagues have."""
    return await _page(request, "", _calendar)


@get("/o/{object_name:str}/calendar")
async def object_calendar(request: Request[Any, Any, Any], object_name: str) -> Response[str]:
    """The records of one object by their dates."""
    return await _page(request, object_name, _calendar)


async def _page(
    request: Request[Any, Any, Any], object_name: str, part: Callable[[Scope, Visit, _Asked], Awaitable[Reply]]
) -> Response[str]:
    async def work(scope: Scope, visit: Visit) -> Reply:
        return await part(scope, visit, _asked(scope, visit, object_name))

    return await page(request, work)


async def _calendar(scope: Scope, visit: Visit, asked: _Asked) -> Reply:
    return Reply(render("pages/calendar.html", await _view(scope, visit, asked), visit.frame))


async def _view(scope: Scope, visit: Visit, asked: _Asked) -> CalendarView:
    language, shown = visit.frame.language, days_shown(asked.shape, asked.day)
    people = () if EVERYBODY in asked.who else asked.who
    entries: list[Entry] = []
    full = False
    for source in asked.sources:
        found, more = await entries_of(scope, source, shown, people)
        entries += found
        full = full or more
    object_ = scope.model.objects[asked.object] if asked.object else None
    creatable = [s for s in asked.sources if scope.rights(s.object.name).create]
    title = label_in(object_.definition.label_plural, language) if object_ else t("Calendar").render(language)
    return CalendarView(
        title=title,
        heading=_heading(visit, asked.shape, shown, asked.day),
        shape=asked.shape,
        days=_days(scope, asked, shown, entries),
        shapes=shapes_of(scope, object_) if object_ else (),
        current=asked.path,
        spans=tuple(Link(NAMES[s].render(language), asked.address(span=s)) for s in SHAPES),
        span=asked.address(),
        before=asked.address(day=next_page(asked.shape, asked.day, -1).isoformat()),
        after=asked.address(day=next_page(asked.shape, asked.day, 1).isoformat()),
        today=asked.address(day=""),
        people=asked.address("/people"),
        whose=_whose(asked).render(language),
        create=f"/o/{creatable[0].object.name}/at?by={creatable[0].period.start}" if creatable else "",
        singular=label_in(creatable[0].object.definition.label, language) if creatable else "",
        objects=tuple(sorted(followed(scope, asked.sources))),
        full=t("Only the first {n} are shown. Choose a shorter span or fewer people.", n=MOST).render(language) if full else "",
        about="" if entries else _about(scope, asked),
    )


def _about(scope: Scope, asked: _Asked) -> str:
    if asked.object:
        return about(scope, scope.model.objects[asked.object])
    return t("Whatever has a date stands here: what you plan and what others plan with you.").render(scope.context.language)


def _whose(asked: _Asked) -> Text:
    if not asked.who or EVERYBODY in asked.who:
        return t("Everybody")
    return t("Mine") if asked.who == ("me",) else t("Chosen people")


def _heading(visit: Visit, shape: Shape, days: Sequence[date], day: date) -> str:
    shown = formats(visit.frame.language, visit.frame.zone)
    if shape == "month":
        return shown.month(day)
    return shown.weekday(day) if shape == "day" else f"{shown.date(days[0])} – {shown.date(days[-1])}"


def _days(scope: Scope, asked: _Asked, days: Sequence[date], entries: Sequence[Entry]) -> tuple[Day, ...]:
    now, hours = _now(scope), asked.shape in ("day", "week")
    by_day: dict[date, list[Entry]] = {day: [] for day in days}
    for entry in entries:
        for day in entry.days:
            if day in by_day:
                by_day[day].append(entry)
    made = []
    for day, found in by_day.items():
        found.sort(key=lambda e: (not e.all_day, e.start, e.label))
        whole = [entry for entry in found if entry.all_day or not hours]
        room = IN_CELL if asked.shape == "month" and len(whole) > IN_CELL + 1 else len(whole)
        made.append(
            Day(
                day, day == now.date(), asked.shape == "month" and day.month != asked.day.month, tuple(whole[:room]),
                blocks=tuple(blocks_of([e for e in found if not e.all_day], day)) if hours else (),
                now=row_of(now) if hours and day == now.date() else 0,
                href=asked.address(span="day", day=day.isoformat()), more=len(whole) - room,
            )
        )  # fmt: skip
    return tuple(day for day in made if asked.shape != "agenda" or day.entries)


async def _people(scope: Scope, visit: Visit, asked: _Asked) -> Reply:
    active = {"field": "is_active", "op": "is", "value": True}
    found = await list_records(scope, ListQuery("user", active, ("label",), "label", PEOPLE))
    own = str(scope.access.user)
    language = visit.frame.language
    chosen = [own if who == "me" else who for who in asked.who if who != EVERYBODY]
    links = [
        (t("Mine").render(language), asked.address(who="me"), asked.who == ("me",)),
        (t("Everybody").render(language), asked.address(who=EVERYBODY), not chosen),
    ]
    for row in found.records():
        id_ = str(row["id"])
        others = [who for who in chosen if who != id_]
        to = others if id_ in chosen else [*chosen, id_]
        links.append((row["label"], asked.address(who=to or ["me"]), id_ in chosen))
    return Reply(render("pages/calendar_people.html", links, visit.frame))


@get("/calendar/people")
async def own_people(request: Request[Any, Any, Any]) -> Response[str]:
    """Whose entries one may look at: each person's link adds them or takes them away."""
    return await _page(request, "", _people)


@get("/o/{object_name:str}/calendar/people")
async def object_people(request: Request[Any, Any, Any], object_name: str) -> Response[str]:
    """The same for the calendar of an object."""
    return await _page(request, object_name, _people)


@get("/o/{object_name:str}/at")
async def new_at(request: Request[Any, Any, Any], object_name: str) -> Response[str]:
    """The short form for a new record at a day and, with `minute`, at a time of it."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        source = source_of(scope, scope.object(object_name), visit.query("by"))
        if source is None:
            raise Missing
        return await quick_reply(scope, visit, source.object, _begins(scope, source, visit.query("day"), visit.query("minute")))

    return await page(request, work)


def _begins(scope: Scope, source: Source, day: str, minute: str) -> dict[str, Any]:
    """The values of a new record: from a place in the calendar, else from the next full hour."""
    now = _now(scope)
    try:
        start = datetime.combine(date.fromisoformat(day), time(), scope.context.time_zone)
    except ValueError:
        start = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    else:
        minutes = whole(minute, 24 * 60 - 1)
        start += timedelta(minutes=9 * 60 if minutes is None else minutes)

    def told(at: datetime) -> str:
        return at.isoformat() if source.timed else at.date().isoformat()

    period = source.period
    return {period.start: told(start)} | ({period.end: told(start + LASTS)} if period.end else {})


ROUTES = (own_calendar, object_calendar, own_people, object_people, new_at)
