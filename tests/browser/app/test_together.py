"""Two people at once: what both change, what the other changes, who else is here."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect
from tests.browser.app.conftest import Visitor


def made(visitor: Visitor, name: str) -> str:
    """A new account; its address."""
    page = visitor.open("/o/account/new")
    page.fill("#f-name", name)
    page.click("#record-form [type=submit]")
    page.wait_for_selector(".k-rec")
    return page.url.removeprefix(visitor.company.url)


def edit(page: Page, field: str, value: str) -> None:
    page.click(f"[data-edit$='/{field}']")
    page.locator(".k-editor input").fill(value)
    page.keyboard.press("Enter")


def test_a_value_that_both_change_is_shown_twice_and_chosen(jana: Visitor, eva: Visitor) -> None:
    address = made(jana, "Gemeinsam GmbH")
    mine, hers = jana.open(address), eva.open(address)
    hers.click("[data-edit$='/employees']")
    hers.locator(".k-editor input").fill("30")
    edit(mine, "employees", "20")
    expect(mine.locator("[data-edit$='/employees']")).to_have_text("20")
    hers.keyboard.press("Enter")
    expect(hers.locator(".k-clash")).to_contain_text("Jana Küster")
    expect(hers.locator(".k-theirs")).to_have_text("20")
    expect(hers.locator(".k-editor input")).to_have_value("30")
    assert eva.accessible() == []
    hers.locator(".k-clash [value=mine]").click()
    expect(hers.locator("[data-edit$='/employees']")).to_have_text("30")


def test_taking_the_others_value_writes_nothing(jana: Visitor, eva: Visitor) -> None:
    address = made(jana, "Übernahme GmbH")
    mine, hers = jana.open(address), eva.open(address)
    hers.click("[data-edit$='/employees']")
    hers.locator(".k-editor input").fill("30")
    edit(mine, "employees", "20")
    expect(mine.locator("[data-edit$='/employees']")).to_have_text("20")
    hers.keyboard.press("Enter")
    hers.locator(".k-clash [value=theirs]").click()
    expect(hers.locator("[data-edit$='/employees']")).to_have_text("20")
    hers.click("[data-panel=changes]")
    expect(hers.locator(".k-diff ins").first).to_have_text("20")


def test_a_form_keeps_both_and_asks_only_for_what_both_changed(jana: Visitor, eva: Visitor) -> None:
    address = made(jana, "Formular GmbH")
    mine, hers = jana.open(f"{address}/edit"), eva.open(f"{address}/edit")
    mine.fill("#f-employees", "20")
    mine.fill("#f-website", "https://jana.example")
    mine.click("#record-form [type=submit]")
    mine.wait_for_selector(".k-rec")
    hers.fill("#f-employees", "30")
    hers.fill("#f-name", "Formular AG")
    hers.click("#record-form [type=submit]")
    expect(hers.locator(".k-clash")).to_have_count(1)
    expect(hers.locator("#f-employees")).to_have_value("30")
    expect(hers.locator("#f-name")).to_have_value("Formular AG")
    expect(hers.locator("#f-website")).to_have_value("https://jana.example")
    assert eva.accessible() == []
    hers.get_by_label("Keep mine").check()
    hers.click("#record-form [type=submit]")
    expect(hers.locator(".k-rec h1")).to_have_text("Formular AG")
    expect(hers.locator("[data-edit$='/employees']")).to_have_text("30")
    expect(hers.locator("[data-edit$='/website']")).to_contain_text(re.compile("jana.example"))
