"""What every page knows besides its own content: who reads it, how it looks, where one can go from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Theme = Literal["light", "dark", "auto"]


@dataclass(frozen=True, slots=True)
class Link:
    """A place one can go to. `key` is the letter after G, `count` a small figure beside the name, `hot` makes it stand out."""

    label: str
    href: str
    icon: str = ""
    count: str = ""
    hot: bool = False
    key: str = ""
    color: str = ""
    """A coloured square instead of an icon, for views."""


How = Literal["link", "dialog", "post", "ask"]
"""What the address of a deed is: a page, a dialog to fetch, itself, or one that may first ask for more in a dialog."""


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing that can be done with a record.

    `place`: `write` is written down about it, `action` is a button of its own, `menu` stands in the record's menu, `stage` moves
    it, `more` is offered elsewhere on its page.
    """

    key: str
    label: str
    icon: str
    address: str
    how: How
    place: Literal["write", "action", "menu", "stage", "more"]
    letter: str = ""
    danger: bool = False


@dataclass(frozen=True, slots=True)
class LinkGroup:
    """Places under a heading; the first group of a navigation has none."""

    links: tuple[Link, ...]
    label: str = ""


@dataclass(frozen=True, slots=True)
class Shell:
    """The frame around a signed-in person's work."""

    user: str
    workspace: str
    navigation: tuple[LinkGroup, ...]
    tabs: tuple[Link, ...] = ()
    """The four places at the bottom of a phone's screen, two on each side of the create button."""
    create: tuple[Link, ...] = ()
    """What one may create from anywhere."""
    settings: Link | None = None
    unread: int = 0
    keys: bool = True
    """Whether single letters are shortcuts; people can switch them off."""
    theme: Theme = "auto"
    """As preferred; a choice made in this browser wins."""
    high_contrast: bool = False
    id: str = ""
    """The person's id, by which a device knows whose data it keeps."""
    viewing: bool = False
    """It is looked at with this person's eyes by somebody else."""
    tour: int = 0
    """The step of the tour that the person is at, if above 0."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The values that `base.html` and all partials may use as `frame`."""

    language: str = "en"
    zone: str = "Europe/Berlin"
    theme: Theme = "light"
    path: str = "/"
    csrf: str = ""
    keys: bool = True
    """Whether single letters are shortcuts; people can switch them off."""
    inner: bool = False
    """Only title and <main> are wanted: a boosted link asks (header HX-Boosted) and keeps the rest of its page."""
    shell: Shell | None = None
    """None before sign-in."""
    live: str = ""
    """The address of the stream that the page is to follow, as far as it is the same for all pages."""
    toasts: tuple[Mapping[str, Any], ...] = field(default=())
    """Notices to show once: title, text, category (success, error), undo (an address to POST to)."""
