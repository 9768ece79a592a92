"""Exchange rates: documents of the configuration, kept as rows besides, by which amounts are worth something."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from kundig.base.context import Workspace
from kundig.base.database import Connection
from kundig.base.errors import FieldError, Invalid
from kundig.base.i18n import Text, t
from kundig.base.jobs import queue
from kundig.engine.configuration.documents import Document
from kundig.engine.policy.jobs import RENEW_WORTH
from kundig.engine.schema.fields.contract import Refused
from kundig.engine.schema.fields.money import currencies
from kundig.engine.schema.fields.number import exact

KIND = "exchange_rates"
MOST = 20_000
"""Rates of one currency: fifty years of days."""
DIGITS = 12
_FIRST = date(1900, 1, 1)

Rates = dict[tuple[str, date], Decimal]
"""By currency and the day from which on."""

_STORED = "select currency, day, rate from {ws}.exchange_rate"
_PUT = """
insert into {ws}.exchange_rate (currency, day, rate)
select * from unnest(%(currencies)s::text[], %(days)s::date[], %(rates)s::numeric[])
on conflict (currency, day) do update set rate = excluded.rate
"""
_DROP = """
delete from {ws}.exchange_rate e using unnest(%(currencies)s::text[], %(days)s::date[]) w (currency, day)
where e.currency = w.currency and e.day = w.day
"""


def currency_after(documents: Sequence[Document], workspace: Workspace) -> str:
    """What amounts are compared in once the documents hold."""
    return next((d.body["currency"] for d in documents if d.kind == "workspace" and d.body.get("currency")), workspace.currency)


def rates_in(documents: Sequence[Document]) -> Rates:
    """All rates of the documents; raises Invalid with what can't be a rate."""
    found: Rates = {}
    errors: list[FieldError] = []
    for document in documents:
        if document.kind != KIND:
            continue
        rates = document.body.get("rates")
        if document.name not in currencies():
            errors.append(_fault(document, "name", t("Give a currency by its ISO 4217 code, such as EUR.")))
        if not isinstance(rates, Mapping) or len(rates) > MOST:
            errors.append(_fault(document, "rates", t("Give the rates by their days, at most {most}.", most=MOST)))
            continue
        for day, rate in rates.items():
            try:
                found[document.name, read_day(day)] = read_rate(rate)
            except Refused as refused:
                errors.append(_fault(document, f"rates.{day}", refused.text))
    if errors:
        raise Invalid(errors)
    return found


def read_day(text: str) -> date:
    """A day as documents write it; raises Refused."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if day < _FIRST or day.isoformat() != text:
        raise Refused("bad_value", t("Give a day such as 2026-01-31."))
    return day


def read_rate(value: Any) -> Decimal:
    """A rate as documents write it, more than nothing; raises Refused."""
    rate = exact(value, DIGITS)
    if rate <= 0:
        raise Refused("too_small", t("A rate is more than 0."))
    return rate


def rate_documents(rates: Rates, put: Rates, drop: Collection[tuple[str, date]] = ()) -> list[Document]:
    """The documents of the currencies concerned, once some rates are put to those that there are and others taken out."""
    after = {key: rate for key, rate in rates.items() if key not in drop} | put
    concerned = sorted({currency for currency, _ in [*put, *drop]})
    return [Document(KIND, code, {"name": code, "rates": _body(_of(after, code))}) for code in concerned]


def _body(rates: Mapping[date, Decimal]) -> dict[str, str]:
    return {day.isoformat(): format(rate, "f") for day, rate in sorted(rates.items())}


async def check_rates(connection: Connection, workspace: Workspace, documents: Sequence[Document]) -> None:
    """Raise Invalid for rates that can't be, and for another currency of the company while rates into the former stay."""
    after, home = rates_in(documents), currency_after(documents, workspace)
    if home not in currencies():
        raise Invalid.one("currency", "bad_currency", t("Give a currency by its ISO 4217 code, such as EUR."))
    if any(currency == home for currency, _ in after):
        text = t("{currency} is the currency of the company: what it is worth in itself needs no rate.", currency=home)
        raise Invalid.one("currency", "own_currency", text)
    if home == workspace.currency:
        return
    before = await stored_rates(connection)
    stay = {currency for currency, _ in after if _of(after, currency) == _of(before, currency)}
    if stay:
        text = t(
            "The exchange rates say what {currencies} are worth in {former}. Remove them first, then choose another currency.",
            currencies=", ".join(sorted(stay)),
            former=workspace.currency,
        )
        raise Invalid.one("currency", "has_rates", text)


async def stored_rates(connection: Connection) -> Rates:
    """All rates that hold now."""
    return {(row["currency"], row["day"]): row["rate"] for row in await connection.rows(_STORED)}


async def realise_rates(connection: Connection, workspace: Workspace, documents: Sequence[Document]) -> None:
    """Make the rows what the documents say; a job works out what amounts are worth by them."""
    wanted, present = rates_in(documents), await stored_rates(connection)
    put = sorted(key for key, rate in wanted.items() if present.get(key) != rate)
    drop = sorted(present.keys() - wanted.keys())
    if put:
        await connection.execute(_PUT, {**_columns(put), "rates": [wanted[key] for key in put]})
    if drop:
        await connection.execute(_DROP, _columns(drop))
    if currency_after(documents, workspace) != workspace.currency:
        await queue(connection, RENEW_WORTH, {"again": True}, lock=RENEW_WORTH)
    elif put or drop:
        moved = sorted({currency for currency, _ in [*put, *drop]})
        await queue(connection, RENEW_WORTH, {"currencies": moved, "again": True}, lock=RENEW_WORTH)


def _columns(keys: Sequence[tuple[str, date]]) -> dict[str, list[Any]]:
    return {"currencies": [currency for currency, _ in keys], "days": [day for _, day in keys]}


def _of(rates: Rates, wanted: str) -> dict[date, Decimal]:
    return {day: rate for (currency, day), rate in rates.items() if currency == wanted}


def _fault(document: Document, place: str, text: Text) -> FieldError:
    return FieldError(f"{document.kind} {document.name}:{place}", "bad_document", text)
