"""Filters that programs put together, as JSON."""

from __future__ import annotations

from typing import Any


def both(first: dict[str, Any] | None, second: dict[str, Any] | None) -> dict[str, Any] | None:
    """A filter that demands what two demand; None is one that demands nothing."""
    if first is None or second is None:
        return second if first is None else first
    return {"all": [first, second]}
