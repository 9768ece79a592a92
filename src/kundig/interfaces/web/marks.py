"""Icons and avatars as markup. A page holds hundreds, so each is made once and remembered."""

from __future__ import annotations

import re
from functools import lru_cache
from zlib import crc32

from markupsafe import Markup, escape

from kundig.interfaces.web.assets import asset, manifest

UNKNOWN_ICON = "box"
HUES = 9
TITLES = frozenset({"dr.", "prof.", "dipl.-ing.", "herr", "frau", "mr", "mr.", "ms", "ms.", "mx"})


@lru_cache(maxsize=2048)
def icon(name: str, classes: str = "") -> Markup:
    """An icon of the sprite, 16 px; `s12`, `s14`, `s18`, `s20` make it another size. One that is not there is a box."""
    shown = name if name in manifest().icons else UNKNOWN_ICON
    style = f"ico {classes}".strip()
    return Markup('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>').format(style, asset("icons.svg"), shown)


@lru_cache(maxsize=8192)
def avatar(name: str, size: str = "s24", alone: bool = True) -> Markup:
    """A round mark with initials, in a hue that belongs to the name; `s20`, `s24`, `s32`, `s40`.

    It tells the name itself only where it stands `alone`, not beside the name.
    """
    title = Markup(' title="{}"').format(name) if alone else ""
    return Markup('<span class="av h{} {}"{}>{}</span>').format(hue(name), size, title, initials(name))


def initials(name: str) -> str:
    """Two letters that stand for a name: of first and last word, titles left out."""
    words = [word for word in name.split() if word.lower() not in TITLES and word[0].isalnum()]
    if not words:
        return name[:2].upper() or "?"
    return (words[0][0] + words[-1][0] if len(words) > 1 else words[0][:2]).upper()


def hue(name: str) -> int:
    """One of the nine hues, always the same for a name, in every process."""
    return crc32(name.encode()) % HUES + 1


def highlight(text: str, words: str) -> Markup:
    """A text in which the first place of what was searched is marked."""
    found = re.search(re.escape(words), text, re.IGNORECASE) if words else None
    if found is None:
        return escape(text)
    return Markup("{}<mark>{}</mark>{}").format(text[: found.start()], found[0], text[found.end() :])
