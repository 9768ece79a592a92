"""Rules by which something recurs: read, written again, and reckoned in local time."""

from __future__ import annotations

from datetime import date, datetime
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from kundig.base.errors import Malformed
from kundig.engine.schema.recurrence import LAST, Rule, parse_rule

BERLIN = ZoneInfo("Europe/Berlin")


def parsed(text: str) -> Rule:
    return parse_rule(text, BERLIN)


def first(text: str, start: datetime, count: int = 4) -> list[datetime]:
    return list(islice(parsed(text).after(start, inclusive=True), count))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("FREQ=DAILY", "FREQ=DAILY"),
        ("rrule:freq=weekly;byday=we,mo", "FREQ=WEEKLY;BYDAY=MO,WE"),
        ("FREQ=WEEKLY;INTERVAL=2;WKST=MO;UNTIL=20271231", "FREQ=WEEKLY;INTERVAL=2;UNTIL=20271231"),
        ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        ("FREQ=MONTHLY;BYDAY=+2TU", "FREQ=MONTHLY;BYDAY=2TU"),
        ("FREQ=MONTHLY;BYDAY=-1FR;COUNT=6", "FREQ=MONTHLY;BYDAY=-1FR;COUNT=6"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=MONTHLY;BYMONTHDAY=-1"),
        ("FREQ=YEARLY;INTERVAL=1", "FREQ=YEARLY"),
        ("FREQ=DAILY;UNTIL=20261231T230000Z", "FREQ=DAILY;UNTIL=20270101"),
    ],
)
def test_one_way_of_writing(text: str, kept: str) -> None:
    assert parsed(text).text == kept
    assert parsed(kept).text == kept


@pytest.mark.parametrize(
    "text",
    [
        "", "every Monday", "FREQ=HOURLY", "FREQ=WEEKLY;INTERVAL=0", "FREQ=WEEKLY;BYDAY=XX", "FREQ=WEEKLY;BYDAY=2MO",
        "FREQ=YEARLY;BYDAY=MO", "FREQ=MONTHLY;BYDAY=5MO", "FREQ=MONTHLY;BYMONTHDAY=32", "FREQ=WEEKLY;BYMONTHDAY=1",
        "FREQ=DAILY;COUNT=3;UNTIL=20270101", "FREQ=DAILY;UNTIL=tomorrow", "FREQ=DAILY;FREQ=DAILY", "FREQ=DAILY;BYSECOND=1",
        "FREQ=DAILY;COUNT=100000", "FREQ=WEEKLY;WKST=SU", "FREQ=MONTHLY;BYDAY=MO",
    ],
)  # fmt: skip
def test_what_nobody_could_say_in_a_sentence_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        parsed(text)


def test_days_and_weeks() -> None:
    wednesday = datetime(2026, 11, 25, 9)
    assert [at.day for at in first("FREQ=DAILY;INTERVAL=3", wednesday)] == [25, 28, 1, 4]
    assert [(at.month, at.day) for at in first("FREQ=WEEKLY;BYDAY=MO,WE", wednesday)] == [(11, 25), (11, 30), (12, 2), (12, 7)]
    assert all(at.hour == 9 for at in first("FREQ=WEEKLY", datetime(2026, 10, 19, 9)))


def test_the_beginning_counts_even_where_it_does_not_fit() -> None:
    wednesday = datetime(2026, 11, 25, 9)
    assert [at.day for at in first("FREQ=WEEKLY;BYDAY=MO", wednesday, 3)] == [25, 30, 7]


def test_months_and_years() -> None:
    assert [at.day for at in first("FREQ=MONTHLY;BYDAY=2TU", datetime(2026, 12, 8, 9))] == [8, 12, 9, 9]
    assert [at.day for at in first("FREQ=MONTHLY;BYDAY=-1FR", datetime(2026, 11, 27, 9))] == [27, 25, 29, 26]
    assert [at.day for at in first("FREQ=MONTHLY;BYMONTHDAY=-1", datetime(2026, 11, 30, 9))] == [30, 31, 31, 28]
    assert [at.month for at in first("FREQ=MONTHLY", datetime(2027, 1, 31, 9))] == [1, 3, 5, 7]  # no month is cut short
    assert [at.year for at in first("FREQ=YEARLY", datetime(2028, 2, 29, 9), 2)] == [2028, 2032]


def test_an_end_by_day_is_inclusive() -> None:
    assert [at.day for at in first("FREQ=DAILY;UNTIL=20261127", datetime(2026, 11, 25, 23, 30), 9)] == [25, 26, 27]


def test_a_number_of_times_becomes_a_day() -> None:
    start = datetime(2026, 11, 25, 9)
    assert parsed("FREQ=WEEKLY;BYDAY=MO,WE;COUNT=4").ended_from(start).until == date(2026, 12, 7)
    assert parsed("FREQ=DAILY;COUNT=1").ended_from(start).until == date(2026, 11, 25)
    assert parsed("FREQ=DAILY").ended_from(start) == Rule("DAILY")


@pytest.mark.parametrize(
    ("text", "old", "new", "then"),
    [
        ("FREQ=WEEKLY;BYDAY=MO,WE", (11, 30), (12, 1), "FREQ=WEEKLY;BYDAY=TU,TH"),
        ("FREQ=WEEKLY;BYDAY=SU", (11, 29), (11, 30), "FREQ=WEEKLY;BYDAY=MO"),
        ("FREQ=WEEKLY", (11, 30), (12, 1), "FREQ=WEEKLY"),
        ("FREQ=MONTHLY;BYDAY=2TU", (12, 8), (12, 16), "FREQ=MONTHLY;BYDAY=3WE"),
        ("FREQ=MONTHLY;BYDAY=-1FR", (11, 27), (11, 26), "FREQ=MONTHLY;BYDAY=-1TH"),
        ("FREQ=MONTHLY;BYDAY=-1FR", (11, 27), (11, 13), "FREQ=MONTHLY;BYDAY=2FR"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", (11, 30), (11, 28), "FREQ=MONTHLY;BYMONTHDAY=28"),
        ("FREQ=DAILY", (11, 30), (11, 28), "FREQ=DAILY"),
        ("FREQ=WEEKLY;UNTIL=20261231", (11, 30), (12, 2), "FREQ=WEEKLY;UNTIL=20270102"),
    ],
)
def test_a_rule_moves_with_what_it_repeats(text: str, old: tuple[int, int], new: tuple[int, int], then: str) -> None:
    assert parsed(text).moved(datetime(2026, *old, 9), datetime(2026, *new, 11)).text == then


def test_a_fifth_weekday_becomes_the_last() -> None:
    assert Rule("MONTHLY", weekdays=(0,), nth=4).moved(datetime(2026, 11, 23), datetime(2026, 11, 30)).nth == LAST
