"""Rows as CSV: by default for programs (comma, point, ISO dates), localized for people (as a spreadsheet of their language)."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from kundig.base.i18n import t
from kundig.services.transfer.sheets.columns import Column, Flat
from kundig.services.transfer.sheets.guard import guarded

_MARK = b"\xef\xbb\xbf"
"""Spreadsheets know by this that a file is UTF-8; programs would take it for part of the first name."""
_DAYS = {"de": "%d.%m.%Y"}


def csv_head(columns: Sequence[Column], *, localized: bool, language: str) -> bytes:
    """The first row."""
    return (_MARK if localized else b"") + _written([[guarded(column.header) for column in columns]], localized, language)


def csv_page(columns: Sequence[Column], records: Iterable[Mapping[str, Any]], *, localized: bool, language: str) -> bytes:
    """Some rows."""
    cell = _localized(language) if localized else _plain
    return _written([[cell(column.take(record.get(column.name))) for column in columns] for record in records], localized, language)


def _written(rows: Iterable[Sequence[str]], localized: bool, language: str) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";" if localized and language == "de" else ",").writerows(rows)
    return text.getvalue().encode()


def _plain(value: Flat) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return guarded(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value, "f") if isinstance(value, Decimal) else value.isoformat()


def _localized(language: str) -> Callable[[Flat], str]:
    day, yes, no = _DAYS.get(language, "%Y-%m-%d"), t("yes").render(language), t("no").render(language)

    def cell(value: Flat) -> str:
        if isinstance(value, bool):
            return yes if value else no
        if isinstance(value, Decimal):
            return format(value, "f").replace(".", ",") if language == "de" else format(value, "f")
        if isinstance(value, datetime):
            return value.strftime(f"{day} %H:%M:%S")
        return value.strftime(day) if isinstance(value, date) else _plain(value)

    return cell
