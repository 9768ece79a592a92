"""Who the company is and what holds for everybody in it: address, language, time zone, country, currency; as its configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from litestar import Request, Response, get, post

from kundig.base.errors import Invalid
from kundig.base.i18n import LANGUAGES, Text, t
from kundig.base.time_zones import inhabited_zones
from kundig.base.whole import whole
from kundig.engine.audit.forgetting import KEPT_DAYS, LEAST_DAYS, MOST_DAYS
from kundig.engine.configuration.documents import MOST_TRASH_DAYS, SETTINGS_NAME, TRASH_DAYS, Document
from kundig.engine.configuration.store import stored_documents
from kundig.engine.policy.configuring import RIGHT, configure
from kundig.engine.policy.rates import stored_rates
from kundig.engine.policy.scope import Scope
from kundig.engine.schema.fields.money import currencies
from kundig.interfaces.web.edge import Reply, Visit, page
from kundig.interfaces.web.frame import LinkGroup
from kundig.interfaces.web.notices import notice
from kundig.interfaces.web.pages.settings.navigation import COMPANY, settings_navigation
from kundig.interfaces.web.rendering import render, render_block
from kundig.interfaces.web.widgets.described import countries, currency_choices

LONGEST = {"company": 200, "address": 500}
_NAMES = ("company", "address", "language", "time_zone", "region", "currency", "audit_days", "trash_days")


@dataclass(frozen=True, slots=True)
class CompanyView:
    """`settings/company.html`."""

    nav: tuple[LinkGroup, ...]
    values: Mapping[str, Any]
    currency: str
    currencies: tuple[tuple[str, str], ...]
    """Those to choose from; none while there are rates into the one that holds."""
    zones: tuple[str, ...]
    countries: tuple[tuple[str, str], ...]
    errors: Mapping[str, str] = field(default_factory=dict)


@get("/settings/company")
async def show(request: Request[Any, Any, Any]) -> Response[str]:
    """The form, with what holds now."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require(RIGHT)
        workspace = scope.context.workspace
        usual: dict[str, Any] = {"language": workspace.language, "time_zone": workspace.time_zone, "region": workspace.region}
        usual |= {"audit_days": KEPT_DAYS, "trash_days": TRASH_DAYS, "currency": workspace.currency}
        return Reply(render("pages/settings/company.html", await _view(scope, {**usual, **await _settings(scope)}), visit.frame))

    return await page(request, work)


@post("/settings/company", status_code=200)
async def save(request: Request[Any, Any, Any]) -> Response[str]:
    """Keep it as a change of the configuration, which can be taken back."""

    async def work(scope: Scope, visit: Visit) -> Reply:
        scope.require(RIGHT)
        values = {name: visit.value(name).strip() for name in _NAMES}
        values["currency"] = values["currency"] or scope.context.workspace.currency
        errors = {name: text.render(visit.frame.language) for name, text in _wrong(values)}
        if errors:
            return await _refused(scope, visit, values, errors)
        kept: dict[str, Any] = {name: value for name, value in (await _settings(scope) | values).items() if value}
        kept |= {name: int(values[name]) for name in ("audit_days", "trash_days")}
        note = t("Company").render(scope.context.workspace.language)
        document = Document("workspace", SETTINGS_NAME, kept)
        try:
            await configure(scope, visit.web.database, visit.web.scopes.models, [document], note=note)
        except Invalid as error:
            found = {fault.field: fault.text.render(visit.frame.language) for fault in error.errors}
            return await _refused(scope, visit, values, found)
        return Reply(to=COMPANY, headers=notice(visit, t("Saved.")))

    return await page(request, work, write=False)


async def _refused(scope: Scope, visit: Visit, values: Mapping[str, str], errors: Mapping[str, str]) -> Reply:
    return Reply(render_block("pages/settings/company.html", "form", await _view(scope, values, errors), visit.frame), 422)


async def _settings(scope: Scope) -> dict[str, Any]:
    """What the configuration says so far."""
    documents = await stored_documents(scope.connection)
    return next((dict(document.body) for document in documents if document.key == ("workspace", SETTINGS_NAME)), {})


def _wrong(values: Mapping[str, str]) -> Iterator[tuple[str, Text]]:
    if not values["company"]:
        yield "company", t("Give the name of your company.")
    for name, most in LONGEST.items():
        if len(values[name]) > most:
            yield name, t("Use at most {most} characters.", most=most)
    if values["language"] not in LANGUAGES:
        yield "language", t("Choose one of the languages.")
    if values["time_zone"] not in inhabited_zones():
        yield "time_zone", t("There is no time zone “{zone}”. Give one such as Europe/Berlin.", zone=values["time_zone"][:100])
    if values["region"] not in dict(countries("en")):
        yield "region", t("Choose one of the countries.")
    if values["currency"] not in currencies():
        yield "currency", t("Choose one of the currencies.")
    if not LEAST_DAYS <= (whole(values["audit_days"]) or 0) <= MOST_DAYS:
        yield "audit_days", t("Give a whole number from {least} to {most}.", least=LEAST_DAYS, most=MOST_DAYS)
    if whole(values["trash_days"], MOST_TRASH_DAYS) is None:
        yield "trash_days", t("Give a whole number from {least} to {most}.", least=0, most=MOST_TRASH_DAYS)


async def _view(scope: Scope, values: Mapping[str, Any], errors: Mapping[str, str] | None = None) -> CompanyView:
    nav, context = settings_navigation(scope), scope.context
    choices = () if await stored_rates(scope.connection) else currency_choices(context.language)
    home = context.workspace.currency
    return CompanyView(nav, values, home, choices, inhabited_zones(), countries(context.language), errors or {})


ROUTES = (show, save)
