"""Filters as values of forms: JSON without spaces."""

from __future__ import annotations

import json
from typing import Any


def filter_text(where: Any) -> str:
    """The text of a filter; empty for none."""
    return "" if where is None else json.dumps(where, ensure_ascii=False, separators=(",", ":"))


def filter_from(text: str) -> dict[str, Any] | None:
    """The filter that a text holds, if it holds one; whether it can be asked is for those to say who read it."""
    try:
        found = json.loads(text or "null")
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
