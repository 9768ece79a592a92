"""Boolean: true or false, never empty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from kundig.base.i18n import t
from kundig.engine.schema.fields.contract import FieldType, Parsing, Reading, Refused
from kundig.engine.schema.kinds import Kind

if TYPE_CHECKING:
    from kundig.engine.schema.bound import BoundField


class BooleanType(FieldType):
    """Yes or no."""

    name = "boolean"
    kind = Kind.BOOLEAN

    def columns(self, field: BoundField) -> tuple[sa.Column[Any], ...]:
        """One column that is false unless said otherwise."""
        return (sa.Column(field.column, sa.Boolean, nullable=False, server_default=sa.false()),)

    def parse(self, field: BoundField, value: Any, parsing: Parsing) -> Mapping[str, Any]:
        """true, false, or null for false."""
        if value is not None and not isinstance(value, bool):
            raise Refused("bad_type", t("Give true or false here."))
        return {field.column: bool(value)}

    def select(self, field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[Any]:
        """The column itself."""
        return row.c[field.column]
