"""Text: one line, blanks around it cut, Unicode NFC."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec
import sqlalchemy as sa

from kundig.base.i18n import t
from kundig.engine.schema.fields.contract import FieldType, Parsing, Reading, Refused
from kundig.engine.schema.kinds import Kind

if TYPE_CHECKING:
    from kundig.engine.schema.bound import BoundField


class TextOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`max_length` in characters."""

    max_length: int = 2000


class TextType(FieldType):
    """One line of text."""

    name = "text"
    kind = Kind.TEXT
    Options = TextOptions

    def columns(self, field: BoundField) -> tuple[sa.Column[Any], ...]:
        """One text column."""
        return (sa.Column(field.column, sa.Text),)

    def parse(self, field: BoundField, value: Any, parsing: Parsing) -> Mapping[str, Any]:
        """A string; an empty one empties the field."""
        return {field.column: None if value is None else clean_text(value, field.options.max_length).strip() or None}

    def select(self, field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[Any]:
        """The column itself."""
        return row.c[field.column]


def clean_text(value: Any, max_length: int) -> str:
    """A string in NFC without NUL, or Refused."""
    if not isinstance(value, str):
        raise Refused("bad_type", t("Give a text here."))
    if "\0" in value:
        raise Refused("bad_value", t("The text holds a character that can't be stored."))
    text = unicodedata.normalize("NFC", value)
    if len(text) > max_length:
        raise Refused("too_long", t("At most {max} characters are possible here.", max=max_length))
    return text
