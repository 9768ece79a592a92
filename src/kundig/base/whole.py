"""Whole numbers as people and addresses write them: they come in any length, and `int` raises at thousands of digits."""

from __future__ import annotations

MOST = 2**31 - 1
"""The largest that the database keeps in an ordinary column."""
_DIGITS = 19
"""Of the largest that it keeps at all."""


def whole(text: str, most: int = MOST) -> int | None:
    """The number from 0 to `most` that a text writes; None for every other text, however long."""
    if not (text.isascii() and text.isdecimal()) or len(text) > _DIGITS:
        return None
    return number if (number := int(text)) <= most else None
