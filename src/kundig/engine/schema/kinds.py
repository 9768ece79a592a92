"""Kinds: what aspects (filter, order, group, cells, widgets) are keyed by, so that a new field type works everywhere at once."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """How a value can be compared. `filters.md` calls the last one "(none)"."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    CHOICE = "choice"
    LIST = "list"
    LINK = "link"
    NONE = "none"
