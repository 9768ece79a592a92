"""Where entries stand in a calendar: the days that are shown, and the lanes of entries that overlap. No records, no words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Literal

Shape = Literal["day", "week", "month", "agenda"]
SHAPES: tuple[Shape, ...] = ("day", "week", "month", "agenda")
DAY = timedelta(days=1)
QUARTER = 15
QUARTERS = 96
"""Quarters of an hour in a day: the rows of the grid."""
AGENDA_DAYS = 30
SHORTEST = 2
"""Rows that an entry takes at least, so that its name can be read."""
COLUMNS = 12
"""Columns of a day in the grid, for one, two, three, four or six entries beside each other."""
_LANES = (1, 2, 3, 4, 6, 12)


@dataclass(frozen=True, slots=True)
class Entry:
    """A record in the calendar, in the reader's local time; `end` is where it ends, not the last day it touches."""

    object: str
    id: str
    label: str
    icon: str
    start: datetime
    end: datetime
    all_day: bool
    by: str
    """The field that it stands at."""
    movable: bool = False
    owner: str = ""
    hue: int = 1
    recurs: bool = False
    """One of a series."""
    stretches: bool = False
    """Whether it can be made longer."""

    @property
    def days(self) -> list[date]:
        """The days it touches."""
        last = max(self.start.date(), (self.end - timedelta(microseconds=1)).date())
        return [self.start.date() + DAY * n for n in range((last - self.start.date()).days + 1)]


@dataclass(frozen=True, slots=True)
class Block:
    """An entry in the grid of a day: rows are quarters of an hour, columns twelfths of the day's width, both from 1."""

    entry: Entry
    row: int
    rows: int
    column: int
    columns: int


def days_shown(shape: Shape, day: date) -> list[date]:
    """The days of a page: one, a week from Monday, whole weeks around a month, or some weeks ahead."""
    if shape == "day":
        return [day]
    if shape == "agenda":
        return [day + DAY * n for n in range(AGENDA_DAYS)]
    first = day.replace(day=1) if shape == "month" else day
    monday = first - DAY * first.weekday()
    if shape == "week":
        return [monday + DAY * n for n in range(7)]
    after = (first + DAY * 31).replace(day=1)
    weeks = -(-(after - monday).days // 7)
    return [monday + DAY * n for n in range(weeks * 7)]


def next_page(shape: Shape, day: date, step: Literal[-1, 1]) -> date:
    """The day that the page before or after is about."""
    if shape == "month":
        first = day.replace(day=1)
        return (first + DAY * 31).replace(day=1) if step > 0 else (first - DAY).replace(day=1)
    return day + DAY * step * {"day": 1, "week": 7, "agenda": AGENDA_DAYS}[shape]


def blocks_of(entries: Sequence[Entry], day: date) -> list[Block]:
    """The timed entries of a day, those that overlap beside each other."""
    blocks = [_block(entry, day) for entry in sorted(entries, key=lambda e: (e.start, -e.end.timestamp(), e.label, e.id))]
    placed: list[Block] = []
    cluster: list[Block] = []
    for block in blocks:
        if cluster and block.row >= max(b.row + b.rows for b in cluster):
            placed += _side_by_side(cluster)
            cluster = []
        cluster.append(block)
    return placed + _side_by_side(cluster)


def row_of(at: datetime) -> int:
    """The row of a moment, from 1."""
    return at.hour * 60 // QUARTER + at.minute // QUARTER + 1


def _block(entry: Entry, day: date) -> Block:
    midnight = datetime.combine(day, time(), entry.start.tzinfo)
    start = row_of(entry.start) if entry.start > midnight else 1
    ends_later = entry.end.date() > day
    end = QUARTERS + 1 if ends_later else max(row_of(entry.end - timedelta(microseconds=1)) + 1, start + SHORTEST)
    start = min(start, QUARTERS + 1 - SHORTEST)
    return Block(entry, start, min(end, QUARTERS + 1) - start, 1, COLUMNS)


def _side_by_side(cluster: Sequence[Block]) -> list[Block]:
    """Each in the first lane that is free; all lanes equally wide. What finds no lane shares the last one."""
    ends: list[int] = []
    lanes: list[int] = []
    for block in cluster:
        lane = next((n for n, end in enumerate(ends) if end <= block.row), len(ends))
        if lane == len(ends):
            ends.append(0)
        ends[lane] = block.row + block.rows
        lanes.append(lane)
    count = next((n for n in _LANES if n >= len(ends)), COLUMNS)
    width = COLUMNS // count
    return [
        replace(block, column=min(lane, count - 1) * width + 1, columns=width) for block, lane in zip(cluster, lanes, strict=True)
    ]
