"""Tags: a list of words that need no definition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from kundig.base.context import Context
from kundig.base.i18n import t
from kundig.engine.schema.fields.choice import text_list_column
from kundig.engine.schema.fields.contract import FieldType, Parsing, Reading, Refused
from kundig.engine.schema.fields.text import clean_text
from kundig.engine.schema.kinds import Kind

if TYPE_CHECKING:
    from kundig.engine.schema.bound import BoundField

MAX_TAGS = 200
MAX_LENGTH = 100


class TagsType(FieldType):
    """Words in the order given, each once."""

    name = "tags"
    kind = Kind.LIST

    def columns(self, field: BoundField) -> tuple[sa.Column[Any], ...]:
        """One text[] column, empty unless said otherwise."""
        return (text_list_column(field.column),)

    def parse(self, field: BoundField, value: Any, parsing: Parsing) -> Mapping[str, Any]:
        """A list of strings; empty ones are dropped."""
        items = [] if value is None else value
        if not isinstance(items, list | tuple):
            raise Refused("bad_type", t("Give a list here."))
        if len(items) > MAX_TAGS:
            raise Refused("too_many", t("At most {max} entries are possible here.", max=MAX_TAGS))
        return {field.column: list(dict.fromkeys(tag for n, item in enumerate(items) if (tag := _tag(item, f"[{n}]"))))}

    def select(self, field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[Any]:
        """The words."""
        return sa.func.to_json(row.c[field.column])

    def operand(self, field: BoundField, value: str, context: Context) -> str:
        """The word as it is stored."""
        return clean_text(value, 10 * MAX_LENGTH)


def _tag(item: Any, place: str) -> str:
    try:
        return " ".join(clean_text(item, MAX_LENGTH).split())
    except Refused as refused:
        raise Refused(refused.code, refused.text, place) from None
