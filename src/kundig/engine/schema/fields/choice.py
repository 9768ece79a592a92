"""Choice: one of a list, by its key. Choices: several of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from kundig.base.i18n import t
from kundig.engine.extension import Choice
from kundig.engine.schema.fields.contract import FieldType, Parsing, Reading, Refused
from kundig.engine.schema.kinds import Kind

if TYPE_CHECKING:
    from kundig.engine.schema.bound import BoundField


class ChoiceOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The possible values in their order. A retired one is offered no more, but stays where it is."""

    choices: tuple[Choice, ...]


class ChoiceType(FieldType):
    """One key."""

    name = "choice"
    kind = Kind.CHOICE
    Options = ChoiceOptions

    def columns(self, field: BoundField) -> tuple[sa.Column[Any], ...]:
        """One text column."""
        return (sa.Column(field.column, sa.Text),)

    def parse(self, field: BoundField, value: Any, parsing: Parsing) -> Mapping[str, Any]:
        """A key that exists."""
        return {field.column: None if value is None else known_key(field, value)}

    def select(self, field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[Any]:
        """The key."""
        return row.c[field.column]


class ChoicesType(FieldType):
    """Several keys, each once."""

    name = "choices"
    kind = Kind.LIST
    Options = ChoiceOptions

    def columns(self, field: BoundField) -> tuple[sa.Column[Any], ...]:
        """One text[] column, empty unless said otherwise."""
        return (text_list_column(field.column),)

    def parse(self, field: BoundField, value: Any, parsing: Parsing) -> Mapping[str, Any]:
        """A list of keys that exist."""
        items = [] if value is None else value
        if not isinstance(items, list | tuple):
            raise Refused("bad_type", t("Give a list here."))
        return {field.column: list(dict.fromkeys(known_key(field, item, f"[{n}]") for n, item in enumerate(items)))}

    def select(self, field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[Any]:
        """The keys."""
        return sa.func.to_json(row.c[field.column])


def known_key(field: BoundField, value: Any, place: str = "") -> str:
    """A key among the field's choices, or Refused."""
    if not isinstance(value, str):
        raise Refused("bad_type", t("Give the key of a choice here."), place)
    if all(choice.key != value for choice in field.choices):
        raise Refused("unknown_choice", t('There is no choice "{key}" here.', key=value[:100]), place)
    return value


def text_list_column(name: str) -> sa.Column[Any]:
    """A text[] that is empty, never null."""
    return sa.Column(name, ARRAY(sa.Text), nullable=False, server_default=sa.text("'{}'"))
