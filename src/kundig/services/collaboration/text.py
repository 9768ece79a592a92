"""What people write in comments: plain lines become paragraphs, names behind an @ become mentions."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from kundig.base.errors import Invalid
from kundig.base.i18n import t
from kundig.engine.schema.fields.rich_text import plain, sanitised

LONGEST = 20_000
_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be mentioned."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Written:
    """A comment as it is stored: harmless HTML, and who is mentioned in it."""

    html: str
    mentions: tuple[UUID, ...]


def from_lines(text: str) -> str:
    """HTML of what was typed into a plain box."""
    parts = (part.strip() for part in _PARAGRAPHS.split(text.replace("\r\n", "\n")))
    return "".join(f"<p>{html.escape(part, quote=False).replace(chr(10), '<br>')}</p>" for part in parts if part)


def written(given: str, people: Sequence[Person]) -> Written:
    """Sanitise HTML and find the people whose names stand behind an @ in it. Raises Invalid for nothing and for too much."""
    if len(given) > LONGEST:
        raise Invalid.one("text", "too_long", t("At most {max} characters are possible here.", max=LONGEST))
    clean = sanitised(given)
    text = plain(clean)
    if not text:
        raise Invalid.one("text", "required", t("This is needed."))
    found: list[UUID] = []
    # the longest names first: "@Ann Lee" is not "@Ann"
    for person in sorted(people, key=lambda person: -len(person.name)):
        if not person.name.strip():
            continue
        name = re.compile(rf"@{re.escape(html.escape(person.name, quote=False))}(?!\w)", re.IGNORECASE)
        marked = name.sub(lambda match: f"<b>{match[0].replace('@', '&#64;')}</b>", clean)
        if marked != clean:
            clean = marked
            found.append(person.id)
    return Written(clean, tuple(found))
