"""The id of a record as paths and filters see it: a link to the record itself that shows as a bare id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import UUID as PG_UUID

from kundig.base.i18n import t
from kundig.engine.schema.fields.contract import FieldType, Parsing, Reading, Refused
from kundig.engine.schema.fields.text import TextType
from kundig.engine.schema.kinds import Kind

if TYPE_CHECKING:
    from kundig.engine.schema.bound import BoundField


class IdentityOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`target` is the object itself."""

    target: str


class IdentityType(FieldType):
    """The primary key. Nobody gives it a type in a definition, so it stands in no registry."""

    name = "link"
    kind = Kind.LINK
    kept = True
    Options = IdentityOptions

    def columns(self, field: BoundField) -> tuple[sa.Column[Any], ...]:
        """One uuid column."""
        return (sa.Column(field.column, PG_UUID(as_uuid=True)),)

    def parse(self, field: BoundField, value: Any, parsing: Parsing) -> Mapping[str, Any]:
        """Never."""
        raise Refused("read_only", t("This is kept by Kundig and can't be set."))

    def select(self, field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[Any]:
        """The id as a string."""
        return row.c[field.column]


class NameType(TextType):
    """The label of a record: kept by the writer, told as far as the reader may know what it is made of."""

    def select(self, field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[Any]:
        """The name."""
        return reading.name(field.object, row)


IDENTITY = IdentityType()
