"""Money: an exact amount and its currency, and the same in the workspace's currency for comparing and adding up."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from babel.core import get_global
from babel.numbers import get_currency_precision, list_currencies

from kundig.base.context import Context
from kundig.base.i18n import t
from kundig.engine.schema.fields.contract import FieldType, Parsing, Reading, Refused
from kundig.engine.schema.fields.number import exact
from kundig.engine.schema.fields.text import TextOptions, TextType
from kundig.engine.schema.kinds import Kind

if TYPE_CHECKING:
    from kundig.engine.schema.bound import BoundField


class MoneyType(FieldType):
    """`{"amount": "1234.50", "currency": "EUR"}` in `{field}`, `{field}__currency` and `{field}__base`.

    Base is the amount in the workspace's currency at the rate of the record's rate date; null while no rate is known. Of another
    currency's the writer works it out, who knows that date.
    """

    name = "money"
    kind = Kind.NUMBER

    def columns(self, field: BoundField) -> tuple[sa.Column[Any], ...]:
        """Amount, currency, base."""
        column = field.column
        return sa.Column(column, sa.Numeric), sa.Column(f"{column}__currency", sa.Text), sa.Column(f"{column}__base", sa.Numeric)

    def parse(self, field: BoundField, value: Any, parsing: Parsing) -> Mapping[str, Any]:
        """An amount, and a currency unless it is the workspace's."""
        column = field.column
        if value is None:
            return {column: None, f"{column}__currency": None, f"{column}__base": None}
        if not isinstance(value, Mapping) or "amount" not in value or not set(value) <= {"amount", "currency"}:
            raise Refused(
                "bad_type",
                t("Give an amount and a currency, such as {example}.", example='{"amount": "1234.50", "currency": "EUR"}'),
            )
        home = parsing.context.workspace.currency
        currency = value.get("currency")
        currency = home if currency is None else currency
        if not isinstance(currency, str) or currency not in currencies():
            raise Refused("bad_currency", t("Give a currency by its ISO 4217 code, such as EUR."), ".currency")
        digits = currency_digits(currency)
        amount = exact(value["amount"], digits).quantize(Decimal(1).scaleb(-digits))
        return {column: amount, f"{column}__currency": currency, f"{column}__base": amount if currency == home else None}

    def select(self, field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[Any]:
        """Amount as a string with the currency's digits, and the currency; null without an amount."""
        return money_json(row.c[field.column], row.c[f"{field.column}__currency"])

    def scalar(self, field: BoundField, row: sa.FromClause) -> sa.ColumnElement[Any]:
        """The amount in the workspace's currency."""
        return row.c[f"{field.column}__base"]

    def held(self, field: BoundField, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[Any]:
        """The amount in its own currency: one without a rate is no empty one."""
        return row.c[field.column]

    def parts(self, field: BoundField) -> Mapping[str, BoundField]:
        """The currency."""
        return {"currency": field.part("currency", CURRENCY, TextOptions())}


class CurrencyType(TextType):
    """The currency inside an amount of money."""

    def operand(self, field: BoundField, value: str, context: Context) -> str:
        """The code as written."""
        return value


CURRENCY = CurrencyType()


def money_json(amount: sa.ColumnElement[Any], currency: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """An amount as contract JSON, with its currency's digits whatever the column holds (a sum may have more)."""
    written = sa.cast(sa.func.round(amount, sa.func.kundig.currency_digits(currency)), sa.Text)
    shown = sa.func.json_build_object("amount", written, "currency", currency)
    return sa.case((amount.is_not(None), shown))


def base_amount(amount: Decimal | None, rate: Decimal | None, home: str) -> Decimal | None:
    """An amount in the workspace's currency `home`; None without a rate."""
    if amount is None or rate is None:
        return None
    return (amount * rate).quantize(Decimal(1).scaleb(-currency_digits(home)), ROUND_HALF_UP)


@cache
def currency_digits(currency: str) -> int:
    """How many digits a currency has after the point."""
    return get_currency_precision(currency)


@cache
def currencies() -> frozenset[str]:
    """The currencies in use today, by CLDR."""
    in_use = {
        code for used in get_global("territory_currencies").values() for code, _, end, tender in used if end is None and tender
    }
    return frozenset(in_use & set(list_currencies()))
