"""Relative periods against an independent computation: walking the calendar day by day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kundig.engine.schema.filters.periods import Span, days_meant, instants_meant

DAY = timedelta(days=1)
ZONES = [
    ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland", "America/Havana")
]
quick = settings(deadline=None, max_examples=50)
todays = st.dates(date(1950, 1, 1), date(2150, 12, 31))


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def same_unit(day: date, unit: str) -> tuple[int, ...]:
    """A number for the week, month … that a day lies in."""
    if unit == "week":
        return day.isocalendar()[:2]
    return {"month": (day.year, day.month), "quarter": (day.year, (day.month - 1) // 3), "year": (day.year,)}[unit]


def first_of(day: date, unit: str) -> date:
    while same_unit(day - DAY, unit) == same_unit(day, unit):
        day -= DAY
    return day


def after_of(day: date, unit: str) -> date:
    here = same_unit(day, unit)
    while same_unit(day, unit) == here:
        day += DAY
    return day


def walked(day: date, unit: str, count: int, *, back: bool) -> Span[date]:
    """The `count` whole units before or after the one `day` lies in, found by walking."""
    if back:
        end = start = first_of(day, unit)
        for _ in range(count):
            start = first_of(start - DAY, unit)
        return Span(start, end)
    start = end = after_of(day, unit)
    for _ in range(count):
        end = after_of(end, unit)
    return Span(start, end)


@quick
@given(todays, st.sampled_from(["week", "month", "quarter", "year"]))
def test_this_last_and_next(today: date, unit: str) -> None:
    meant = {which: days_meant(f"{which}_{unit}", noon(today), ZONES[0]) for which in ("last", "this", "next")}
    assert meant["this"] == Span(first_of(today, unit), after_of(today, unit))
    assert meant["last"] == walked(today, unit, 1, back=True)
    assert meant["next"] == walked(today, unit, 1, back=False)


@quick
@given(todays, st.sampled_from(["week", "month", "quarter", "year"]), st.integers(1, 8), st.booleans())
def test_several_whole_units(today: date, unit: str, count: int, back: bool) -> None:
    word = f"{'last' if back else 'next'}_{count}_{unit}s"
    assert days_meant(word, noon(today), ZONES[0]) == walked(today, unit, count, back=back)


@quick
@given(todays, st.integers(1, 3650))
def test_days_count_today(today: date, count: int) -> None:
    last, following = (days_meant(f"{which}_{count}_days", noon(today), ZONES[0]) for which in ("last", "next"))
    assert last == Span(today - DAY * (count - 1), today + DAY)
    assert following == Span(today, today + DAY * count)


@quick
@given(todays)
def test_single_days_and_open_ends(today: date) -> None:
    for word, shift in (("yesterday", -1), ("today", 0), ("tomorrow", 1)):
        assert days_meant(word, noon(today), ZONES[0]) == Span(today + DAY * shift, today + DAY * (shift + 1))
    assert days_meant("past", noon(today), ZONES[0]) == Span(None, today)
    assert days_meant("future", noon(today), ZONES[0]) == Span(today + DAY, None)


@quick
@given(st.integers(-600_000_000, 6_000_000_000).map(lambda second: datetime.fromtimestamp(second, UTC)), st.sampled_from(ZONES))
def test_the_users_clock_says_what_today_is(now: datetime, zone: ZoneInfo) -> None:
    """Every instant of today, and no other, is what the user's clock shows as today's date."""
    span = instants_meant("today", now, zone)
    assert span is not None
    assert span.start is not None
    assert span.end is not None
    tick = timedelta(microseconds=1)
    assert span.start <= now < span.end
    assert span.start.astimezone(zone).date() == (span.end - tick).astimezone(zone).date() == now.astimezone(zone).date()
    assert (span.start - tick).astimezone(zone).date() < now.astimezone(zone).date() < span.end.astimezone(zone).date()


def test_an_instant_is_itself() -> None:
    at = datetime(2026, 11, 23, 9, 15, 30, tzinfo=UTC)
    assert instants_meant("2026-11-23T10:15:30+01:00", noon(date(2026, 1, 1)), ZONES[0]) == Span(at, at + timedelta(microseconds=1))


def test_past_and_future_turn_at_this_instant() -> None:
    now = noon(date(2026, 11, 23))
    assert instants_meant("past", now, ZONES[1]) == Span(None, now)
    assert instants_meant("future", now, ZONES[1]) == Span(now + timedelta(microseconds=1), None)


@pytest.mark.parametrize(
    "word",
    ["", "someday", "last_0_days", "last_01_days", "last_3651_days", "last_-1_days", "this_day", "next_1_day", "last_1_month", "TODAY",
     "31.12.2026", "2026-13-01", "2026-02-30", "today ", "2026-11-23T10:00:00Z", "２０２６-01-01"],
)  # fmt: skip
def test_other_words_mean_nothing(word: str) -> None:
    assert days_meant(word, noon(date(2026, 11, 23)), ZONES[0]) is None


@pytest.mark.parametrize("word", ["last_3650_years", "next_3650_years", "last_3650_quarters", "next_3650_weeks"])
@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_far_periods_end_where_the_calendar_does(word: str, zone: ZoneInfo) -> None:
    assert days_meant(word, noon(date(2026, 11, 23)), zone) is not None
    assert instants_meant(word, noon(date(2026, 11, 23)), zone) is not None
    assert instants_meant("0001-01-01", noon(date(2026, 11, 23)), zone) is not None
    assert instants_meant("9999-12-31", noon(date(2026, 11, 23)), zone) is not None
