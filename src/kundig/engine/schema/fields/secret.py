"""Secret: a text that can be set and used by the program, but is never shown again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from kundig.base.i18n import t
from kundig.engine.schema.fields.contract import FieldType, Parsing, Reading, Refused
from kundig.engine.schema.fields.text import clean_text
from kundig.engine.schema.kinds import Kind

if TYPE_CHECKING:
    from kundig.engine.schema.bound import BoundField


class SecretType(FieldType):
    """Encrypted before it reaches a statement, bound to its object and field; reads null, always."""

    name = "secret"
    kind = Kind.NONE

    def columns(self, field: BoundField) -> tuple[sa.Column[Any], ...]:
        """One bytea column."""
        return (sa.Column(field.column, sa.LargeBinary),)

    def parse(self, field: BoundField, value: Any, parsing: Parsing) -> Mapping[str, Any]:
        """A text; an empty one empties the field."""
        text = "" if value is None else clean_text(value, 10_000)
        if not text:
            return {field.column: None}
        if parsing.context.secrets is None:
            raise Refused("not_possible", t("Secrets can't be stored from here."))
        return {field.column: parsing.context.secrets.encrypt(text, self.sealed_as(field))}

    def select(self, field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[Any]:
        """Null."""
        return sa.null()

    def sealed_as(self, field: BoundField) -> str:
        """Object and field."""
        return f"{field.object}.{field.name}"

    def scalar(self, field: BoundField, row: sa.FromClause) -> None:
        """Nothing: a secret compares with nothing."""
        return
