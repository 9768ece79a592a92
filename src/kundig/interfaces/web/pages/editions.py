"""Of two who edit the same definition the second is told: a form says what it began with."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec


def edition(definition: Any) -> str:
    """A short mark of what a definition says; another one later means that somebody has changed it."""
    return hashlib.sha256(msgspec.json.encode(definition, order="deterministic")).hexdigest()[:16]
