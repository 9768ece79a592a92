"""Dates and times as people write them in German and English; ISO 8601 always."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from functools import cache
from typing import Any

from babel import Locale

from kundig.base.i18n import LANGUAGES, t
from kundig.engine.schema.fields.contract import Refused
from kundig.services.transfer.cells.style import Style
from kundig.services.transfer.files.csv_rows import Cell

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_FIGURES = re.compile(r"(\d{1,4})([./-])\s?(\d{1,2})\2\s?(\d{1,4})")
_NAMED = re.compile(r"(?:(\d{1,2})\.?[ -]?([^\W\d]+)\.?,?[ -]?(\d{4}))|(?:([^\W\d]+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4}))")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,6})\d*)?)?\s*([AaPp]\.?[Mm]\.?)?(?:\s*Uhr)?")
_OFFSET = re.compile(r"\s*(Z|[+-]\d{2}:?\d{2})$")
_ODD_SPACES = str.maketrans({"\u202f": " ", "\u00a0": " ", "\u2009": " "})
_PIVOT = 69
"""Two figures of a year: 69 to 99 belong to the last century, as POSIX has it."""


def read_date(cell: Cell, style: Style) -> str:
    """A day as `2026-11-23`."""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    text = str(cell).translate(_ODD_SPACES).strip()
    # spreadsheets add midnight to a day
    text = re.sub(r"[ T]0{1,2}:00(:00(\.0+)?)?$", "", text)
    return day_of(text, style).isoformat()


def day_of(text: str, style: Style) -> date:
    """The day that a text means; raises Refused with what is wrong."""
    year, month, day = _parts(text, style)
    try:
        return date(year, month, day)
    except ValueError:
        raise Refused("bad_value", t("There is no such day.")) from None


def _parts(text: str, style: Style) -> tuple[int, int, int]:
    if iso := _ISO.fullmatch(text):
        return int(iso[1]), int(iso[2]), int(iso[3])
    if named := _NAMED.fullmatch(text):
        day, name, year = (named[1], named[2], named[3]) if named[1] else (named[5], named[4], named[6])
        month = _months().get(name.lower().rstrip("."))
        if month is None:
            raise _no_date(style)
        return int(year), month, int(day)
    figures = _FIGURES.fullmatch(text)
    if figures is None:
        raise _no_date(style)
    first, separator, second, third = figures.groups()
    if len(first) == 4:
        return int(first), int(second), int(third)
    # dots are written by those who put the day first
    order = style.date_order or ("dmy" if separator == "." else None)
    if order is None:
        raise Refused("bad_value", t("Say for this import whether day or month comes first in dates, or write 2026-12-31."))
    if order == "ymd":
        return _year(first), int(second), int(third)
    if order == "mdy":
        return _year(third), int(first), int(second)
    return _year(third), int(second), int(first)


def _year(figures: str) -> int:
    year = int(figures)
    return year if len(figures) > 2 else year + (1900 if year >= _PIVOT else 2000)


def _no_date(style: Style) -> Refused:
    examples = {"dmy": "31.12.2026" if style.language == "de" else "31/12/2026", "mdy": "12/31/2026", "ymd": "26-12-31"}
    example = examples.get(style.date_order or "", "Dec 31, 2026")
    return Refused("bad_value", t("This is not a date. Write dates as {example} or 2026-12-31.", example=example))


@cache
def _months() -> dict[str, int]:
    """Names of months in all languages, whole and abbreviated, in lower case without dots."""
    return {
        name.lower().rstrip("."): number
        for language in LANGUAGES
        for context in ("format", "stand-alone")
        for width in ("wide", "abbreviated")
        for number, name in Locale(language).months[context][width].items()
    } | {"jän": 1, "jänner": 1, "mrz": 3, "sept": 9}


def read_datetime(cell: Cell, style: Style) -> str:
    """An instant as RFC 3339 in UTC; without an offset it is meant in the time zone of the import, without a time at midnight."""
    if isinstance(cell, datetime):
        return _instant(cell, style)
    if isinstance(cell, date):
        return _instant(datetime.combine(cell, time()), style)
    text = str(cell).translate(_ODD_SPACES).strip()
    offset = _OFFSET.search(text) if ":" in text else None
    if offset:
        text = text[: offset.start()]
    at = _TIME.search(text)
    clock = _clock(at) if at else time()
    day_text = re.sub(r"(?:[\s,]|\bum\b|\bat\b|T)+$", "", text[: at.start()] if at else text)
    if at and text[at.end() :].strip():
        raise _no_date(style)
    moment = datetime.combine(day_of(day_text, style), clock)
    if offset:
        moment = datetime.fromisoformat(f"{moment.isoformat()}{'+00:00' if offset[1] == 'Z' else offset[1]}")
    return _instant(moment, style)


def _clock(at: re.Match[str]) -> time:
    hour, half = int(at[1]), (at[5] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise Refused("bad_value", t("There is no such time."))
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    try:
        return time(hour, int(at[2]), int(at[3] or 0), int((at[4] or "0").ljust(6, "0")))
    except ValueError:
        raise Refused("bad_value", t("There is no such time.")) from None


def _instant(moment: datetime, style: Style) -> str:
    try:
        utc: Any = (moment if moment.tzinfo else moment.replace(tzinfo=style.zone)).astimezone(UTC)
    except OverflowError:
        raise Refused("bad_value", t("There is no such day.")) from None
    return f"{utc.replace(tzinfo=None).isoformat()}Z"
