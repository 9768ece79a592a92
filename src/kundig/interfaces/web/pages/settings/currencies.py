"""What other currencies are worth: the dated exchange rates, to be entered, corrected, removed and pasted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from litestar import Request, Response, get, post

from kundig.base.errors import Invalid, Missing
from kundig.base.i18n import t
from kundig.engine.configuration.changing import Plan
from kundig.engine.policy.configuring import RIGHT, configure
from kundig.engine.policy.rates import Rates, rate_documents, read_day, stored_rates
from kundig.engine.policy.scope import Scope
from kundig.engine.schema.fields.contract import Refused
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.formats import formats
from kundig.interfaces.web.frame import LinkGroup
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.settings.navigation import CURRENCIES, HISTORY, settings_navigation
from kundig.interfaces.web.rendering import render, render_block
from kundig.interfaces.web.widgets.described import currency_choices
from kundig.services.transfer.rate_lines import MOST_LINES, read_lines, typed_currency, typed_day, typed_rate

FIRST, MOST = 10, 500
"""Rates of a currency that are in sight, and that are listed at all."""
_TEMPLATE = "pages/settings/currencies.html"
_MOST_TOLD = 10


@dataclass(frozen=True, slots=True)
class RateView:
    """A rate: what one unit is worth from a day on."""

    day: str
    worth: str


@dataclass(frozen=True, slots=True)
class CurrencyView:
    """A currency with its rates, the latest first."""

    code: str
    name: str
    count: int
    first: tuple[RateView, ...]
    older: tuple[RateView, ...]


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the forms. `former` is the rate that is corrected, as currency and day."""

    currency: str = ""
    day: str = ""
    rate: str = ""
    former: tuple[str, str] | None = None
    lines: str = ""


@dataclass(frozen=True, slots=True)
class CurrenciesView:
    """`settings/currencies.html`."""

    nav: tuple[LinkGroup, ...]
    home: str
    known: tuple[CurrencyView, ...]
    choices: tuple[tuple[str, str], ...]
    typed: Typed
    errors: Mapping[str, str] = field(default_factory=dict)


@get("/settings/currencies")
async def show(request: Request[Any, Any, Any]) -> Response[str]:
    """The rates, and the form for another one or for the chosen one."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require(RIGHT)
        rates, language = await stored_rates(scope.connection), visit.frame.language
        typed = Typed(day=scope.context.now.astimezone(scope.context.time_zone).date().isoformat())
        if chosen := _chosen(rates, visit.query("currency"), visit.query("day")):
            (currency, day), rate = chosen, formats(language, "UTC").number(rates[chosen])
            typed = Typed(currency, day.isoformat(), rate, (currency, day.isoformat()))
        return Reply(render(_TEMPLATE, _view(scope, rates, typed), visit.frame))

    return await page(request, work)


@post("/settings/currencies", status_code=200)
async def save(request: Request[Any, Any, Any]) -> Response[str]:
    """Keep one rate, new or corrected."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require(RIGHT)
        rates = await stored_rates(scope.connection)
        former = _chosen(rates, visit.value("former_currency"), visit.value("former_day"))
        told = (former[0], former[1].isoformat()) if former else None
        typed = Typed(visit.value("currency"), visit.value("day"), visit.value("rate"), told)
        errors: dict[str, str] = {}
        read: dict[str, Any] = {}
        readers: Mapping[str, Callable[[], Any]] = {
            "currency": lambda: typed_currency(typed.currency),
            "day": lambda: typed_day(typed.day, visit.frame.language),
            "rate": lambda: typed_rate(typed.rate),
        }
        for name, reader in readers.items():
            try:
                read[name] = reader()
            except Refused as refused:
                errors[name] = refused.text.render(visit.frame.language)
        if not errors:
            drop = [former] if former and former != (read["currency"], read["day"]) else []
            try:
                plan = await _change(scope, visit, rates, {(read["currency"], read["day"]): read["rate"]}, drop)
                return Reply(to=CURRENCIES, headers=_saved(visit, plan))
            except Invalid as error:
                errors = {"currency": _told(error, visit)}
        return Reply(render_block(_TEMPLATE, "form", replace(_view(scope, rates, typed), errors=errors), visit.frame), 422)

    return await page(request, work, write=False)


