"""What is about to be written to one record: old and new column values, open to change and veto until it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from kundig.base.errors import FieldError
from kundig.base.i18n import Text
from kundig.engine.schema.bound import BoundField, BoundObject

if TYPE_CHECKING:
    from kundig.engine.records.writing import Change

DraftAction = Literal["create", "update", "delete", "restore"]


@dataclass(frozen=True, slots=True)
class Create:
    """A new record. `values` is contract JSON by field; `external_ids` as `"system:id"`."""

    values: Mapping[str, Any]
    id: UUID | None = None
    external_ids: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Update:
    """New values for some fields. With `version`, only if that is still the current one. `lost_ids` are external ids to drop."""

    id: UUID
    values: Mapping[str, Any]
    version: int | None = None
    external_ids: Sequence[str] = ()
    lost_ids: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Delete:
    """To the trash, together with what the record owns."""

    id: UUID
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Restore:
    """Back from the trash, together with what was deleted with it."""

    id: UUID


Item = Create | Update | Delete | Restore


@dataclass(eq=False, slots=True)
class Draft:
    """One record on its way through the write door. Hooks see it after validation and before anything is written."""

    change: Change
    object: BoundObject
    action: DraftAction
    id: UUID
    place: tuple[str, int] | None = None
    """List and index in a batch, for errors."""
    old: dict[str, Any] = field(default_factory=dict)
    new: dict[str, Any] = field(default_factory=dict)
    sides: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """New rows of side tables, by field; only of fields that are written."""
    given: frozenset[str] = frozenset()
    external_ids: tuple[str, ...] = ()
    lost_ids: tuple[str, ...] = ()
    renamed: tuple[list[str], list[str]] = field(default_factory=lambda: ([], []))
    """The external ids that were really dropped and added, once they are written."""
    errors: list[FieldError] = field(default_factory=list)
    followers: list[tuple[str, Item]] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    """Labels of linked records that make part of this one's label, by field."""
    figures: dict[str, Any] = field(default_factory=dict)
    """Figures of a new record that are known before it is stored, by column of its roll-up row."""
    counted: frozenset[tuple[str, str]] = frozenset()
    """Parent objects and links whose figures count this new record already."""
    rates: dict[tuple[tuple[str, UUID], str], Decimal] = field(default_factory=dict)
    """Rates that a closed record keeps from now on, by the record and currency."""
    covered: dict[str, Any] = field(default_factory=dict)
    """Own values, by column, whose place such figures take in `new`."""
    unseen: frozenset[str] = frozenset()
    """Links that stay as they are and lead nowhere for who writes, so that they count as empty; see `records.unseen`."""

    @property
    def hidden(self) -> frozenset[str]:
        """Fields that the actor may not know of. No rule whose answer the actor gets judges what is in them."""
        rights = self.change.scope.access.objects.get(self.object.name)
        return frozenset() if rights is None else rights.hidden

    def get(self, name: str) -> Any:
        """The value that a field will have: that of its main column."""
        column = self.object.fields[name].column
        return self.new[column] if column in self.new else self.old.get(column)

    def own(self, name: str) -> Any:
        """The same, of a new record without the figure that takes its place."""
        column = self.object.fields[name].column
        return self.covered[column] if column in self.covered else self.get(name)

    def before(self, name: str) -> Any:
        """The value that a field had; None for a new record."""
        return self.old.get(self.object.fields[name].column)

    def set(self, name: str, value: Any) -> None:
        """Give a field another value: of its main column, or of all its columns as a mapping."""
        column = self.object.fields[name].column
        if isinstance(value, Mapping):
            self.new.update(value)
        else:
            self.new[column] = value

    def changes(self, name: str) -> bool:
        """Whether a field will change (for a new record: whether it will have a value)."""
        if name in self.sides:
            return True
        return any(
            column in self.new and self.new[column] != self.old.get(column) for column in columns_of(self.object.fields[name])
        )

    def refuse(self, name: str, code: str, text: Text) -> None:
        """Veto the write, with a reason at a field."""
        list_, index = self.place or (None, None)
        self.errors.append(FieldError(name, code, text, list_, index))

    def also(self, object_: str, item: Item) -> None:
        """Write something else in the same change, right after this."""
        self.followers.append((object_, item))

    @property
    def changed(self) -> dict[str, Any]:
        """Columns whose value will differ from the old one."""
        return {column: value for column, value in self.new.items() if value != self.old.get(column)}

    @property
    def writes(self) -> bool:
        """Whether there is anything to write at all."""
        return self.action != "update" or bool(self.changed) or bool(self.sides) or bool(self.external_ids or self.lost_ids)


def columns_of(field_: BoundField) -> tuple[str, ...]:
    """The names of a field's columns."""
    return field_.column_names
