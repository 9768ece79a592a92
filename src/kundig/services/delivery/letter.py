"""A letter: what a mail says, in one language, rendered as text and as simple HTML from the same parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from kundig.base.i18n import Text

_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Letter:
    """The parts of a letter. `button` and `address` belong together: what one is asked to do, and where."""

    subject: Text
    greeting: Text
    paragraphs: tuple[Text, ...]
    button: Text
    address: str
    small: Text
    """What to know besides, in small print at the end."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter in one language. The subject is a single line whatever names are in it."""

    subject: str
    text: str
    html: str


def rendered(letter: Letter, language: str) -> Rendered:
    """The letter in a language; values in it are text, never markup or template."""
    values: Mapping[str, object] = {
        "language": language,
        "subject": letter.subject.render(language),
        "greeting": letter.greeting.render(language),
        "paragraphs": [paragraph.render(language) for paragraph in letter.paragraphs],
        "button": letter.button.render(language),
        "address": letter.address,
        "small": letter.small.render(language),
    }
    subject = " ".join(str(values["subject"]).split())
    made = _environment()
    return Rendered(subject, made.get_template("letter.txt").render(values), made.get_template("letter.html").render(values))


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
