"""What a field type is: a contract of ten members, one small file per type.

Nothing outside this folder compares a type's name; aspects ask `kind`, or one of the members here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol
from uuid import UUID

import msgspec
import sqlalchemy as sa

from kundig.base.context import Context
from kundig.base.i18n import Text
from kundig.engine.schema.kinds import Kind

if TYPE_CHECKING:
    from kundig.engine.schema.bound import BoundField


class Refused(Exception):
    """A value that can't be accepted: stable `code`, `text` for people, `place` within the value (`"[1]"`, `".city"`)."""

    def __init__(self, code: str, text: Text, place: str = "") -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.place = place


@dataclass(frozen=True, slots=True)
class Reference:
    """A record meant by an input value: an id, or an external id as `"system:value"`; `object` is where to look."""

    object: str
    key: str


class Parsing(Protocol):
    """What a type may ask while it reads a value: the context, and records already looked up for the whole list of writes."""

    context: Context

    def record(self, reference: Reference) -> UUID | None:
        """The live record that is meant and that the writer may see, or None."""


class Reading(Protocol):
    """What a type may ask while it builds SQL: tables of other objects, and which of their rows the reader may see."""

    def table(self, object_: str) -> sa.Table:
        """The table of an object."""

    def seen(self, object_: str, row: sa.FromClause) -> sa.ColumnElement[bool]:
        """The condition that a row of an object is live and visible to the reader."""


class NoOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Options of a type that has none."""


class FieldType(ABC):
    """One type of field. Stateless; `field` carries the name, the options and the columns of one use of it.

    `parse` and `select` fit together: what `select` shows, `parse` takes back and stores the same.
    """

    name: ClassVar[str]
    kind: ClassVar[Kind]
    Options: ClassVar[type[msgspec.Struct]] = NoOptions

    def result(self, field: BoundField) -> BoundField:
        """The field whose type decides kind and comparison: itself, or for a formula or roll-up its result."""
        return field

    @abstractmethod
    def columns(self, field: BoundField) -> tuple[sa.Column[Any], ...]:
        """The columns of the object's table, named as the field or `field__part`. None for a type with a side table."""

    def side_table(self, field: BoundField, metadata: sa.MetaData, owner: str) -> sa.Table | None:
        """A table of its own, for values that are rows: `{object}__{field}` with `record`, `position` and more."""
        return None

    def references(self, field: BoundField, value: Any) -> Iterable[Reference]:
        """The records that an input value means, so that all are looked up by one statement before `parse`."""
        return ()

    @abstractmethod
    def parse(self, field: BoundField, value: Any, parsing: Parsing) -> Mapping[str, Any]:
        """Contract JSON → column values (with a side table: its name → rows without `record` and `position`); raises Refused.

        None empties the field.
        """

    @abstractmethod
    def select(self, field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[Any]:
        """The SQL of the value as contract JSON: the only serialiser. `row` is the object's table or an alias of it."""

    def scalar(self, field: BoundField, row: sa.FromClause) -> sa.ColumnElement[Any] | None:
        """What filters, orders and groups compare; None for kind NONE and for side tables."""
        return row.c[field.column]

    def parts(self, field: BoundField) -> Mapping[str, BoundField]:
        """Fields inside the value that paths reach: `billing_address.city`, `amount.currency`."""
        return {}
