"""Segments: the parts of a list that follow each other, so that an index can serve each of them.

The first key decides: records with a value, sorted by it, then those without. Of a choice each value is a segment of its own
(a board's columns are the same). Within a segment in which a key is constant, the next key decides in the same way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from kundig.engine.records.ordering import Key
from kundig.engine.schema.bound import BoundObject

MOST_CHOICES = 30
"""A choice with more values is sorted by the place of its value, in one segment."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a key is in a segment: one `choice`, `present` (sorted by, never empty), `missing`, `rest` (sorted by, empty last)."""

    key: Key
    role: Literal["choice", "present", "missing", "rest"]
    choice: str = ""

    @property
    def sorts(self) -> bool:
        """Whether records differ by this key within the segment."""
        return self.role in ("present", "rest")


Segment = tuple[Part, ...]


def segments_of(object_: BoundObject, keys: Sequence[Key]) -> list[Segment]:
    """All segments of an order, in sequence."""
    return list(_segments(object_, keys, first=True))


def _segments(object_: BoundObject, keys: Sequence[Key], *, first: bool) -> Iterator[Segment]:
    if not keys:
        yield ()
        return
    key, *others = keys
    if first and key.choices and len(key.choices) <= MOST_CHOICES:
        for choice in key.choices:
            for rest in _segments(object_, others, first=False):
                yield (Part(key, "choice", choice), *rest)
    else:
        yield (Part(key, "present"), *(Part(other, "rest") for other in others))
    if key.nullable(object_):
        for rest in _segments(object_, others, first=False):
            yield (Part(key, "missing"), *rest)
