"""A day as a bar, and the times at which nobody is busy."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from kundig.interfaces.web.pages.calendar_slots import bars_of, free_slots

HOUR, WEEKS = timedelta(hours=1), timedelta(days=14)
TUESDAY = date(2026, 12, 1)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 12, day, hour, minute)


def test_a_bar_is_cut_to_the_shown_hours() -> None:
    times = [(at(1, 9), at(1, 10), "a", False), (at(1, 4), at(1, 6, 20), "b", False), (at(1, 21, 50), at(2, 3), "c", False)]
    assert [(bar.column, bar.columns) for bar in bars_of(times, TUESDAY)] == [(13, 4), (1, 2), (64, 1)]


def test_what_lies_outside_has_none() -> None:
    assert bars_of([(at(1, 4), at(1, 5), "early", False), (at(2, 9), at(2, 10), "tomorrow", False)], TUESDAY) == []


def test_free_times_begin_at_a_quarter_and_do_not_touch_what_is_taken() -> None:
    taken = [(at(1, 9), at(1, 10, 10)), (at(1, 11, 30), at(1, 12))]
    assert [starts for starts, _ in free_slots(taken, at(1, 8, 50), HOUR, WEEKS)] == [at(1, 10, 15), at(1, 12), at(1, 13)]


def test_nights_and_weekends_are_left_out() -> None:
    assert [starts for starts, _ in free_slots([], at(4, 17, 30), HOUR, WEEKS)] == [at(7, 8), at(7, 9), at(7, 10)]


def test_nobody_has_time_for_what_takes_longer_than_a_day() -> None:
    assert list(free_slots([], at(1, 8), timedelta(hours=11), WEEKS)) == []


def test_all_days_taken_leave_nothing() -> None:
    assert list(free_slots([(at(1, 0), at(16, 0))], at(1, 8), HOUR, WEEKS)) == []
