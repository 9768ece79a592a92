"""Exchange rates at their page: entered, corrected, pasted, removed and taken back; in both ways of writing numbers; by right."""

from __future__ import annotations

import html
import re
from collections.abc import Awaitable, Callable
from decimal import Decimal

import pytest
from tests.integration.rights.crm import Caller, Crm

from kundig.base.context import SYSTEM
from kundig.base.jobs import JobRun
from kundig.engine.policy.rates import stored_rates
from kundig.engine.records.renewing_worth import worth_jobs

ADDRESS = "/settings/currencies"
COMPANY = {
    "company": "Till", "language": "en", "time_zone": "Europe/Berlin", "region": "DE", "audit_days": "365", "trash_days": "30",
}  # fmt: skip

BLIND = """
kind: role
name: blind
label: {en: Blind, de: Blind}
objects: {opportunity: {read: all, fields: {amount: hidden}}}
"""


@pytest.fixture
async def crm(new_crm: Callable[[], Awaitable[Crm]]) -> Crm:
    return await new_crm()


@pytest.fixture
async def admin(crm: Crm) -> Caller:
    return await crm.in_english("administrator")


async def rates(crm: Crm) -> dict[str, Decimal]:
    async with crm.system() as scope:
        return {f"{code} {day}": rate for (code, day), rate in (await stored_rates(scope.connection)).items()}


async def test_entering_correcting_removing_and_taking_back(crm: Crm, admin: Caller) -> None:
    assert "No exchange rates yet" in (await admin.pages.get(ADDRESS)).text
    for day, rate in (("2026-01-01", "0.92"), ("2026-02-01", "0,93")):
        answer = await admin.pages.post(ADDRESS, data={"currency": "USD", "day": day, "rate": rate})
        assert answer.status_code == 303, answer.text[:500]
    assert await rates(crm) == {"USD 2026-01-01": Decimal("0.92"), "USD 2026-02-01": Decimal("0.93")}
    text = (await admin.pages.get(ADDRESS)).text
    assert "1 USD = 0.92 EUR" in text
    assert "1 USD = 0.93 EUR" in text
    form = (await admin.pages.get(f"{ADDRESS}?currency=USD&day=2026-02-01")).text
    assert 'name="former_day" value="2026-02-01"' in form
    corrected = {"former_currency": "USD", "former_day": "2026-02-01", "currency": "USD", "day": "2026-02-02", "rate": "1.085"}
    assert (await admin.pages.post(ADDRESS, data=corrected)).status_code == 303
    assert await rates(crm) == {"USD 2026-01-01": Decimal("0.92"), "USD 2026-02-02": Decimal("1.085")}
    removed = await admin.pages.post(f"{ADDRESS}/USD/2026-01-01/remove")
    assert removed.status_code == 303
    assert await rates(crm) == {"USD 2026-02-02": Decimal("1.085")}
    assert (await admin.pages.post(f"{ADDRESS}/USD/2026-01-01/remove")).status_code == 404
    history = html.unescape((await admin.pages.get("/settings/history")).text)
    assert "Wechselkurse: USD" in history
    plan = history.split('hx-post="/settings/history/')[1].split("/")[0]
    assert (await admin.pages.post(f"/settings/history/{plan}/undo")).status_code == 303
    assert len(await rates(crm)) == 2
    events = (await admin.get("/audit_event", limit=100)).text
    assert "exchange_rates USD" in events


async def test_pasted_lines_all_or_none(crm: Crm, admin: Caller) -> None:
    wrong = "Currency;Day;Rate\nUSD;2026-01-01;0.92\nUSD;2026-13-01;0.92\nXXX;2026-01-01;1\nCHF;2026-01-01;-1\nnothing at 1 all"
    answer = await admin.pages.post(f"{ADDRESS}/lines", data={"lines": wrong})
    told = html.unescape(answer.text)
    assert answer.status_code == 422
    for number in (3, 4, 5, 6):
        assert f"Line {number}:" in told
    assert "nothing at 1 all" in told
    assert "Line 2:" not in told
    assert await rates(crm) == {}
    good = "usd;2026-01-01;0.92\n\nCHF\t01.02.2026\t1,06\nUSD,2026-02-01,0.93\nJPY;2026-01-01;0.0061\nGBP;2026-01-01;1.234,5\n"
    assert (await admin.pages.post(f"{ADDRESS}/lines", data={"lines": good})).status_code == 303
    assert await rates(crm) == {
        "USD 2026-01-01": Decimal("0.92"), "CHF 2026-02-01": Decimal("1.06"), "USD 2026-02-01": Decimal("0.93"),
        "JPY 2026-01-01": Decimal("0.0061"), "GBP 2026-01-01": Decimal("1234.5"),
    }  # fmt: skip
    assert (await admin.pages.post(f"{ADDRESS}/lines", data={"lines": "EUR;2026-01-01;1"})).status_code == 422
    assert (await admin.pages.post(f"{ADDRESS}/lines", data={"lines": ""})).status_code == 422


async def test_what_is_wrong_comes_back_with_what_was_typed(crm: Crm, admin: Caller) -> None:
    answer = await admin.pages.post(ADDRESS, data={"currency": "USD", "day": "", "rate": "a lot"})
    assert answer.status_code == 422
    assert "a lot" in answer.text
    assert 'id="day-error"' in answer.text
    assert 'id="rate-error"' in answer.text
    assert await rates(crm) == {}


