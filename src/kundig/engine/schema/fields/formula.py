"""Formula: a value that PostgreSQL works out from the record's own columns, declared by a module."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import msgspec
import sqlalchemy as sa

from kundig.base.i18n import t
from kundig.engine.schema.fields.contract import Binding, FieldType, Misdefined, Parsing, Reading, Refused
from kundig.engine.schema.kinds import Kind

if TYPE_CHECKING:
    from kundig.engine.schema.bound import BoundField

_PLACE = re.compile(r"\{([a-z_][a-z0-9_]*(?:\.[a-z_]+)?)\}")


class FormulaOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`sql` over own fields in braces (`{amount} * {probability} / 100`), `result` the type of what comes out.

    A result of money needs `currency_of`, the money field whose currency it has. An overridable one may be set by hand.
    """

    result: str
    sql: str
    currency_of: str | None = None
    overridable: bool = False


@dataclass(frozen=True)
class BoundFormula:
    """The result as a field of its own, the SQL of its columns, and the field that a value set by hand lies in."""

    result: BoundField
    expressions: Mapping[str, str]
    override: BoundField | None
    sql: str
    currency_of: str | None


class FormulaType(FieldType):
    """Generated columns, so that a formula filters, sorts and sums like any other field."""

    name = "formula"
    kind = Kind.NONE
    for_modules = True
    rank = 1
    Options = FormulaOptions

    def bind(self, field: BoundField, binding: Binding) -> BoundField:
        """Result and SQL; a formula over formulas or roll-ups is refused, since PostgreSQL can't generate it."""
        options = field.options
        result = result_field(field, binding.type(options.result), binding)
        override = replace(result, column=f"{field.column}__override") if options.overridable else None
        columns = [column.name for column in result.type.columns(result)]
        if "currency" in result.parts:
            if options.currency_of is None or override is not None:
                raise Misdefined(t("A formula that results in money needs a field for its currency and can't be overridden."))
            expressions = _money(options, columns, _columns(field, binding))
        elif len(columns) == 1:
            expressions = {columns[0]: _filled(options.sql, _columns(field, binding))}
        else:
            raise Misdefined(t('A formula can\'t result in "{type}".', type=options.result))
        definition = msgspec.structs.replace(field.definition, read_only=override is None)
        return replace(
            field, definition=definition, options=BoundFormula(result, expressions, override, options.sql, options.currency_of)
        )

    def result(self, field: BoundField) -> BoundField:
        """What comes out."""
        result: BoundField = field.options.result
        return result

    def columns(self, field: BoundField) -> tuple[sa.Column[Any], ...]:
        """Generated columns, and one for a value set by hand."""
        bound: BoundFormula = field.options
        generated = (
            sa.Column(column.name, column.type, sa.Computed(bound.expressions[column.name], persisted=True))
            for column in bound.result.type.columns(bound.result)
        )
        override = bound.override.type.columns(bound.override) if bound.override else ()
        return (*generated, *(sa.Column(column.name, column.type) for column in override))

    def parse(self, field: BoundField, value: Any, parsing: Parsing) -> Mapping[str, Any]:
        """Only an overridable one; null lets the formula count again."""
        override: BoundField | None = field.options.override
        if override is None:
            raise Refused("read_only", t("This is kept by Kundig and can't be set."))
        return {f"{field.column}__override": None} if value is None else override.type.parse(override, value, parsing)

    def select(self, field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[Any]:
        """As its result."""
        shown: sa.ColumnElement[Any] = self._either(field, lambda f: f.type.select(f, row, reading))
        return shown

    def scalar(self, field: BoundField, row: sa.FromClause) -> sa.ColumnElement[Any] | None:
        """As its result."""
        compared: sa.ColumnElement[Any] | None = self._either(field, lambda f: f.type.scalar(f, row))
        return compared

    def held(self, field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[Any] | None:
        """As its result."""
        held: sa.ColumnElement[Any] | None = self._either(field, lambda f: f.type.held(f, row, reading))
        return held

    def parts(self, field: BoundField) -> Mapping[str, BoundField]:
        """As its result."""
        return field.options.result.parts if field.options.override is None else {}

    def _either(self, field: BoundField, of: Callable[[BoundField], Any]) -> Any:
        bound: BoundFormula = field.options
        return of(bound.result) if bound.override is None else sa.func.coalesce(of(bound.override), of(bound.result))


def result_field(field: BoundField, type_: FieldType, binding: Binding) -> BoundField:
    """The field that a formula or roll-up results in: same name and column, another type with its default options."""
    try:
        options = msgspec.convert({}, type_.Options)
    except msgspec.ValidationError:
        raise Misdefined(t('A formula can\'t result in "{type}".', type=type_.name)) from None
    definition = msgspec.structs.replace(field.definition, type=type_.name, options={})
    return type_.bind(replace(field, definition=definition, type=type_, options=options), binding)


def _columns(field: BoundField, binding: Binding) -> Callable[[str], str]:
    def column(path: str) -> str:
        name, _, part = path.partition(".")
        own = binding.field(field.object, name)
        if part and part not in own.parts:
            raise Misdefined(t('There is no field "{field}".', field=path))
        return (own.parts[part] if part else own).column

    return column


def _filled(sql: str, column: Callable[[str], str], suffixes: Mapping[str, str] | None = None) -> str:
    suffixes = suffixes or {}
    return "(" + _PLACE.sub(lambda match: f'"{column(match[1])}{suffixes.get(match[1], "")}"', sql) + ")"


def _money(options: FormulaOptions, columns: list[str], column: Callable[[str], str]) -> dict[str, str]:
    """Amount, currency and base. Rounded half up to the currency's digits; the base uses the base columns of its money fields.

    Where amount and base of the source are the same, so are those of the result: sums of the one are then sums of the other.
    """
    amount, currency, base = columns
    source, own = column(f"{options.currency_of}.currency"), column(f"{options.currency_of}")
    digits = f'kundig.currency_digits("{source}")'
    base_digits = f'case when "{own}" = "{own}__base" then {digits} else 2 end'
    paths = {match[1] for match in _PLACE.finditer(options.sql) if "." not in match[1]}
    money = {path: "__base" for path in paths if _is_money(path, column)}
    return {
        amount: f"round({_filled(options.sql, column)}, {digits})",
        currency: f'"{source}"',
        base: f"round({_filled(options.sql, column, money)}, {base_digits})",
    }


def _is_money(path: str, column: Callable[[str], str]) -> bool:
    try:
        column(f"{path}.currency")
    except Misdefined:
        return False
    return True
