"""Days, instants and relative periods as half-open spans of time in the asker's time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from kundig.engine.schema.fields.contract import Refused
from kundig.engine.schema.fields.dates import parse_date, parse_instant

Point = TypeVar("Point", date, datetime)

_DAY = timedelta(days=1)
_TICK = timedelta(microseconds=1)
_MOST = 3650
_LATEST = datetime.max.replace(tzinfo=UTC)
_DAYS = re.compile(r"(last|next)_(\d{1,4})_days")
_SEVERAL = re.compile(r"(last|next)_(\d{1,4})_(week|month|quarter|year)s")
_ONE = re.compile(r"(last|this|next)_(week|month|quarter|year)")


@dataclass(frozen=True, slots=True)
class Span(Generic[Point]):
    """From `start` up to but without `end`; None: without a limit on that side."""

    start: Point | None
    end: Point | None


def days_meant(text: str, now: datetime, zone: ZoneInfo) -> Span[date] | None:
    """The days that a date or a relative period means; None if it is neither."""
    try:
        day = parse_date(text)
    except Refused:
        return _period(text, now.astimezone(zone).date())
    return Span(day, _plus(day, 1))


def instants_meant(text: str, now: datetime, zone: ZoneInfo) -> Span[datetime] | None:
    """The time that an instant, a date or a relative period means; None if it is none of them."""
    if text == "past":
        return Span(None, now)
    if text == "future":
        return Span(now + _TICK, None)
    try:
        instant = parse_instant(text)
    except Refused:
        days = days_meant(text, now, zone)
        return Span(_midnight(days.start, zone), _midnight(days.end, zone)) if days else None
    return Span(instant, instant + _TICK if instant < _LATEST else None)


def _midnight(day: date | None, zone: ZoneInfo) -> datetime | None:
    """The first instant of a day, also where the clock skips or repeats midnight."""
    if day is None:
        return None
    try:
        return datetime.combine(day, time(0), zone).astimezone(UTC)
    except OverflowError:
        return None


def _period(text: str, today: date) -> Span[date] | None:
    if text == "past":
        return Span(None, today)
    if text == "future":
        return Span(_plus(today, 1), None)
    if text in ("yesterday", "today", "tomorrow"):
        day = ("yesterday", "today", "tomorrow").index(text) - 1
        return Span(_plus(today, day), _plus(today, day + 1))
    if match := _DAYS.fullmatch(text):
        count = _counted(match[2])
        if count is None:
            return None
        return Span(_plus(today, 1 - count), _plus(today, 1)) if match[1] == "last" else Span(today, _plus(today, count))
    if match := _SEVERAL.fullmatch(text):
        count = _counted(match[2])
        if count is None:
            return None
        first, after = (-count, 0) if match[1] == "last" else (1, count + 1)
        return Span(_start(today, match[3], first), _start(today, match[3], after))
    if match := _ONE.fullmatch(text):
        shift = ("last", "this", "next").index(match[1]) - 1
        return Span(_start(today, match[2], shift), _start(today, match[2], shift + 1))
    return None


def _counted(digits: str) -> int | None:
    count = int(digits)
    return count if 1 <= count <= _MOST and not digits.startswith("0") else None


def _start(day: date, unit: str, shift: int) -> date | None:
    """The first day of the unit that lies `shift` units after that of `day`; None beyond what a calendar holds."""
    if unit == "week":
        return _plus(day, 7 * shift - day.weekday())
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    index = (day.year * 12 + day.month - 1) // months * months + shift * months
    year, month = divmod(index, 12)
    return date(year, month + 1, 1) if date.min.year <= year <= date.max.year else None


def _plus(day: date, days: int) -> date | None:
    try:
        return day + _DAY * days
    except OverflowError:
        return None
