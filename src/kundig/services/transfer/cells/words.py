"""Truth values, choices, texts and lists."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from functools import cache, lru_cache
from typing import Any

import msgspec
from babel import Locale

from kundig.base.i18n import LANGUAGES, t
from kundig.engine.schema.bound import BoundField
from kundig.engine.schema.fields.contract import Refused
from kundig.engine.schema.fields.pipeline import stage_in
from kundig.services.transfer.files.csv_rows import Cell

_TRUE = frozenset({"ja", "j", "yes", "y", "true", "wahr", "x", "1", "on", "ein", "✓", "✔"})
_FALSE = frozenset({"nein", "n", "no", "false", "falsch", "0", "off", "aus", "-"})
_ITEMS = re.compile(r"[;,|\n]")
_LINKS = re.compile(r"[;|\n]")
_MARKUP = re.compile(r"</?[A-Za-z][^>]*>")
_BARE_SITE = re.compile(r"[\w-]+(\.[\w-]+)+(/.*|\?.*)?")


def text_of(cell: Cell) -> str:
    """A cell as text, the way a person would read it."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ") if cell.time() != time() else cell.date().isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


def storable(text: str) -> str:
    """A text that the database takes: with marks instead of NUL and of bytes that are no letters."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()


def read_rich_text(cell: Cell) -> str:
    """Markup as it is; plain text with its lines as paragraphs."""
    text = text_of(cell)
    if _MARKUP.search(text):
        return text
    paragraphs = re.split(r"\r?\n\s*\r?\n", text.strip())
    return "".join(f"<p>{'<br>'.join(html.escape(part, quote=False).splitlines())}</p>" for part in paragraphs)


def read_url(cell: Cell) -> str:
    """An address; `www.example.com` gets its scheme."""
    text = text_of(cell).strip()
    return f"https://{text}" if _BARE_SITE.fullmatch(text) else text


def read_json(cell: Cell) -> Any:
    """JSON written out."""
    try:
        return msgspec.json.decode(text_of(cell))
    except msgspec.DecodeError:
        raise Refused("bad_value", t("This is not valid JSON.")) from None


def read_boolean(cell: Cell) -> bool:
    """Yes and no in both languages, crosses, 1 and 0."""
    if isinstance(cell, bool):
        return cell
    word = text_of(cell).strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise Refused("bad_value", t("Write yes or no here."))


@lru_cache(maxsize=8192)
def plainly(text: str) -> str:
    """A text for comparing labels: case, accents and blanks make no difference."""
    decomposed = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def choice_reader(field: BoundField) -> Callable[[Cell], str]:
    """Finds a choice by its key or by its label in any language."""
    known: dict[str, str] = {}
    for entry in reversed(field.choices):
        for label in entry.label.values():
            known[plainly(label)] = entry.key
    known |= {plainly(entry.key): entry.key for entry in field.choices}
    if field.chooser:
        staged = [stage_in(pipeline, stage) for pipeline in field.pipelines for stage in pipeline.stages]
        known |= {plainly(key): key for key in staged}

    def read(cell: Cell) -> str:
        text = text_of(cell)
        key = known.get(plainly(text))
        if key is None:
            raise Refused("bad_value", t("{value} is none of the possible values.", value=text.strip()[:100]))
        return key

    return read


def items_of(cell: Cell, separator: re.Pattern[str] = _ITEMS) -> list[str]:
    """The items of a list in one cell, without blanks around them and without empty ones."""
    return [item for part in separator.split(text_of(cell)) if (item := part.strip())]


def link_texts(cell: Cell) -> list[str]:
    """What stands for several records in one cell; a comma may be part of a name."""
    return items_of(cell, _LINKS)


def read_country(cell: Cell) -> str:
    """A country by its code, or by its name in any language."""
    text = text_of(cell).strip()
    return _countries().get(plainly(text), text)


@cache
def _countries() -> Mapping[str, str]:
    names = {
        plainly(name): code
        for language in LANGUAGES
        for code, name in Locale(language).territories.items()
        if len(code) == 2 and code.isalpha()
    }
    return names | {plainly(code): code for code in names.values()} | {"usa": "US", "uk": "GB", "korea": "KR"}
