"""Numbers, money and durations as people write them in German and English."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from kundig.base.i18n import t
from kundig.engine.schema.fields.contract import Refused
from kundig.services.transfer.cells.style import Style
from kundig.services.transfer.files.csv_rows import Cell

_SPACES = "\u0020\u00a0\u202f\u2009"
_MINUS = str.maketrans({"−": "-", "\u2010": "-", "\u2011": "-", "–": "-", "’": "'"})
_DIGITS = 40
_GROUPED = {
    "de": re.compile(rf"(\d{{1,3}}(?:[.'{_SPACES}]\d{{3}})+|\d+)(?:,(\d+))?"),
    "en": re.compile(rf"(\d{{1,3}}(?:[,'{_SPACES}]\d{{3}})+|\d*)(?:\.(\d+))?"),
}
_MARKS = re.compile(rf"[.,'{_SPACES}]")
_SIGNS = {"€": "EUR", "US$": "USD", "$": "USD", "£": "GBP", "¥": "JPY", "zł": "PLN", "Kč": "CZK", "Fr.": "CHF", "SFr.": "CHF"}
_CODE = r"(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])"
_CURRENCY = re.compile("|".join([*map(re.escape, sorted(_SIGNS, key=len, reverse=True)), _CODE]))
_CLOCK = re.compile(r"(\d+):([0-5]?\d)(?::([0-5]?\d))?")
_SPAN = re.compile(r"([\d.,]+)\s*(h|std\.?|stunden?|hours?|min\.?|minuten?|minutes?|s|sek\.?|sekunden?|seconds?)", re.IGNORECASE)


def read_decimal(cell: Cell, style: Style) -> Decimal:
    """A number: `1.234,50` in German, `1,234.50` in English; a sign before or after it, or brackets, make it negative."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        number = Decimal(repr(cell))
    elif isinstance(cell, str):
        number = _written(cell.translate(_MINUS).strip(_SPACES), style)
    else:
        raise _no_number(style)
    return number * style.scale if style.scale is not None else number


def _written(text: str, style: Style) -> Decimal:
    negative = False
    if text.startswith("(") and text.endswith(")"):
        negative, text = True, text[1:-1]
    elif text[:1] in {"-", "+"}:
        negative, text = text[0] == "-", text[1:]
    elif text.endswith("-"):
        negative, text = True, text[:-1]
    found = _GROUPED[style.language].fullmatch(text.strip(_SPACES))
    if found is None or not (found[1] or found[2]) or len(text) > _DIGITS:
        raise _no_number(style)
    number = Decimal(f"{_MARKS.sub('', found[1]) or '0'}.{found[2] or '0'}" if found[2] else _MARKS.sub("", found[1]))
    return -number if negative else number


def _no_number(style: Style) -> Refused:
    example = "1.234,50" if style.language == "de" else "1,234.50"
    return Refused("bad_value", t("This is not a number. Write numbers as {example}.", example=example))


def plain(number: Decimal) -> str:
    """A decimal in the contract's spelling: digits with a point, never an exponent, no superfluous zeros made by scaling."""
    if number.is_zero():
        number = abs(number)
    return format(number, "f")


def read_number(cell: Cell, style: Style) -> Any:
    """A JSON number: whole where it is whole."""
    number = read_decimal(cell, style)
    return int(number) if number == number.to_integral_value() else float(number)


def read_exact(cell: Cell, style: Style) -> str:
    """A decimal as a string."""
    return plain(read_decimal(cell, style))


def read_percent(cell: Cell, style: Style) -> str:
    """A decimal with or without a percent sign."""
    return plain(read_decimal(cell.replace("%", "").strip(_SPACES) if isinstance(cell, str) else cell, style))


def read_money(cell: Cell, style: Style) -> dict[str, str]:
    """An amount, with its currency if the cell names one by sign or code."""
    if not isinstance(cell, str):
        return {"amount": plain(read_decimal(cell, style))}
    found = _CURRENCY.search(cell)
    rest = cell[: found.start()] + cell[found.end() :] if found else cell
    # "-€ 12" and "- 12 €" alike leave blanks between sign and figure
    amount = plain(read_decimal(re.sub(rf"^([(+-]?)[{_SPACES}]+", r"\1", rest.translate(_MINUS).strip(_SPACES)), style))
    return {"amount": amount, "currency": _SIGNS.get(found[0], found[0])} if found else {"amount": amount}


def read_duration(cell: Cell, style: Style) -> int:
    """Seconds: a plain number of them, `1:30` or `1:30:00` (hours first), `90 min`, `1,5 h`."""
    if isinstance(cell, str):
        text = cell.strip()
        if clock := _CLOCK.fullmatch(text):
            return int(clock[1]) * 3600 + int(clock[2]) * 60 + int(clock[3] or 0)
        if span := _SPAN.fullmatch(text):
            unit = {"h": 3600, "m": 60}.get(span[2][0].lower(), 1)
            unit = 3600 if span[2].lower().startswith("st") else unit
            return int(read_decimal(span[1], style) * unit)
    return int(read_decimal(cell, style))
