"""A day as a bar from early to late, and the times at which nobody is busy. No records, no words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

FIRST, LAST = 6, 22
"""The hours that are shown."""
MORNING, EVENING = time(8), time(18)
"""Between these everybody may be asked, on working days."""
QUARTER = timedelta(minutes=15)
SLOTS = 3
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """A time within the shown hours: columns are quarters of an hour, from 1."""

    column: int
    columns: int
    starts: datetime
    ends: datetime
    label: str
    all_day: bool = False


def bars_of(times: Iterable[tuple[datetime, datetime, str, bool]], day: date) -> list[Bar]:
    """What of some times falls into the shown hours of a day."""
    first, last = datetime.combine(day, time(FIRST)), datetime.combine(day, time(LAST))
    found = []
    for starts, ends, label, all_day in times:
        begins, until = max(starts, first), min(ends, last)
        if begins < until:
            column, end = (begins - first) // QUARTER, -((first - until) // QUARTER)
            found.append(Bar(column + 1, max(end - column, 1), starts, ends, label, all_day))
    return found


def free_slots(
    taken: Sequence[tuple[datetime, datetime]], after: datetime, length: timedelta, within: timedelta
) -> Iterator[tuple[datetime, datetime]]:
    """The next times of a length at which nothing is taken: in working hours, at most `SLOTS`, none that touch each other."""
    at, end, count = _next_quarter(after), after + within, 0
    while at < end and count < SLOTS:
        begins, closes = datetime.combine(at.date(), MORNING), datetime.combine(at.date(), EVENING)
        if at.weekday() >= SATURDAY or at + length > closes:
            at = datetime.combine(at.date() + timedelta(days=1), MORNING)
            if length > closes - begins:
                return
        elif at < begins:
            at = begins
        elif clashes := [until for starts, until in taken if starts < at + length and until > at]:
            at = _next_quarter(max(clashes))
        else:
            yield at, at + length
            count += 1
            at += length


def _next_quarter(at: datetime) -> datetime:
    past = timedelta(minutes=at.minute % 15, seconds=at.second, microseconds=at.microsecond)
    return at if not past else at - past + QUARTER
