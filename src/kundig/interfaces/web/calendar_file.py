"""Entries of a calendar as iCalendar (RFC 5545), for other programs: series as rules with exceptions, times in their zones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vRecur

from kundig.engine.schema.recurrence import Rule, parse_rule

TYPE = "text/calendar"
PRODUCT = "-//Kundig//Kundig CRM//EN"


@dataclass(frozen=True, slots=True)
class Item:
    """A record as a calendar knows it; `starts` and `ends` in its zone, of whole days the day after the last one."""

    id: str
    label: str
    starts: datetime
    ends: datetime
    all_day: bool
    busy: bool
    place: str
    address: str
    changed_at: datetime
    version: int
    series: str = ""
    rule: str = ""
    at: datetime | None = None
    """When its series meant it to be."""
    differs: bool = False

    @property
    def lasts(self) -> timedelta:
        """How long by the clock."""
        return self.ends.replace(tzinfo=None) - self.starts.replace(tzinfo=None)


def calendar_file(name: str, host: str, items: Sequence[Item]) -> bytes:
    """The file. What belongs to a series stands in it once, with what differs beside it."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", timedelta(minutes=30), parameters={"value": "DURATION"})
    series: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        if item.series and item.at is not None:
            series[item.series].append(item)
        else:
            calendar.add_component(_event(item, f"{item.id}@{host}"))
    for key, found in series.items():
        for event in _series(f"{key}@{host}", host, sorted(found, key=lambda item: item.at or item.starts)):
            calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _series(uid: str, host: str, items: Sequence[Item]) -> Iterator[Event]:
    """The rule from the first occurrence that is there, without those that are not; then those that differ from it."""
    model = next((item for item in items if not item.differs), items[0])
    zone = model.starts.tzinfo
    times = {_naive(item): item for item in items}
    first, last = min(times), max(times)
    rule = parse_rule(model.rule, ZoneInfo("UTC"))
    expected = list(_up_to(rule, first, last))
    event = _event(model, uid, first.replace(tzinfo=zone))
    event.add("rrule", vRecur.from_ical(_text(rule, zone)))
    for at in expected:
        if at not in times:
            event.add("exdate", at.date() if model.all_day else at.replace(tzinfo=zone))
    yield event
    for at, item in times.items():
        if at not in expected:
            yield _event(item, f"{item.id}@{host}")
        elif _differs(item, model, at):
            one = _event(item, uid)
            one.add("recurrence-id", at.date() if model.all_day else at.replace(tzinfo=zone))
            yield one


def _naive(item: Item) -> datetime:
    assert item.at is not None
    return item.at.replace(tzinfo=None)


def _up_to(rule: Rule, first: datetime, last: datetime) -> Iterator[datetime]:
    for at in rule.after(first, inclusive=True):
        if at > last:
            return
        yield at


def _text(rule: Rule, zone: object) -> str:
    """A rule whose end is the instant at which its last day ends, as the standard wants it beside times with a zone."""
    if rule.until is None or not isinstance(zone, ZoneInfo):
        return rule.text
    end = datetime.combine(rule.until, time(23, 59, 59), zone).astimezone(UTC)
    return rule.text.replace(f"UNTIL={rule.until:%Y%m%d}", f"UNTIL={end:%Y%m%dT%H%M%SZ}")


def _differs(item: Item, model: Item, at: datetime) -> bool:
    told = (item.label, item.place, item.lasts, item.all_day)
    return told != (model.label, model.place, model.lasts, model.all_day) or item.starts.replace(tzinfo=None) != at


def _event(item: Item, uid: str, starts: datetime | None = None) -> Event:
    begins = starts or item.starts
    ends: datetime | date = (begins.replace(tzinfo=None) + item.lasts).replace(tzinfo=begins.tzinfo)
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", item.changed_at)
    event.add("last-modified", item.changed_at)
    event.add("sequence", item.version)
    event.add("summary", item.label)
    event.add("dtstart", begins.date() if item.all_day else begins)
    event.add("dtend", begins.date() + max(item.lasts, timedelta(days=1)) if item.all_day else ends)
    event.add("transp", "OPAQUE" if item.busy else "TRANSPARENT")
    if item.place:
        event.add("location", item.place)
    event.add("url", item.address)
    return event
