"""A field and an object as the engine uses them: the definition together with its type, options, columns and tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import msgspec
import sqlalchemy as sa

from kundig.engine.extension import Choice, Field, Object, Pipeline
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
    pipelines: tuple[Pipeline, ...] = ()
    """For pipeline fields and what is derived from them; a new record starts in the first."""

    @property
    def pipeline(self) -> Pipeline | None:
        """The pipeline that new records start in; None if the field has nothing to do with pipelines."""
        return self.pipelines[0] if self.pipelines else None

    @property
    def chooser(self) -> str | None:
        """Of a pipeline field with several: the field that says which of them a record is in."""
        several = len(self.pipelines) > 1 and self.name == self.pipelines[0].field
        return f"{self.name}_pipeline" if several else None

    def pipeline_of(self, record: Mapping[str, Any]) -> Pipeline | None:
        """The pipeline that a record (contract JSON by field) is in: the one that it names, else the first with its stage."""
        named, key = record.get(self.chooser or ""), record.get(self.name)
        own = next((pipeline for pipeline in self.pipelines if pipeline.name == named), None)
        return own or next((p for p in self.pipelines if any(stage.key == key for stage in p.stages)), self.pipeline)

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

    @property
    def read_only(self) -> bool:
        """Whether only the engine writes it."""
        return self.definition.read_only or self.type.kept

    @property
    def choices(self) -> tuple[Choice, ...]:
        """Its possible values in order (choices, stages, statuses), of its result too; empty if it takes others."""
        choices: tuple[Choice, ...] = getattr(self.result.options, "choices", ())
        return choices

    @property
    def target(self) -> str | None:
        """The object that a link, or every one of its links, points to; None for other fields and for links to any object."""
        target: str | None = getattr(self.options, "target", None)
        return target

    @property
    def targets(self) -> tuple[str, ...]:
        """The objects that a link may point to."""
        several: tuple[str, ...] = getattr(self.options, "targets", ())
        return several if self.target is None else (self.target,)

    @cached_property
    def to_one(self) -> bool:
        """Whether it is a link to one record, so that paths may go on through it."""
        return self.target is not None and bool(self.type.columns(self))

    @property
    def searched(self) -> bool:
        """Whether full-text search finds it: what the definition says, else texts and contact points.

        Sensitive fields are never found: a hit would tell of them without anybody noting who has read it.
        """
        wanted = self.definition.searched
        if self.definition.sensitive or wanted is not None:
            return bool(wanted) and not self.definition.sensitive
        return self.type.contact is not None or (self.kind is Kind.TEXT and self.type.plain and not self.type.kept)

    @cached_property
    def column_names(self) -> tuple[str, ...]:
        """The names of its columns in the object's table; asked for many times in each write, so they are kept."""
        return tuple(column.name for column in self.type.columns(self))

    @cached_property
    def parts(self) -> Mapping[str, BoundField]:
        """Fields inside its value."""
        return self.type.parts(self)

    def part(self, name: str, type_: FieldType, options: msgspec.Struct, **definition: Any) -> BoundField:
        """A field inside this one, in the column `{column}__{name}`."""
        inner = Field(name=f"{self.name}.{name}", type=type_.name, label=self.definition.label, **definition)
        return BoundField(inner, type_, options, self.object, f"{self.column}__{name}", self.standard)


def implicit_fields(object_: str) -> Mapping[str, BoundField]:
    """`id`, a link to the record itself, and `label`."""
    from kundig.engine.schema.fields.identity import IDENTITY, IdentityOptions, NameType
    from kundig.engine.schema.fields.text import TextOptions

    id_ = Field(name="id", type="link", label={"en": "ID", "de": "ID"}, read_only=True)
    label = Field(name="label", type="text", label={"en": "Name", "de": "Name"}, read_only=True)
    return {
        "id": BoundField(id_, IDENTITY, IdentityOptions(object_), object_, "id", standard=True),
        "label": BoundField(label, NameType(), TextOptions(), object_, "label", standard=True),
    }


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
    pointing: tuple[Child, ...] = ()
    """All links that lead here: the children's, those to several records or any, and those that every record has."""

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
    def defaulted(self) -> tuple[BoundField, ...]:
        """Its fields that a new record has a value in unless told otherwise."""
        return tuple(f for f in self.fields.values() if f.definition.default is not None)

    @cached_property
    def required(self) -> tuple[BoundField, ...]:
        """Its fields that can't be without a value."""
        return tuple(f for f in self.fields.values() if f.definition.required)

    @cached_property
    def pipelines(self) -> tuple[BoundField, ...]:
        """Its pipeline fields (not the ones derived from them)."""
        return tuple(f for f in self.fields.values() if f.pipeline is not None and f.name == f.pipeline.field)

    @cached_property
    def amounts(self) -> tuple[BoundField, ...]:
        """Its fields of money that people give, with the columns of amount, currency and worth; not the figures made of them."""
        return tuple(f for f in self.fields.values() if f.result is f and "currency" in f.parts and f.column_names)

    @cached_property
    def recurrence(self) -> BoundField | None:
        """The field with the rule by which its records recur, if they can."""
        return next((f for f in self.fields.values() if f.type.recurs), None)

    @cached_property
    def indexes(self) -> tuple[sa.Index, ...]:
        """The indexes of its table; made when first asked for, since only changes of the model and costly lists need them."""
        from kundig.engine.schema.indexes import object_indexes

        return tuple(object_indexes(self.definition, self.fields, self.table))

    @cached_property
    def implicit(self) -> Mapping[str, BoundField]:
        """What every record has without being a field of the model: `id` and `label`, which paths may name too."""
        return implicit_fields(self.name)
