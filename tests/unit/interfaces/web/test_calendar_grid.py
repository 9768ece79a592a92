"""Where entries stand in a calendar."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kundig.interfaces.web.pages.calendar_grid import COLUMNS, QUARTERS, SHAPES, Entry, blocks_of, days_shown, next_page

ZONE = ZoneInfo("Europe/Berlin")
DAY = date(2026, 11, 26)


def entry(start: str, minutes: int, name: str = "x") -> Entry:
    begins = datetime.fromisoformat(start).replace(tzinfo=ZONE)
    return Entry("meeting", name, name, "calendar", begins, begins + timedelta(minutes=minutes), all_day=False, by="starts_at")


@pytest.mark.parametrize(
    ("shape", "first", "last", "count"),
    [
        ("day", "2026-11-26", "2026-11-26", 1),
        ("week", "2026-11-23", "2026-11-29", 7),
        ("month", "2026-10-26", "2026-12-06", 42),
        ("agenda", "2026-11-26", "2026-12-25", 30),
    ],
)
def test_days_of_a_page(shape: str, first: str, last: str, count: int) -> None:
    days = days_shown(shape, DAY)  # type: ignore[arg-type]
    assert (days[0].isoformat(), days[-1].isoformat(), len(days)) == (first, last, count)


def test_a_month_of_four_weeks_is_four_weeks() -> None:
    assert len(days_shown("month", date(2021, 2, 10))) == 28


@given(st.sampled_from(SHAPES), st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_the_next_page_goes_on_where_this_one_ends(shape, day) -> None:
    shown, after = days_shown(shape, day), days_shown(shape, next_page(shape, day, 1))
    assert day in shown
    assert shown[0] < after[0] <= shown[-1] + timedelta(days=1)
    assert next_page(shape, next_page(shape, day, 1), -1) in shown


def test_what_overlaps_stands_side_by_side() -> None:
    blocks = blocks_of(
        [entry("2026-11-26T09:00", 60, "a"), entry("2026-11-26T09:30", 60, "b"), entry("2026-11-26T11:00", 30, "c")], DAY
    )
    assert [(b.entry.id, b.row, b.rows, b.column, b.columns) for b in blocks] == [
        ("a", 37, 4, 1, 6),
        ("b", 39, 4, 7, 6),
        ("c", 45, 2, 1, 12),
    ]


def test_what_lasts_over_midnight_fills_both_days() -> None:
    night = entry("2026-11-25T22:00", 4 * 60)
    assert night.days == [date(2026, 11, 25), DAY]
    [evening], [morning] = blocks_of([night], date(2026, 11, 25)), blocks_of([night], DAY)
    assert (evening.row, evening.rows) == (89, 8)
    assert (morning.row, morning.rows) == (1, 8)


def test_what_ends_at_midnight_does_not_touch_the_next_day() -> None:
    assert entry("2026-11-25T22:00", 120).days == [date(2026, 11, 25)]


@given(st.lists(st.tuples(st.integers(0, 24 * 60 - 1), st.integers(0, 600)), max_size=12))
def test_blocks_stay_in_their_day_and_apart(spans) -> None:
    entries = [
        entry((datetime(2026, 11, 26) + timedelta(minutes=start)).isoformat(), minutes, str(number))
        for number, (start, minutes) in enumerate(spans)
    ]
    blocks = blocks_of(entries, DAY)
    assert sorted(b.entry.id for b in blocks) == sorted(e.id for e in entries)
    for block in blocks:
        assert block.row >= 1
        assert block.rows >= 1
        assert block.row + block.rows <= QUARTERS + 1
        assert block.column + block.columns <= COLUMNS + 1
    taken = [(r, c) for b in blocks for r in range(b.row, b.row + b.rows) for c in range(b.column, b.column + b.columns)]
    assert len(taken) == len(set(taken))
