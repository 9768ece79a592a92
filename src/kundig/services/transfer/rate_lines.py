"""Exchange rates as people type and paste them: lines such as `USD;2026-01-01;0.92` or `USD;01.01.2026;0,92`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from kundig.base.i18n import Text, t
from kundig.engine.policy.rates import Rates, read_rate
from kundig.engine.schema.fields.contract import Refused
from kundig.engine.schema.fields.money import currencies
from kundig.services.transfer.cells.dates import day_of
from kundig.services.transfer.cells.style import Style

MOST_LINES = 20_000
_SPACES = re.compile(r"[\s\u00a0\u202f'’]")
_PARTS = 3


def typed_currency(text: str) -> str:
    """A currency by its code, in small letters too; raises Refused."""
    code = text.strip().upper()
    if code not in currencies():
        raise Refused("bad_currency", t("Give a currency by its ISO 4217 code, such as EUR."))
    return code


def typed_day(text: str, language: str) -> date:
    """A day as a language writes it, or ISO; raises Refused."""
    try:
        return day_of(text.strip(), Style(language="de" if language == "de" else "en"))
    except Refused:
        raise Refused("bad_value", t("Give a day such as 2026-01-31.")) from None


def typed_rate(text: str) -> Decimal:
    """A rate with a point or a comma, whatever the language: rates have no thousands as a rule, so one mark alone is decimal."""
    compact = _SPACES.sub("", text)
    marks = [mark for mark in compact if mark in ".,"]
    if marks and (len(marks) == 1 or len(set(marks)) > 1):
        whole, _, part = compact.rpartition(marks[-1])
        compact = f"{re.sub('[.,]', '', whole) or '0'}.{part}"
    else:
        compact = re.sub("[.,]", "", compact)
    try:
        return read_rate(compact)
    except Refused as refused:
        if refused.code == "too_small":
            raise
        raise Refused("bad_value", t("Give a rate such as {example}, more than 0.", example="0.92")) from None


def read_lines(text: str, language: str) -> tuple[Rates, list[Text]]:
    """The rates of pasted lines, the later of two for one day; and what is wrong with which line."""
    found: Rates = {}
    wrong: list[Text] = []
    for number, line in _lines(text):
        try:
            currency, day, rate = _parts(line)
            found[typed_currency(currency), typed_day(day, language)] = typed_rate(rate)
        except Refused as refused:
            wrong.append(t("Line {number}: {reason}", number=number, reason=refused.text))
    return found, wrong


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their numbers, without empty ones and a heading."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not (number == 1 and not re.search(r"\d", line)):
            yield number, line


def _parts(line: str) -> list[str]:
    for mark in (";", "\t", ","):
        parts = line.strip().strip(mark).split(mark)
        if len(parts) == _PARTS:
            return parts
    raise Refused("bad_value", t("Write currency, day and rate, such as {example}.", example="USD;2026-01-31;0.92"))
