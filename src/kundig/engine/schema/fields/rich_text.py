"""Rich text: HTML that is sanitised before it is stored, with a plain twin for filters and search."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import msgspec
import nh3
import sqlalchemy as sa

from kundig.base.context import Context
from kundig.base.i18n import t
from kundig.engine.schema.fields.contract import FieldType, Parsing, Reading, Refused
from kundig.engine.schema.fields.text import clean_text
from kundig.engine.schema.kinds import Kind

if TYPE_CHECKING:
    from kundig.engine.schema.bound import BoundField

_BLOCKS = frozenset(
    ("p", "div", "br", "ul", "ol", "li", "blockquote", "pre", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "table", "tr")
)
_TAGS = _BLOCKS | frozenset(
    ("a", "b", "strong", "i", "em", "u", "s", "del", "code", "sub", "sup", "span", "thead", "tbody", "tfoot", "th", "td")
)
_ATTRIBUTES = {"a": {"href", "title"}, "th": {"colspan", "rowspan"}, "td": {"colspan", "rowspan"}, "ol": {"start"}}


class RichTextOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`max_length` of the HTML in characters."""

    max_length: int = 500_000


class RichTextType(FieldType):
    """Formatted text. What could run, load or reach into a page (scripts, handlers, styles, images, ids, hx-*) is taken out."""

    name = "rich_text"
    kind = Kind.TEXT
    Options = RichTextOptions

    def columns(self, field: BoundField) -> tuple[sa.Column[Any], ...]:
        """HTML and its text without markup."""
        return sa.Column(field.column, sa.Text), sa.Column(f"{field.column}__text", sa.Text)

    def parse(self, field: BoundField, value: Any, parsing: Parsing) -> Mapping[str, Any]:
        """HTML; one without any text empties the field."""
        html, text = None, None
        if value is not None:
            # Nesting is bounded first: a tree of 100,000 elements would cost seconds.
            given = clean_text(value, field.options.max_length)
            if given.count("<") > 20_000:
                raise Refused("too_long", t("This text has too much formatting."))
            html = sanitised(given)
            text = plain(html)
        return {field.column: html if text else None, f"{field.column}__text": text or None}

    def select(self, field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[Any]:
        """The HTML."""
        return row.c[field.column]

    def scalar(self, field: BoundField, row: sa.FromClause) -> sa.ColumnElement[Any]:
        """The text without markup."""
        return row.c[f"{field.column}__text"]

    def operand(self, field: BoundField, value: str, context: Context) -> str:
        """The text in NFC."""
        return clean_text(value, field.options.max_length)


def sanitised(html: str) -> str:
    """HTML of harmless elements and attributes only."""
    return nh3.clean(
        html,
        tags=set(_TAGS),
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer nofollow",
        clean_content_tags={"script", "style"},
    )


def plain(html: str) -> str:
    """The text of sanitised HTML, a line per block."""
    collector = _Collector()
    collector.feed(html)
    collector.close()
    return re.sub(r"[ \t\f]*\n\s*", "\n", "".join(collector.pieces)).strip()


class _Collector(HTMLParser):
    """Gathers text; blocks begin on a new line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.pieces.append("\n")
        elif tag in ("td", "th"):
            self.pieces.append(" ")
