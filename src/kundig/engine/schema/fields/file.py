"""File and image: one file kept beside the record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import UUID as PG_UUID

from kundig.base.i18n import t
from kundig.engine.schema.fields.contract import FieldType, Parsing, Reading, Refused
from kundig.engine.schema.kinds import Kind

if TYPE_CHECKING:
    from kundig.engine.schema.bound import BoundField


class FileType(FieldType):
    """The id of a file. There is no file store yet, so the field is there, reads null and takes nothing but null."""

    name = "file"
    kind = Kind.NONE

    def columns(self, field: BoundField) -> tuple[sa.Column[Any], ...]:
        """One uuid column."""
        return (sa.Column(field.column, PG_UUID(as_uuid=True)),)

    def parse(self, field: BoundField, value: Any, parsing: Parsing) -> Mapping[str, Any]:
        """Null."""
        if value is not None:
            raise Refused("not_possible", t("Files can't be stored yet."))
        return {field.column: None}

    def select(self, field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[Any]:
        """Null."""
        return sa.null()

    def scalar(self, field: BoundField, row: sa.FromClause) -> None:
        """Nothing: files compare with nothing."""
        return


class ImageType(FileType):
    """A picture."""

    name = "image"
