"""The palette by the keyboard alone: a pasted number, a contact with its company, deeds on the record at hand; and with a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from tests.browser.app.conftest import Visitor


def ask(page: Page, words: str) -> None:
    """Open it, type, and wait for the answer to what was typed."""
    page.keyboard.press("Control+k")
    with page.expect_response(lambda answer: "/palette?" in answer.url and "q=" in answer.url and "q=&" not in answer.url):
        page.keyboard.insert_text(words)  # as pasted


def test_a_call_is_logged_on_whom_a_pasted_number_belongs_to(jana: Visitor) -> None:
    page = jana.open("/")
    ask(page, "0711 4420001")
    expect(page.locator("#palette-menu [role=menuitem]").first).to_contain_text("Hofmann Logistik AG")
    expect(page.get_by_role("menuitem", name="Neu: Anruf")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#quick-form #f-subject")).to_have_value("Anruf: Hofmann Logistik AG")
    with page.expect_response(f"{jana.company.url}/"):  # the page shows itself anew
        page.keyboard.press("Control+Enter")
    expect(page.locator("#toaster")).to_contain_text("Gespeichert")
    ask(page, "Hofmann Logistik")
    page.keyboard.press("Enter")
    expect(page.locator("#timeline")).to_contain_text("Anruf: Hofmann Logistik AG")


def test_a_contact_is_made_with_its_company(jana: Visitor) -> None:
    page = jana.open("/o/product")
    ask(page, "Ottilie Quendel")
    expect(page.locator("#palette-menu [role=menuitem]").first).to_contain_text("Neu: Kontakt")
    page.keyboard.press("Enter")
    expect(page.locator("#quick-form #f-last_name")).to_have_value("Quendel")
    expect(page.locator("#quick-form #f-job_title")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("Quendelwerke GmbH")
    page.keyboard.press("Enter")  # „Quendelwerke GmbH“ anlegen
    expect(page.locator("#quick-form [name='account.new']")).to_have_value("1")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".k-rec h1")).to_have_text("Ottilie Quendel")
    page.get_by_role("link", name="Quendelwerke GmbH").first.click()
    expect(page.locator(".k-rec h1")).to_have_text("Quendelwerke GmbH")


def test_a_record_is_assigned_and_followed_from_where_one_is(jana: Visitor) -> None:
    page = jana.open("/o/account?view=all")
    page.locator("a[data-open-record]").nth(3).click()
    page.wait_for_selector(".k-rec")
    name = page.locator(".k-rec h1").inner_text()
    ask(page, "zuweisen")
    page.keyboard.press("Enter")
    expect(page.locator("#hand-over-title")).to_contain_text(name)
    page.locator("#hand-over-form #f-owner").fill("Tom")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".k-rec-m")).to_contain_text("Tom Baker")
    ask(page, "folgen")
    page.keyboard.press("Enter")
    expect(page.locator("#toaster")).to_contain_text("Sie folgen diesem Datensatz jetzt.")
    ask(page, "nicht mehr")
    expect(page.locator("#palette-menu [role=menuitem]").first).to_contain_text("Nicht mehr folgen")


def test_what_was_seen_last_comes_first(jana: Visitor) -> None:
    page = jana.open("/o/contact?view=all")
    page.locator("a[data-open-record]").nth(2).click()
    page.wait_for_selector(".k-rec")
    name = page.locator(".k-rec h1").inner_text()
    jana.until("localStorage.getItem('kundig:recent')")
    page.goto(f"{jana.company.url}/trash")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette-menu [role=menuitem]").first).to_contain_text(name)
    page.keyboard.press("Enter")
    expect(page.locator(".k-rec h1")).to_have_text(name)


def test_it_answers_as_soon_as_the_page_is_there(jana: Visitor) -> None:
    press = 'new KeyboardEvent("keydown", { key: "k", ctrlKey: true, bubbles: true })'
    jana.page.add_init_script(f"addEventListener('DOMContentLoaded', () => document.dispatchEvent({press}))")
    page = jana.open("/trash")
    expect(page.locator("#palette-menu [role=menuitem]").first).to_contain_text("Mein Tag")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_can_use_it(jana: Visitor, theme: str) -> None:
    jana.page.context.add_cookies([{"name": "kundig_theme", "value": theme, "url": jana.company.url}])
    page = jana.open("/")
    ask(page, "0711 4420001")
    expect(page.locator("#palette-menu")).to_contain_text("Neu: Anruf")
    assert jana.accessible() == []


def test_with_a_phone(tom: Visitor) -> None:
    page = tom.open("/")
    page.click("[popovertarget=more]")
    page.click("#more [data-open=palette]")
    page.keyboard.insert_text("weissbach")
    hit = page.locator("#palette-menu [role=menuitem]").first
    expect(hit).to_contain_text("Weißbach")
    hit.click()
    expect(page.locator(".k-rec h1")).to_contain_text("Weißbach")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
