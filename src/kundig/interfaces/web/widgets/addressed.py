"""Plain texts of an address → contract JSON, to fill a form with. What can't be read fills nothing: an address may be mistyped."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from kundig.engine.schema.bound import BoundField
from kundig.engine.schema.fields.rich_text import sanitised
from kundig.interfaces.web.widgets.choosing import widget_of

_WHOLE = re.compile(r"[+-]?\d{1,18}")
_NUMBER = re.compile(r"[+-]?\d{1,18}(\.\d{1,9})?")
_YEARS = range(2, 9999)
"""Years in which every zone has a clock."""


def addressed(field: BoundField, text: str) -> Any:
    """The value of a field that is no link; None where the text is none, or the value has several parts."""
    return READERS.get(widget_of(field), _text)(text.strip())


def _text(text: str) -> Any:
    return text or None


def _rich(text: str) -> Any:
    return sanitised(text) or None  # a control shows it as markup before anything is written


def _nothing(_: str) -> None:
    return None


def _whole(text: str) -> Any:
    return int(text) if _WHOLE.fullmatch(text) else None


def _decimal(text: str) -> Any:
    return text if _NUMBER.fullmatch(text) else None


def _money(text: str) -> Any:
    return {"amount": text} if _NUMBER.fullmatch(text) else None


def _boolean(text: str) -> Any:
    return {"1": True, "true": True, "0": False, "false": False}.get(text)


def _datetime(text: str) -> Any:
    try:
        return text if datetime.fromisoformat(text).year in _YEARS else None
    except ValueError:
        return None


def _list(text: str) -> Any:
    return [text] if text else None


READERS: Mapping[str, Callable[[str], Any]] = {
    "rich_text": _rich,
    "number": _whole,
    "duration": _whole,
    "decimal": _decimal,
    "percent": _decimal,
    "money": _money,
    "boolean": _boolean,
    "datetime": _datetime,
    "choices": _list,
    "lines": _list,
    "tags": _list,
    "address": _nothing,
    "translated": _nothing,
    "translated_long": _nothing,
    "recurrence": _nothing,
    "json": _nothing,
    "file": _nothing,
}
"""Widgets whose value is not the text itself."""
