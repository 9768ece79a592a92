"""Text: one line, or several; blanks around one line are cut; Unicode NFC."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
import sqlalchemy as sa

from kundig.base.context import Context
from kundig.base.i18n import t
from kundig.engine.schema.fields.contract import FieldType, Parsing, Reading, Refused
from kundig.engine.schema.kinds import Kind

if TYPE_CHECKING:
    from kundig.engine.schema.bound import BoundField


class TextOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`max_length` in characters. Up to 500 a text fits into an index that it is sorted by."""

    max_length: int = 500


class TextType(FieldType):
    """One line of text."""

    name = "text"
    kind = Kind.TEXT
    Options: ClassVar[type[msgspec.Struct]] = TextOptions

    def columns(self, field: BoundField) -> tuple[sa.Column[Any], ...]:
        """One text column."""
        return (sa.Column(field.column, sa.Text),)

    def parse(self, field: BoundField, value: Any, parsing: Parsing) -> Mapping[str, Any]:
        """A string; line breaks become blanks, an empty one empties the field."""
        if value is None:
            return {field.column: None}
        return {field.column: " ".join(clean_text(value, field.options.max_length).splitlines()).strip() or None}

    def select(self, field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[Any]:
        """The column itself."""
        return row.c[field.column]

    def operand(self, field: BoundField, value: str, context: Context) -> str:
        """The text in NFC."""
        return clean_text(value, field.options.max_length)


class LongTextOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`max_length` in characters."""

    max_length: int = 100_000


class LongTextType(TextType):
    """Several lines of text, kept as typed but for the kind of line breaks."""

    name = "long_text"
    Options = LongTextOptions

    def parse(self, field: BoundField, value: Any, parsing: Parsing) -> Mapping[str, Any]:
        """A string; one of blanks only empties the field."""
        if value is None:
            return {field.column: None}
        text = clean_text(value, field.options.max_length).replace("\r\n", "\n").replace("\r", "\n")
        return {field.column: text if text.strip() else None}


def clean_text(value: Any, max_length: int) -> str:
    """A string in NFC that the database can hold, or Refused."""
    if not isinstance(value, str):
        raise Refused("bad_type", t("Give a text here."))
    if "\0" in value or any("\ud800" <= c <= "\udfff" for c in value):
        raise Refused("bad_value", t("The text holds a character that can't be stored."))
    text = unicodedata.normalize("NFC", value)
    if len(text) > max_length:
        raise Refused("too_long", t("At most {max} characters are possible here.", max=max_length))
    return text
