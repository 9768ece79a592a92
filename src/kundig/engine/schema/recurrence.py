"""Rules by which something happens again and again: those of RFC 5545 that people can say in a sentence.

Everything here is in local time without a zone: nine o'clock stays nine o'clock, whatever the clocks do.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from kundig.base.errors import Malformed
from kundig.base.i18n import Text, t
from kundig.base.whole import whole

Frequency = Literal["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]
FREQUENCIES: tuple[Frequency, ...] = get_args(Frequency)
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
LAST = -1
MOST_EVERY = 99
MOST_TIMES = 999
_DATE = 8


@dataclass(frozen=True, slots=True)
class Rule:
    """Every `every` days, weeks, months or years. Without `weekdays` and `month_day` on the day that it begins on."""

    frequency: Frequency
    every: int = 1
    weekdays: tuple[int, ...] = ()
    """From 0 for Monday. Of months only one, with `nth`."""
    nth: int | None = None
    """Of months: which of those weekdays, `LAST` for the last one."""
    month_day: int | None = None
    """Of months: the day, `LAST` for the last one."""
    until: date | None = None
    """The last day on which it may happen."""
    times: int | None = None
    """How often in all; `ended_from` makes a day of it."""

    @property
    def text(self) -> str:
        """As RFC 5545 writes it."""
        days = [f"{self.nth or ''}{DAYS[day]}" for day in self.weekdays]
        parts = {
            "FREQ": self.frequency,
            "INTERVAL": str(self.every) if self.every > 1 else "",
            "BYDAY": ",".join(days),
            "BYMONTHDAY": str(self.month_day or ""),
            "UNTIL": self.until.strftime("%Y%m%d") if self.until else "",
            "COUNT": str(self.times or ""),
        }
        return ";".join(f"{name}={value}" for name, value in parts.items() if value)

    def after(self, start: datetime, *, inclusive: bool = False) -> Iterator[datetime]:
        """When it happens from a time on at which it does; `start` itself first if `inclusive`, whether it fits the rule or not."""
        if inclusive:
            yield start
        endless = replace(self, until=None, times=None)
        for at in rrulestr(endless.text, dtstart=start):
            if self.until is not None and at.date() > self.until:
                return
            if at > start:
                yield at

    def ended_from(self, start: datetime) -> Rule:
        """The same rule with a last day instead of a number of times, so that it can go on from any of its times."""
        if self.times is None:
            return self
        last = start
        for count, at in enumerate(replace(self, times=None).after(start, inclusive=True), 1):
            last = at
            if count >= self.times:
                break
        return replace(self, times=None, until=last.date())

    def moved(self, old: datetime, new: datetime) -> Rule:
        """The rule once what it repeats has moved from one day to another."""
        days = (new.date() - old.date()).days
        if days == 0:
            return self
        rule = replace(self, until=self.until and self.until + timedelta(days=days))
        if rule.nth is not None:
            place = (new.day - 1) // 7 + 1
            is_last = new.day + 7 > calendar.monthrange(new.year, new.month)[1]
            nth = LAST if place > 4 or (rule.nth == LAST and is_last) else place
            return replace(rule, nth=nth, weekdays=(new.weekday(),))
        if rule.month_day is not None:
            return replace(rule, month_day=new.day)
        return replace(rule, weekdays=tuple(sorted((day + days) % 7 for day in rule.weekdays)))


def parse_rule(text: str, zone: ZoneInfo) -> Rule:
    """A rule as text; raises Malformed with what is wrong. An end at an instant becomes the day that it is on in `zone`."""
    parts = {}
    for part in text.strip().upper().removeprefix("RRULE:").split(";"):
        name, equals, value = part.partition("=")
        if not equals or name in parts:
            raise Malformed(_EXAMPLE)
        parts[name] = value
    if unknown := parts.keys() - {"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "UNTIL", "COUNT", "WKST"}:
        raise Malformed(t("{part} is not possible in a rule here.", part=min(unknown)))
    frequency: Frequency | None = next((f for f in FREQUENCIES if f == parts.get("FREQ")), None)
    if frequency is None:
        raise Malformed(t("A rule begins with how often: FREQ=DAILY, WEEKLY, MONTHLY or YEARLY."))
    if parts.get("WKST", "MO") != "MO" or {"UNTIL", "COUNT"} <= parts.keys():
        raise Malformed(_EXAMPLE)
    rule = Rule(
        frequency,
        _number(parts.get("INTERVAL", "1"), MOST_EVERY),
        until=_until(parts["UNTIL"], zone) if "UNTIL" in parts else None,
        times=_number(parts["COUNT"], MOST_TIMES) if "COUNT" in parts else None,
    )
    return _with_days(rule, parts.get("BYDAY", ""), parts.get("BYMONTHDAY", ""))


def _with_days(rule: Rule, by_day: str, by_month_day: str) -> Rule:
    if by_month_day:
        if rule.frequency != "MONTHLY" or by_day:
            raise Malformed(t("A day of the month is possible only in a rule for months."))
        return replace(rule, month_day=LAST if by_month_day == str(LAST) else _number(by_month_day, 31))
    if not by_day:
        return rule
    found = [(entry[:-2], entry[-2:]) for entry in by_day.split(",")]
    if any(day not in DAYS for _, day in found):
        raise Malformed(_EXAMPLE)
    days = tuple(sorted({DAYS.index(day) for _, day in found}))
    which = found[0][0].removeprefix("+")
    if rule.frequency == "MONTHLY" and len(found) == 1 and which in ("1", "2", "3", "4", str(LAST)):
        return replace(rule, nth=int(which), weekdays=days)
    every_day = rule.frequency == "DAILY" and rule.every == 1
    if any(place for place, _ in found) or not (rule.frequency == "WEEKLY" or every_day):
        raise Malformed(t("Weekdays are possible in a rule for weeks, and one of them, such as 2MO or -1FR, in a rule for months."))
    return replace(rule, frequency="WEEKLY", weekdays=days)


def _number(text: str, most: int) -> int:
    number = whole(text, most)
    if not number:
        raise Malformed(t("Give a number from 1 to {most} in the rule.", most=most))
    return number


def _until(text: str, zone: ZoneInfo) -> date:
    try:
        if len(text) == _DATE:
            return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone
        at = datetime.strptime(text.removesuffix("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - the zone follows
        return at.replace(tzinfo=UTC).astimezone(zone).date() if text.endswith("Z") else at.date()
    except ValueError:
        raise Malformed(t("The rule's end has to be a day, such as UNTIL=20261231.")) from None


_EXAMPLE: Text = t("Give a rule such as FREQ=WEEKLY;BYDAY=MO,WE or FREQ=MONTHLY;BYDAY=2TU.")