async def test_the_record_says_what_no_sum_counts(crm: Crm, admin: Caller) -> None:
    amount = {"amount": "100.00", "currency": "USD"}
    id_ = await crm.create("opportunity", name="Dollars", amount=amount, close_date="2026-03-04")
    page = f"/o/opportunity/{id_}"
    hint = "There is no exchange rate of USD for Mar 4, 2026, so “Amount” is missing from sums."
    assert hint in html.unescape((await admin.pages.get(page)).text)
    await admin.pages.post(ADDRESS, data={"currency": "USD", "day": "2026-03-04", "rate": "0.9"})
    await crm.update("opportunity", id_, amount=amount)
    assert "There is no exchange rate" not in (await admin.pages.get(page)).text


async def test_the_record_says_so_of_its_lines_too(crm: Crm, admin: Caller) -> None:
    lines = [{"name": "pump", "unit_price": {"amount": "10.00", "currency": "USD"}}]
    id_ = await crm.create("opportunity", name="Lines", close_date="2026-03-04", opportunity_line=lines)
    hint = "There is no exchange rate of USD for Mar 4, 2026, so some of “Lines” are missing from sums."
    assert hint in html.unescape((await admin.pages.get(f"/o/opportunity/{id_}")).text)
    await admin.pages.post(ADDRESS, data={"currency": "USD", "day": "2026-03-04", "rate": "0.9"})
    await crm.update("opportunity", id_, close_date="2026-03-05")
    assert "There is no exchange rate" not in (await admin.pages.get(f"/o/opportunity/{id_}")).text


async def test_boards_and_groups_say_how_many_amounts_they_leave_out_and_lead_to_them(crm: Crm, admin: Caller) -> None:
    for name, amount, currency in (("Euros", "10", "EUR"), ("Dollars", "20", "USD"), ("Francs", "30", "CHF"), ("None", "", "")):
        money = {"amount": amount, "currency": currency} if amount else None
        await crm.create("opportunity", name=name, amount=money, close_date="2026-03-04", stage="proposal")
    figures = {"view": "all", "group": "stage", "cols": "name,amount", "keys": '["proposal"]'}
    told = "2 amounts without an exchange rate are missing from the sums."
    for path, params in (("/o/opportunity/board/totals", {}), ("/o/opportunity/groups", figures)):
        text = html.unescape((await admin.pages.get(path, params=params)).text)
        assert told in text
        [way] = re.findall(rf'href="([^"]+)">{told}', text)
        listed = (await admin.pages.get(way)).text
        assert "Amount is filled" in re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", listed))
        assert re.findall(r"<b>(\w+)</b>", listed.split('id="rows"')[1]) == ["Dollars", "Francs"], way
    assert "/settings/currencies" in (await admin.pages.get("/o/opportunity/board/totals")).text
    assert (await admin.get("/opportunity/aggregate", measure="unrated:amount")).json()["data"] == [{"unrated:amount": 2}]
    assert (await admin.get("/opportunity/aggregate", measure="unrated:probability")).status_code == 422
    await crm.configure(BLIND)
    blind = await crm.in_english("blind")
    assert (await blind.get("/opportunity/aggregate", measure="unrated:amount")).status_code == 422
    for currency in ("USD", "CHF"):
        await admin.pages.post(ADDRESS, data={"currency": currency, "day": "2026-03-04", "rate": "0.9"})
    [job] = worth_jobs(crm.scopes.of_system)
    await job.run(JobRun(1, crm.database, crm.workspace, SYSTEM, {"currencies": ["USD", "CHF"]}, 0))
    assert "without an exchange rate" not in (await admin.pages.get("/o/opportunity/board/totals")).text


async def test_the_currency_of_the_company(crm: Crm, admin: Caller) -> None:
    async def home() -> str:
        async with crm.database.transaction(None) as connection:
            found: str = await connection.value(
                "select currency from kundig.workspace where schema = %(schema)s", {"schema": crm.workspace.schema}
            )
        return found

    assert (await admin.pages.post("/settings/company", data=COMPANY | {"currency": "ABC"})).status_code == 422
    assert (await admin.pages.post("/settings/company", data=COMPANY | {"currency": "CHF"})).status_code == 303
    assert await home() == "CHF"
    assert (await admin.pages.post("/settings/company", data=COMPANY)).status_code == 303
    assert await home() == "CHF"
    await admin.pages.post(ADDRESS, data={"currency": "EUR", "day": "2026-01-01", "rate": "0.94"})
    refused = await admin.pages.post("/settings/company", data=COMPANY | {"currency": "EUR"})
    assert refused.status_code == 422
    assert 'id="currency-error"' in refused.text
    assert await home() == "CHF"


async def test_it_takes_the_right_to_configure(crm: Crm) -> None:
    seller = await crm.in_english("sales_representative")
    assert (await seller.pages.get(ADDRESS)).status_code == 403
    for path, data in (
        (ADDRESS, {"currency": "USD", "day": "2026-01-01", "rate": "0.92"}),
        (f"{ADDRESS}/lines", {"lines": "USD;2026-01-01;0.92"}),
        (f"{ADDRESS}/USD/2026-01-01/remove", {}),
    ):
        assert (await seller.pages.post(path, data=data)).status_code == 403
    assert ADDRESS not in (await seller.pages.get("/settings/me")).text
    assert await rates(crm) == {}
