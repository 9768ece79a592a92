"""What the search dialog shows: groups of hits, as `palette_results.html` takes them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing to go to. `key` is unique and stable; `person` shows initials instead of an icon."""

    key: str
    label: str
    href: str
    icon: str = "box"
    kind: str = ""
    detail: str = ""
    person: bool = False


@dataclass(frozen=True, slots=True)
class HitGroup:
    """Hits under a heading."""

    label: str
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class PaletteResults:
    """The view of `palette_results.html`; `words` are marked in the labels."""

    words: str
    groups: tuple[HitGroup, ...]
