"""Keeps spreadsheets from taking a text for a formula. Numbers are no texts: a negative one stays what it is."""

from __future__ import annotations

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def guarded(text: str) -> str:
    """The text, with `'` before it if a spreadsheet would calculate with it. The import takes it off again."""
    return f"'{text}" if text.startswith(_FORMULA) else text
