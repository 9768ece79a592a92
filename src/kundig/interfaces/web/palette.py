"""What the search dialog shows: groups of hits, as `palette_results.html` takes them."""

from __future__ import annotations

from dataclasses import dataclass

from kundig.engine.search.words import folded, words_in


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing to go to, or to do: `href` is a page, `opens` a dialog, `posts` is done at once.

    `key` is unique and stable; `person` shows initials instead of an icon; `letters` are the keys that do the same.
    """

    key: str
    label: str
    href: str = ""
    icon: str = "box"
    kind: str = ""
    detail: str = ""
    person: bool = False
    opens: str = ""
    posts: str = ""
    asks: bool = False
    """Whether what is posted may first bring a dialog that asks for more."""
    letters: tuple[str, ...] = ()
    words: str = ""
    """Further words that it is found by."""

    def fits(self, asked: str) -> bool:
        """Whether every word that was typed begins a word of it."""
        own, parts = _words(f"{self.label} {self.kind} {self.words}"), _words(asked)
        return bool(parts) and all(any(word.startswith(part) for word in own) for part in parts)


def _words(text: str) -> list[str]:
    plain = folded(text)
    return [plain[start:end] for start, end in words_in(plain)]


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
