"""Exchange rates in the browser: typed with a comma, corrected, pasted, removed, and taken back from the notice."""

from __future__ import annotations

from playwright.sync_api import expect
from tests.browser.settings.conftest import NewPage, Server, sign_in


def test_rates_are_entered_corrected_pasted_and_taken_back(server: Server, administrator: str, new_page: NewPage) -> None:
    page = new_page()
    sign_in(page, server, administrator)
    page.goto(f"{server.url}/settings/me")
    page.get_by_role("link", name="Exchange rates").click()
    expect(page.get_by_text("No exchange rates yet")).to_be_visible()
    page.select_option("#currency", "USD")
    page.fill("#day", "2026-01-01")
    page.fill("#rate", "lots")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#rate-error")).to_be_visible()
    expect(page.locator("#rate")).to_have_value("lots")
    expect(page.locator("#currency")).to_have_value("USD")
    page.fill("#rate", "0,92")
    page.get_by_role("button", name="Save").click()
    rates = page.locator(".k-rates li")
    expect(rates).to_have_count(1)
    expect(rates).to_contain_text("1 USD = 0.92 EUR")

    rates.get_by_role("link").click()
    expect(page.get_by_role("heading", name="Correct a rate")).to_be_visible()
    page.fill("#rate", "0.95")
    page.get_by_role("button", name="Save").click()
    expect(rates).to_contain_text("1 USD = 0.95 EUR")

    page.fill("#lines", "USD;2026-02-01;0.96\nCHF;01.02.2026;nothing 1")
    page.get_by_role("button", name="Enter all").click()
    expect(page.locator("#lines-error")).to_contain_text("Line 2")
    page.fill("#lines", "USD;2026-02-01;0.96\nCHF;01.02.2026;1,06")
    page.get_by_role("button", name="Enter all").click()
    expect(rates).to_have_count(3)
    expect(page.get_by_role("region", name="CHF")).to_contain_text("1 CHF = 1.06 EUR")

    page.get_by_role("region", name="CHF").get_by_role("link").click()
    page.get_by_role("button", name="Remove").click()
    expect(rates).to_have_count(2)
    page.locator("#toaster [data-undo]").last.click()
    expect(rates).to_have_count(3)

    page.goto(f"{server.url}/settings/company")
    expect(page.locator("#currency")).to_have_attribute("readonly", "")
