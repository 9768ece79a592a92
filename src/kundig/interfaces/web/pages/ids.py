"""Ids in addresses."""

from __future__ import annotations

from uuid import UUID

from kundig.base.errors import Missing
from kundig.engine.records.lookup import parse_id


def record_id(text: str) -> UUID:
    """The id in an address; what is none leads nowhere."""
    found = parse_id(text)
    if found is None:
        raise Missing
    return found
