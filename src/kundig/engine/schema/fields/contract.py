"""What a field type is: one small contract, one small file per type.

Nothing outside this folder compares a type's name; aspects ask `kind`, or one of the members here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol
from uuid import UUID

import msgspec
import sqlalchemy as sa

from kundig.base.context import Context
from kundig.base.i18n import Text
from kundig.engine.schema.kinds import Kind

if TYPE_CHECKING:
    from kundig.engine.extension import Object, Pipeline
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
        """The condition that a row of an object is live and visible to the reader; false for an object the reader can't know."""

    def name(self, object_: str, row: sa.FromClause) -> sa.ColumnElement[str]:
        """The name of a record, as far as the reader may know what it is made of."""

    def rollup(
        self, field: BoundField, row: sa.FromClause, of: Callable[[sa.FromClause], sa.ColumnElement[Any]]
    ) -> sa.ColumnElement[Any]:
        """What `of` makes of the columns of a roll-up for the record `row`.

        They are the stored ones for who reads all of the child and the field that is rolled up, else those worked out from what
        the reader may see.
        """


class Binding(Protocol):
    """What a type may ask while a field is bound: the other fields, as far as they don't need others themselves."""

    objects: Mapping[str, Object]
    pipelines: Mapping[str, Pipeline]

    def type(self, name: str) -> FieldType:
        """A field type by its name; raises Misdefined."""

    def field(self, object_: str, name: str) -> BoundField:
        """A field of any object, of a lower rank than the one that is bound; raises Misdefined."""


class Misdefined(Exception):
    """A definition that makes no sense; `text` says what is wrong with the field."""

    def __init__(self, text: Text) -> None:
        super().__init__(text)
        self.text = text


class NoOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Options of a type that has none."""


class FieldType(ABC):
    """One type of field. Stateless; `field` carries the name, the options and the columns of one use of it.

    `parse` and `select` fit together: what `select` shows, `parse` takes back and stores the same.
    """

    name: ClassVar[str]
    kind: ClassVar[Kind]
    Options: ClassVar[type[msgspec.Struct]] = NoOptions
    kept: ClassVar[bool] = False
    """Kept by the engine: nobody may write it, whatever the definition says."""
    for_modules: ClassVar[bool] = False
    """Holds SQL or rules, so that only a module may define it, never a document."""
    rank: ClassVar[int] = 0
    """Bound after all fields of a lower rank, which are the only ones it may use."""
    contact: ClassVar[Literal["email", "phone", "domain"] | None] = None
    """Its items stand in `contact_point` under this kind."""
    recurs: ClassVar[bool] = False
    """Holds the rule by which a record is one of a series."""
    plain: ClassVar[bool] = True
    """A text that people write: found by search, sorted by, part of lists' indexes."""
    inner: ClassVar[bool] = False
    """Says nothing to people: pages leave it out."""
    groups: ClassVar[bool] = False
    """Ties records together, which are found by it in the trash too."""

    def bind(self, field: BoundField, binding: Binding) -> BoundField:
        """The field with all that its options name looked up; raises Misdefined."""
        return field

    def derived(self, field: BoundField) -> Iterable[BoundField]:
        """Fields that come with this one and are kept by the engine."""
        return ()

    def result(self, field: BoundField) -> BoundField:
        """The field whose type decides kind and comparison: itself, or for a formula or roll-up its result."""
        return field

    @abstractmethod
    def columns(self, field: BoundField) -> tuple[sa.Column[Any], ...]:
        """The columns of the object's table, named as the field or `field__part`. None for a type with a side table."""

    def side_table(self, field: BoundField, metadata: sa.MetaData, owner: str) -> sa.Table | None:
        """A table of its own, for values that are rows: `{object}__{field}` with `record`, `position` and more."""
        return None

    def rollup_columns(self, field: BoundField) -> tuple[sa.Column[Any], ...]:
        """Columns of `{object}_rollup`."""
        return ()

    def references(self, field: BoundField, value: Any) -> Iterable[Reference]:
        """The records that an input value means, so that all are looked up by one statement before `parse`."""
        return ()

    @abstractmethod
    def parse(self, field: BoundField, value: Any, parsing: Parsing) -> Mapping[str, Any]:
        """Contract JSON → column values (with a side table: the field's name → rows without `record`, `position`);
        raises Refused.

        None empties the field.
        """

    @abstractmethod
    def select(self, field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[Any]:
        """The SQL of the value as contract JSON: the only serialiser. `row` is the object's table or an alias of it."""

    def operand(self, field: BoundField, value: str, context: Context) -> str:
        """A text that a filter compares with the value or one of its items, written as it is stored; raises Refused."""
        return value

    def items(self, field: BoundField, stored: Any) -> list[str]:
        """The contact points in a stored value, in order (for types with `contact`)."""
        return []

    def sealed_as(self, field: BoundField) -> str | None:
        """What stored values are bound to, for a type that encrypts them; None for all others."""
        return None

    def scalar(self, field: BoundField, row: sa.FromClause) -> sa.ColumnElement[Any] | None:
        """What filters, orders and groups compare (kind LIST: a text[]); None for kind NONE and for side tables.

        `row` holds the columns: it is the object's table, for a roll-up that of the roll-ups.
        """
        return row.c[field.column]

    def compared(self, field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[Any] | None:
        """The same for a record `row`, as far as the reader may know of it."""
        return self.scalar(field, row)

    def held(self, field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[Any] | None:
        """What is null where the field is empty: what is compared, unless that may be missing where there is a value."""
        return self.compared(field, row, reading)

    def parts(self, field: BoundField) -> Mapping[str, BoundField]:
        """Fields inside the value that paths reach: `billing_address.city`, `amount.currency`."""
        return {}
