"""Numbers, money, dates and durations as people of a language write them (CLDR through Babel), in their time zone.

A page shows hundreds of values, and Babel takes 25 to 50 µs for each; so patterns are asked for once and dates are remembered.
Values come as Python objects or as contract JSON (`"2026-11-23"`, `"12.50"`, `{"amount": …, "currency": …}`); None is an empty
text.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time, format_timedelta
from babel.numbers import format_compact_currency, format_compact_decimal, format_currency, format_percent, get_currency_precision
from babel.units import format_unit

from kundig.base.i18n import t

Number = int | float | Decimal | str
DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Formats:
    """How values look to one reader."""

    language: str
    zone: ZoneInfo

    def number(self, value: Number | None, digits: int | None = None) -> str:
        """`12,345.5`; with `digits` exactly so many after the point, else as many as the value has."""
        return "" if value is None else _number(Decimal(str(value)), digits, self.language)

    def percent(self, value: Number | None) -> str:
        """`12.5%`; the value is what is shown, 12.5 and not 0.125."""
        if value is None:
            return ""
        before, after = _percent_affixes(self.language)
        return f"{before}{self.number(value)}{after}"

    def money(self, value: Mapping[str, Any] | None, digits: int | None = None) -> str:
        """`€12,345.60` for `{"amount": …, "currency": …}`; the currency's own digits, or as many as said."""
        if not value or value.get("amount") is None:
            return ""
        amount, currency = Decimal(str(value["amount"])), str(value["currency"])
        before, after = _currency_affixes(currency, self.language)
        sign, amount = ("-", -amount) if amount < 0 else ("", amount)
        places = get_currency_precision(currency) if digits is None else digits
        return f"{sign}{before}{_number(amount, places, self.language)}{after}"

    def money_short(self, value: Mapping[str, Any] | None) -> str:
        """`€86.5K`, for heads of columns and tiles; in full where the language does not shorten (German below a million)."""
        if not value or value.get("amount") is None:
            return ""
        amount = Decimal(str(value["amount"]))
        short = _money_short(amount, str(value["currency"]), self.language)
        return self.money(value, digits=0) if _is_full(amount, short) else short

    def count(self, value: int | None) -> str:
        """`12,345`, and from a hundred thousand on `124K`, for badges."""
        if value is None:
            return ""
        if abs(value) < 100_000:
            return self.number(value)
        short = str(format_compact_decimal(value, locale=self.language, fraction_digits=0))
        return self.number(value) if _is_full(Decimal(value), short) else short

    def date(self, value: dt.date | str | None) -> str:
        """`Nov 23, 2026`."""
        return "" if not value else _date(_day(value), self.language)

    def time(self, value: dt.datetime | dt.time | str | None) -> str:
        """`3:42 PM`, of a moment in the reader's zone."""
        if value is None or value == "":
            return ""
        at = value if isinstance(value, dt.time) else self.local(value).time()
        return _time(at.hour, at.minute, self.language)

    def datetime(self, value: dt.datetime | str | None) -> str:
        """`Nov 23, 2026, 3:42 PM` in the reader's zone."""
        if not value:
            return ""
        at = self.local(value)
        return f"{_date(at.date(), self.language)}, {_time(at.hour, at.minute, self.language)}"

    def month(self, value: dt.date | str) -> str:
        """`November 2026`."""
        return str(format_date(_day(value), "LLLL yyyy", locale=self.language))

    def relative(self, value: dt.datetime | str | None, now: dt.datetime | None = None) -> str:
        """`12 min. ago` within a day, `yesterday` and `tomorrow` by the calendar, else the date."""
        if not value:
            return ""
        at, present = self.local(value), (now or dt.datetime.now(dt.UTC)).astimezone(self.zone)
        apart = at - present
        if abs(apart) < dt.timedelta(minutes=1):
            return t("just now").render(self.language)
        if at.date() == present.date() or abs(apart) < dt.timedelta(hours=6):
            return _apart(round(apart.total_seconds() / 60), self.language)
        if at.date() == present.date() - DAY:
            return t("yesterday").render(self.language)
        if at.date() == present.date() + DAY:
            return t("tomorrow").render(self.language)
        return _date(at.date(), self.language)

    def duration(self, seconds: Number | None) -> str:
        """`1 hr 25 min`."""
        return "" if seconds is None else _duration(int(Decimal(str(seconds))), self.language)

    def weekday(self, value: dt.date | str) -> str:
        """`Mon, Nov 23`, for headings of days."""
        return _weekday(_day(value), self.language)

    def local(self, value: dt.datetime | str) -> dt.datetime:
        """A moment in the reader's zone; one without a zone is taken for UTC."""
        at = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
        return (at if at.tzinfo else at.replace(tzinfo=dt.UTC)).astimezone(self.zone)


@lru_cache(maxsize=128)
def formats(language: str, zone: str) -> Formats:
    """The formats of a language and a zone."""
    return Formats(language, ZoneInfo(zone))


@lru_cache
def _symbols(language: str) -> dict[int, str]:
    """What turns Python's `1,234.5` into the language's own."""
    symbols = Locale.parse(language).number_symbols["latn"]
    return {ord(","): str(symbols["group"]), ord("."): str(symbols["decimal"])}


def _number(value: Decimal, digits: int | None, language: str) -> str:
    text = f"{value:,f}" if digits is None else f"{value:,.{digits}f}"
    if digits is None and "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.translate(_symbols(language))


@lru_cache
def _currency_affixes(currency: str, language: str) -> tuple[str, str]:
    one = str(format_currency(Decimal(1), currency, locale=language, currency_digits=False))
    before, _, after = one.partition("1")
    return before, after.lstrip(",.0")


@lru_cache
def _percent_affixes(language: str) -> tuple[str, str]:
    before, _, after = str(format_percent(Decimal("0.01"), locale=language)).partition("1")
    return before, after


@lru_cache(maxsize=4096)
def _money_short(amount: Decimal, currency: str, language: str) -> str:
    return str(format_compact_currency(amount, currency, locale=language, fraction_digits=1))


def _is_full(amount: Decimal, short: str) -> bool:
    """Whether the language left a figure as it is: then it lacks its separators too."""
    return abs(amount) < 1000 or str(round(abs(amount))) in short


@lru_cache(maxsize=8192)
def _date(day: dt.date, language: str) -> str:
    return str(format_date(day, "medium", locale=language))


@lru_cache(maxsize=1024)
def _weekday(day: dt.date, language: str) -> str:
    return str(format_date(day, "EEE, d. MMM" if language == "de" else "EEE, MMM d", locale=language))


@lru_cache(maxsize=4096)
def _time(hour: int, minute: int, language: str) -> str:
    return str(format_time(dt.time(hour, minute), "short", locale=language))


@lru_cache(maxsize=4096)
def _apart(minutes: int, language: str) -> str:
    return str(format_timedelta(dt.timedelta(minutes=minutes), locale=language, add_direction=True, format="short", threshold=1))


@lru_cache(maxsize=4096)
def _duration(seconds: int, language: str) -> str:
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    parts = [(hours, "hour"), (minutes, "minute")] if seconds >= 60 else [(rest, "second")]
    shown = [str(format_unit(n, f"duration-{unit}", length="short", locale=language)) for n, unit in parts if n]
    return sign + (" ".join(shown) or str(format_unit(0, "duration-minute", length="short", locale=language)))


def _day(value: dt.date | str) -> dt.date:
    if isinstance(value, str):
        return dt.date.fromisoformat(value[:10])
    return value.date() if isinstance(value, dt.datetime) else value