@post("/settings/currencies/lines", status_code=200)
async def save_lines(request: Request[Any, Any, Any]) -> Response[str]:
    """Keep all rates of pasted lines, or none if any can't be read."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require(RIGHT)
        rates, text = await stored_rates(scope.connection), visit.value("lines")
        found, wrong = read_lines(text, visit.frame.language)
        told = [line.render(visit.frame.language) for line in wrong[:_MOST_TOLD]]
        if not wrong and not 0 < len(found) <= MOST_LINES:
            told = [t("Give from one to {most} lines.", most=MOST_LINES).render(visit.frame.language)]
        if not told:
            try:
                plan = await _change(scope, visit, rates, found)
                return Reply(to=CURRENCIES, headers=_saved(visit, plan))
            except Invalid as error:
                told = [_told(error, visit)]
        view = replace(_view(scope, rates, Typed(lines=text)), errors={"lines": " ".join(told)})
        return Reply(render_block(_TEMPLATE, "paste", view, visit.frame), 422)

    return await page(request, work, write=False)


@post("/settings/currencies/{currency:str}/{day:str}/remove", status_code=200)
async def remove(request: Request[Any, Any, Any], currency: str, day: str) -> Response[str]:
    """Take a rate out."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require(RIGHT)
        rates = await stored_rates(scope.connection)
        chosen = _chosen(rates, currency, day)
        if chosen is None:
            raise Missing
        plan = await _change(scope, visit, rates, {}, {chosen})
        return Reply(to=CURRENCIES, headers=notice(visit, t("The rate is removed."), undo=f"{HISTORY}/{plan.id}/undo"))

    return await page(request, work, write=False)


async def _change(scope: Scope, visit: Visit, rates: Rates, put: Rates, drop: Collection[tuple[str, date]] = ()) -> Plan:
    """Apply the documents of all currencies concerned as one plan, which can be taken back as a whole."""
    documents = rate_documents(rates, put, drop)
    named = ", ".join(document.name for document in documents)
    note = t("Exchange rates: {currencies}", currencies=named).render(scope.context.workspace.language)
    return await configure(scope, visit.web.database, visit.web.scopes.models, documents, note=note)


def _saved(visit: Visit, plan: Plan) -> dict[str, str]:
    if not plan.revisions:
        return notice(visit, t("Saved."))
    text = t("What amounts are worth is worked out anew in the background.").render(visit.frame.language)
    return notice(visit, t("Saved."), text=text, undo=f"{HISTORY}/{plan.id}/undo")


def _told(error: Invalid, visit: Visit) -> str:
    return " ".join(fault.text.render(visit.frame.language) for fault in error.errors)


def _chosen(rates: Rates, currency: str, day: str) -> tuple[str, date] | None:
    try:
        key = (currency, read_day(day))
    except Refused:
        return None
    return key if key in rates else None


def _view(scope: Scope, rates: Rates, typed: Typed) -> CurrenciesView:
    home, language = scope.context.workspace.currency, scope.context.language
    choices = tuple(choice for choice in currency_choices(language) if choice[0] != home)
    names = dict(choices)
    known = tuple(_currency(code, names.get(code, code), rates, home, language) for code in sorted({code for code, _ in rates}))
    return CurrenciesView(settings_navigation(scope), home, known, choices, typed)


def _currency(code: str, name: str, rates: Rates, home: str, language: str) -> CurrencyView:
    own = sorted(((day, rate) for (of, day), rate in rates.items() if of == code), reverse=True)
    shown = [RateView(day.isoformat(), f"1 {code} = {formats(language, 'UTC').number(rate)} {home}") for day, rate in own[:MOST]]
    return CurrencyView(code, name, len(own), tuple(shown[:FIRST]), tuple(shown[FIRST:]))


ROUTES = (show, save, save_lines, remove)
