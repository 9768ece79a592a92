"""Roll-up: a figure over a record's children, or the time of an interaction, kept in `{object}_rollup`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import msgspec
import sqlalchemy as sa

from kundig.base.i18n import t
from kundig.engine.schema.fields.boolean import BooleanType
from kundig.engine.schema.fields.contract import Binding, FieldType, Misdefined, Parsing, Reading, Refused
from kundig.engine.schema.fields.dates import DatetimeType
from kundig.engine.schema.fields.formula import result_field
from kundig.engine.schema.fields.number import NumberType
from kundig.engine.schema.kinds import Kind

if TYPE_CHECKING:
    from kundig.engine.schema.bound import BoundField

Measure = Literal["count", "sum", "min", "max", "exists"]
_WHOLE: Mapping[str, Any] = {"count": sa.text("0"), "exists": sa.false()}
"""What a roll-up of no children is, where it is not empty."""


class RollupOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`child` is `object.link`; `measure` over `field` of the children that match `where`. Or `timeline`: last or next interaction.

    `into` names an own money field that the value is written into while there are children.
    """

    child: str | None = None
    measure: Measure = "count"
    field: str | None = None
    where: dict[str, Any] | None = None
    result: str | None = None
    into: str | None = None
    timeline: Literal["last", "next"] | None = None


@dataclass(frozen=True)
class BoundRollup:
    """The same with its names looked up. `child` is empty for a roll-up of the timeline."""

    result: BoundField
    measure: Measure
    child: str = ""
    field: str | None = None
    where: Mapping[str, Any] | None = None
    into: str | None = None
    timeline: Literal["last", "next"] | None = None

    @property
    def child_object(self) -> str:
        """The object of the children."""
        return self.child.partition(".")[0]

    @property
    def link(self) -> str:
        """The children's link to the record."""
        return self.child.partition(".")[2]


class RollupType(FieldType):
    """Kept by the writer in the child's transaction; served from the table only to who may read all of what it counts."""

    name = "rollup"
    kind = Kind.NONE
    kept = True
    for_modules = True
    rank = 2
    Options = RollupOptions

    def bind(self, field: BoundField, binding: Binding) -> BoundField:
        """Child, link, field and result."""
        options: RollupOptions = field.options
        if options.timeline is not None:
            return replace(
                field, options=BoundRollup(result_field(field, DatetimeType(), binding), "max", timeline=options.timeline)
            )
        child, _, link = (options.child or "").partition(".")
        if binding.field(child, link).target != field.object:
            raise Misdefined(t('"{child}" is no link to this object.', child=options.child))
        if options.into is not None and "currency" not in binding.field(field.object, options.into).parts:
            raise Misdefined(t('"{field}" is no field of type money.', field=options.into))
        result = result_field(field, _result_type(options, child, binding), binding)
        bound = BoundRollup(result, options.measure, f"{child}.{link}", options.field, options.where, options.into)
        return replace(field, options=bound)

    def result(self, field: BoundField) -> BoundField:
        """The figure."""
        result: BoundField = field.options.result
        return result

    def columns(self, field: BoundField) -> tuple[sa.Column[Any], ...]:
        """None: the figure lies in the roll-up table."""
        return ()

    def rollup_columns(self, field: BoundField) -> tuple[sa.Column[Any], ...]:
        """Those of its result; with `into` also whether it stands there, and what stood there before (`{field}__before…`)."""
        columns = self._result_columns(field)
        if field.options.into is None:
            return tuple(columns)
        before = (
            sa.Column(f"{field.column}__before{c.name.removeprefix(field.column)}", c.type) for c in self._result_columns(field)
        )
        return (*columns, sa.Column(f"{field.column}__into", sa.Boolean, nullable=False, server_default=sa.false()), *before)

    def parse(self, field: BoundField, value: Any, parsing: Parsing) -> Mapping[str, Any]:
        """Never."""
        raise Refused("read_only", t("This is kept by Kundig and can't be set."))

    def select(self, field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[Any]:
        """The stored figure, or the one over the children that the reader may see."""
        result: BoundField = field.options.result
        return _whole(field, reading.rollup(field, row, lambda held: result.type.select(result, held, reading)))

    def scalar(self, field: BoundField, row: sa.FromClause) -> sa.ColumnElement[Any] | None:
        """The figure of a row of roll-ups."""
        return None if field.kind is Kind.NONE else _whole(field, _figure(field, row))

    def compared(self, field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[Any] | None:
        """As `select`: what may not be told must not be compared."""
        return None if field.kind is Kind.NONE else _whole(field, reading.rollup(field, row, lambda held: _figure(field, held)))

    def _result_columns(self, field: BoundField) -> list[sa.Column[Any]]:
        result: BoundField = field.options.result
        return [sa.Column(column.name, column.type) for column in result.type.columns(result)]


def _figure(field: BoundField, row: sa.FromClause) -> sa.ColumnElement[Any]:
    result: BoundField = field.options.result
    value = result.type.scalar(result, row)
    assert value is not None
    return value


def _whole(field: BoundField, value: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """A count is null until there has been a child."""
    nothing = _WHOLE.get(field.options.measure)
    return value if nothing is None else sa.func.coalesce(value, nothing)


def _result_type(options: RollupOptions, child: str, binding: Binding) -> FieldType:
    if options.result is not None:
        return binding.type(options.result)
    if options.measure == "count":
        return NumberType()
    if options.measure == "exists":
        return BooleanType()
    if options.field is None:
        raise Misdefined(t('The measure "{measure}" needs a field.', measure=options.measure))
    source = binding.field(child, options.field).result
    if options.measure == "sum" and source.type.kind is not Kind.NUMBER:
        raise Misdefined(t('"{field}" can\'t be added up.', field=options.field))
    return source.type
