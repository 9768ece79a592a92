"""Autonumber: a running number with a prefix, given by the database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import sqlalchemy as sa

from kundig.base.i18n import t
from kundig.engine.schema.fields.contract import FieldType, Parsing, Reading, Refused
from kundig.engine.schema.identifiers import shortened
from kundig.engine.schema.kinds import Kind

if TYPE_CHECKING:
    from kundig.engine.schema.bound import BoundField


class AutonumberOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands before the number, and how many digits it has at least."""

    prefix: Annotated[str, msgspec.Meta(pattern=r"^[\w ./#-]{0,20}$")] = ""
    digits: Annotated[int, msgspec.Meta(ge=1, le=12)] = 6


class AutonumberType(FieldType):
    """`T-000123`. Gaps are possible; the same number never comes twice."""

    name = "autonumber"
    kind = Kind.TEXT
    kept = True
    Options = AutonumberOptions

    def columns(self, field: BoundField) -> tuple[sa.Column[Any], ...]:
        """One text column that fills itself from the sequence `{object}__{field}__seq` of the workspace."""
        options = field.options
        sequence = shortened(f"{field.object}__{field.name}__seq")
        pattern = "FM" + "9" * (18 - options.digits) + "0" * options.digits
        following = f"'{options.prefix}' || to_char(nextval('\"{{ws}}\".\"{sequence}\"'), '{pattern}')"
        info = {"sequence": sequence, "next": following}
        return (sa.Column(field.column, sa.Text, nullable=False, server_default=sa.text(following), info=info),)

    def parse(self, field: BoundField, value: Any, parsing: Parsing) -> Mapping[str, Any]:
        """Never."""
        raise Refused("read_only", t("This is kept by Kundig and can't be set."))

    def select(self, field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[Any]:
        """The column itself."""
        return row.c[field.column]
