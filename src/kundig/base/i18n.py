"""Languages: texts that are chosen now and rendered later, in the reader's language.

`t("…")` marks a user-visible string; the English text is the message id, named parameters in braces are filled in after
translation. Catalogs (`locale/de.po`, `locale/en.po` beside each package that has texts) are read once at start.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

LANGUAGES = ("de", "en")

Label = Mapping[str, str]
"""A text given by data (an object's or field's name): language → text, both languages always there."""


@dataclass(frozen=True, slots=True)
class Text:
    """A translatable message with its parameters, which may be texts and labels too. `str()` is the English text."""

    message: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def render(self, language: str) -> str:
        """The text in a language; parameters that are texts themselves are rendered in it too."""
        filled = {k: _rendered(v, language) for k, v in self.params.items()}
        text = translate(self.message, language)
        return text.format(**filled) if filled else text

    def __str__(self) -> str:
        return self.render("en")


def _rendered(value: Any, language: str) -> Any:
    if isinstance(value, Text):
        return value.render(language)
    return label_in(value, language) if isinstance(value, Mapping) else value


def t(message: str, **params: Any) -> Text:
    """Mark a user-visible English text for translation; `{name}` is filled from `params` when it is rendered."""
    return Text(message, params)


def translate(message: str, language: str) -> str:
    """The translation of a message, or the message itself."""
    return catalog(language).get(message) or message


def label_in(label: Label, language: str) -> str:
    """A label in a language, falling back to English, then to whatever is there."""
    return label.get(language) or label.get("en") or next(iter(label.values()), "")


@cache
def catalog(language: str) -> Mapping[str, str]:
    """All messages of a language, of the program and its modules, merged."""
    merged: dict[str, str] = {}
    for path in sorted(_catalog_files(language)):
        with path.open("rb") as file:
            for entry in read_po(file, locale=language):
                if entry.id and isinstance(entry.id, str) and isinstance(entry.string, str):
                    merged[entry.id] = entry.string
    return merged


def _catalog_files(language: str) -> Iterable[Path]:
    return Path(__file__).parents[1].rglob(f"locale/{language}.po")
