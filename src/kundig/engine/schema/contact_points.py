"""Which fields hold contact points (e-mail addresses, phone numbers, domains), and the values in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kundig.engine.schema.bound import BoundField


def contact_kind(field: BoundField) -> str | None:
    """`email`, `phone`, `domain`, or None for a field without contact points."""
    return field.type.contact


def contact_values(value: Any) -> Iterator[str]:
    """The bare values of a stored list, each of which is a string or has a `value`."""
    for item in value or ():
        yield item if isinstance(item, str) else item["value"]
