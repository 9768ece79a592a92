"""What the pages of imports show: an import's figures, what it has made, what was wrong; and the list of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kundig.interfaces.web.frame import LinkGroup


@dataclass(frozen=True, slots=True)
class Made:
    """Some records of an object that an import has made."""

    object: str
    label: str
    icon: str
    links: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class ImportView:
    """`import.html`: an import on its way or over."""

    nav: tuple[LinkGroup, ...]
    run: Mapping[str, Any]
    object: str
    icon: str
    errors: Sequence[Mapping[str, Any]] = ()
    made: tuple[Made, ...] = ()

    @property
    def under_way(self) -> bool:
        """Whether the page goes on asking."""
        return self.run["state"] in ("queued", "running")

    @property
    def done(self) -> int:
        """Rows that are through."""
        return sum(self.run[name] for name in ("created", "updated", "skipped", "failed"))

    @property
    def percent(self) -> int:
        """How far it is."""
        return min(100, self.done * 100 // (self.run["total"] or 1)) if self.under_way else 100


@dataclass(frozen=True, slots=True)
class ImportsView:
    """`imports.html`."""

    nav: tuple[LinkGroup, ...]
    runs: Sequence[Mapping[str, Any]]
    labels: Mapping[str, str]
    icons: Mapping[str, str]
    may: bool
    states: Mapping[str, str] = field(default_factory=dict)
