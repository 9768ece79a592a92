"""A field and an object as the engine uses them: the definition together with its type, options, columns and tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import msgspec
import sqlalchemy as sa

from kundig.engine.extension import Field, Object, Pipeline
from kundig.engine.schema.fields.contract import FieldType
from kundig.engine.schema.kinds import Kind


@dataclass(frozen=True)
class BoundField:
    """One use of a field type. `column` is its main column, normally named as the field (`owner` lies in `owner_id`)."""

    definition: Field
    type: FieldType
    options: Any
    object: str
    column: str
    standard: bool = False
    """Kept by the engine for every object."""
    pipeline: Pipeline | None = None
    """For pipeline fields and what is derived from them."""

    @property
    def name(self) -> str:
        """The API name."""
        return self.definition.name

    @cached_property
    def result(self) -> BoundField:
        """Itself, or what a formula or roll-up results in."""
        return self.type.result(self)

    @property
    def kind(self) -> Kind:
        """How its values compare."""
        return self.result.type.kind

    @cached_property
    def parts(self) -> Mapping[str, BoundField]:
        """Fields inside its value."""
        return self.type.parts(self)

    def part(self, name: str, type_: FieldType, options: msgspec.Struct, **definition: Any) -> BoundField:
        """A field inside this one, in the column `{column}__{name}`."""
        inner = Field(name=f"{self.name}.{name}", type=type_.name, label=self.definition.label, **definition)
        return BoundField(inner, type_, options, self.object, f"{self.column}__{name}", self.standard)


@dataclass(frozen=True)
class Child:
    """A link that points at an object from another (or the same): `object.field`."""

    object: str
    field: str

    @property
    def path(self) -> str:
        """As filters and layouts write it."""
        return f"{self.object}.{self.field}"


@dataclass(frozen=True)
class BoundObject:
    """An object with its table, its fields by API name in order, and the children that link to it."""

    definition: Object
    table: sa.Table
    fields: Mapping[str, BoundField]
    side_tables: Mapping[str, sa.Table] = field(default_factory=dict)
    rollups: sa.Table | None = None
    """`{object}_rollup`, one row a record, when the object has roll-ups."""
    children: tuple[Child, ...] = ()

    @property
    def name(self) -> str:
        """The API name."""
        return self.definition.name

    @cached_property
    def title_fields(self) -> tuple[str, ...]:
        """The fields that make the label."""
        import string

        return tuple(name for _, name, _, _ in string.Formatter().parse(self.definition.title) if name)

    @cached_property
    def pipelines(self) -> tuple[BoundField, ...]:
        """Its pipeline fields (not the ones derived from them)."""
        return tuple(f for f in self.fields.values() if f.pipeline is not None and f.name == f.pipeline.field)
