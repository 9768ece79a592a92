"""Snippets: the place in a text where a question's words occur, as escaped HTML with `<mark>` and nothing else."""

from __future__ import annotations

from functools import lru_cache
from html import escape

from kundig.engine.search.words import folded, spelled_out, words_in

LENGTH = 160
_BEFORE = 40


def snippet(text: str, question: str) -> str:
    """About 160 characters around the first word found, the words marked; the beginning if none is found."""
    wanted = _wanted(question)
    found = [span for span in words_in(text) if _matches(text[slice(*span)], wanted)]
    start = max(found[0][0] - _BEFORE, 0) if found else 0
    start = text.rfind(" ", 0, start) + 1 if start else 0
    end = min(start + LENGTH, len(text))
    if end < len(text):
        end = max(text.rfind(" ", start, end), found[0][1] if found else 0) if " " in text[start:end] else end
    pieces = ["…" if start else ""]
    place = start
    for first, last in found:
        if place <= first and last <= end:
            pieces += [escape(text[place:first]), "<mark>", escape(text[first:last]), "</mark>"]
            place = last
    pieces += [escape(text[place:end]), "…" if end < len(text) else ""]
    return " ".join("".join(pieces).split())


def untitled(body: str, label: str) -> str:
    """What an entry holds, a text in each line, without those that the record's name shows already."""
    shown = f" {label} "
    return "\n".join(line for line in body.split("\n") if f" {line} " not in shown)


@lru_cache(maxsize=100)
def _wanted(question: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """The words asked for, in both spellings, and those of which the beginning is enough."""
    whole: set[str] = set()
    beginnings: set[str] = set()
    for spelling in (question, spelled_out(question)):
        words = [folded(spelling[slice(*span)]) for span in words_in(spelling)]
        whole.update(words)
        beginnings.update(words[-1:])
    return frozenset(whole), tuple(beginnings)


def _matches(word: str, wanted: tuple[frozenset[str], tuple[str, ...]]) -> bool:
    whole, beginnings = wanted
    spellings = (folded(word),) if word.isascii() else (folded(word), folded(spelled_out(word)))
    return any(spelling in whole or spelling.startswith(beginnings) for spelling in spellings)
