"""Keeps the catalogs in step with the sources: `t("…")`, `_("…")` in templates and help texts, in German and English.

`python tools/messages.py` adds what is new, drops what is gone, and keeps translations. English is its own translation.
`python tools/messages.py --missing` lists what German still lacks, and ends with status 1 if there is any.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from typer.main import get_command

from kundig.interfaces.cli.helping import help_texts
from kundig.interfaces.cli.main import app

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "kundig"
LANGUAGES = ("de", "en")
KEYWORDS = {"t": None, "_": None, "ngettext": (1, 2)}
PLACEHOLDER = re.compile(r"(?<!\{)\{(\w+)[^{}]*\}(?!\})")


@dataclass(frozen=True, slots=True)
class Message:
    """A text for people and where it stands. A pair of texts is one message for each number."""

    text: str
    place: str


def home(path: Path) -> Path:
    """The folder of the catalogs a source file belongs to: its module's, else the program's."""
    parts = path.relative_to(SOURCE).parts
    if parts[0] == "modules" and len(parts) > 2:
        return SOURCE / "modules" / parts[1] / "locale"
    return SOURCE / "locale"


def messages(path: Path) -> Iterator[Message]:
    """All texts for people in one Python file or template."""
    method = "python" if path.suffix == ".py" else "jinja2.ext:babel_extract"
    options = {} if path.suffix == ".py" else {"silent": "false", "trim_blocks": "true"}
    with path.open("rb") as file:
        for line, found, _comments, _context in extract(method, file, KEYWORDS, options=options):
            for text in (found,) if isinstance(found, str) else found:
                if text:
                    yield Message(text, f"{path.relative_to(ROOT)}:{line}")


@cache
def by_home() -> dict[Path, list[Message]]:
    """The texts of all sources as they were when first asked, by the folder of their catalogs."""
    found: dict[Path, list[Message]] = {}
    for path in sorted([*SOURCE.rglob("*.py"), *SOURCE.rglob("templates/**/*.html"), *SOURCE.rglob("templates/**/*.txt")]):
        for message in messages(path):
            found.setdefault(home(path), []).append(message)
    found[SOURCE / "locale"] += [Message(text, "help of the command line") for text in help_texts(get_command(app))]
    return found


def read(folder: Path, language: str) -> Catalog:
    """A catalog, empty if there is no file yet."""
    path = folder / f"{language}.po"
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def placeholders(text: str) -> set[str]:
    """The named parameters of a text."""
    return set(PLACEHOLDER.findall(text))


def update(folder: Path, wanted: list[Message], language: str) -> int:
    """Write one catalog anew from the sources; returns how many translations it lacks."""
    old = read(folder, language)
    new = Catalog(locale=language, fuzzy=False)
    for text in sorted({message.text for message in wanted}):
        known = old.get(text)
        translation = text if language == "en" else (known.string if known else "")
        new.add(text, translation)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{language}.po").open("wb") as file:
        write_po(file, new, width=132, omit_header=True, sort_output=True)
    return sum(1 for entry in new if entry.id and not entry.string)


def missing() -> Iterator[str]:
    """What a catalog lacks, or says with other parameters, as sentences."""
    for folder, wanted in by_home().items():
        for language in LANGUAGES:
            catalog = read(folder, language)
            for message in wanted:
                entry = catalog.get(message.text)
                where = f"{folder.relative_to(ROOT)}/{language}.po"
                if entry is None or not entry.string:
                    yield f"{where} lacks {message.text!r} ({message.place})"
                elif placeholders(str(entry.string)) != placeholders(message.text):
                    yield f"{where} has other parameters in {entry.string!r} than {message.text!r}"


def main() -> int:
    """Update all catalogs, or list what is missing."""
    if "--missing" in sys.argv:
        lacks = list(missing())
        print("\n".join(lacks))
        return 1 if lacks else 0
    for folder, wanted in by_home().items():
        for language in LANGUAGES:
            lacking = update(folder, wanted, language)
            print(f"{folder.relative_to(ROOT)}/{language}.po: {lacking} without translation")
    return 0


if __name__ == "__main__":
    sys.exit(main())
