"""The filter editor as people use it: nested groups, related records, periods, chips; by keyboard and on a phone."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect
from tests.browser.app.conftest import QUIET, Visitor


def apply(page: Page) -> None:
    page.evaluate(QUIET)  # a click on what is being replaced would be lost
    page.click("#filter-form footer [name=done]")
    expect(page.locator("#filter")).to_be_hidden()


def choose(page: Page, selector: str, value: str) -> None:
    """Choose, and wait for the form that fits to it."""
    with page.expect_response(lambda answer: answer.request.method == "POST" and "/filter" in answer.url):
        page.select_option(selector, value)
    expect(page.locator("#filter-form.htmx-request, #filter-form .htmx-request")).to_have_count(0)


def test_groups_and_fields_behind_links(jana: Visitor) -> None:
    page = jana.open("/o/contact?view=all")
    page.keyboard.press("f")
    choose(page, "#n-0-0-field", "account.name")
    choose(page, "#n-0-0-op", "contains")
    page.fill("#n-0-0-value", "hofmann")
    page.locator("#filter-form > .k-fadd").get_by_role("button", name="Gruppe").click()
    expect(page.locator("#n-0-1-0-field")).to_be_focused()
    choose(page, "#n-0-1-0-field", "last_name")
    choose(page, "#n-0-1-0-op", "contains")
    page.fill("#n-0-1-0-value", "berg")
    choose(page, "#n-0-1-1-field", "first_name")
    choose(page, "#n-0-1-1-op", "contains")
    page.fill("#n-0-1-1-value", "anne")
    page.keyboard.press("Tab")
    expect(page.locator(".k-fsay")).to_have_text(
        "Kontakte, bei denen gilt: Name (Firma) enthält „hofmann“ und (Nachname enthält „berg“ oder Vorname enthält „anne“)."
    )
    apply(page)
    expect(page.locator("div.chip.on")).to_have_count(2)
    expect(page.locator("tr[data-row]")).to_have_count(7)
    page.reload()
    expect(page.locator("tr[data-row]")).to_have_count(7)


def test_each_part_of_a_chip_leads_to_its_place(jana: Visitor) -> None:
    page = jana.open("/o/opportunity?view=all")
    page.keyboard.press("f")
    choose(page, "#n-0-0-field", "amount")
    choose(page, "#n-0-0-op", "gt")
    page.fill("#n-0-0-value", "5.000")
    apply(page)
    chip = page.locator("div.chip.on")
    chip.locator("button").nth(2).click()
    expect(page.locator("#n-0-0-value")).to_be_focused()
    expect(page.locator("#n-0-0-value")).to_have_value("5.000")
    page.fill("#n-0-0-value", "10.000")
    page.keyboard.press("Enter")
    expect(chip).to_contain_text("10.000")
    chip.locator("button").nth(1).click()
    expect(page.locator("#n-0-0-op")).to_be_focused()
    assert jana.accessible() == []


def test_who_it_belongs_to_by_keyboard_alone(jana: Visitor) -> None:
    page = jana.open("/o/account?view=all")
    page.keyboard.press("f")
    choose(page, "#n-0-0-field", "owner")
    picker = page.locator("#filter-form input[role=combobox]")
    picker.focus()
    page.keyboard.type("Jana")
    page.wait_for_selector("#filter-form [data-lookup-hit]")
    page.keyboard.press("Enter")
    expect(page.locator(".k-fsay")).to_have_text("Firmen, bei denen gilt: Zuständig ist Jana Küster.")
    page.get_by_label("ich (wer gerade hinsieht)").check()
    expect(page.locator(".k-fsay")).to_have_text("Firmen, bei denen gilt: Zuständig ist Jana Küster oder ich.")
    page.keyboard.press("Escape")
    expect(page.locator("#filter")).to_be_hidden()


def test_accounts_without_opportunities_next_month(jana: Visitor) -> None:
    page = jana.open("/o/account?view=all")
    expect(page.locator("#count")).to_have_text(re.compile(r"\d"))  # it comes by itself, after the page
    all_accounts = int(page.locator("#count").inner_text())
    page.keyboard.press("f")
    page.get_by_role("button", name="Bedingung zu").click()
    page.locator("#filter-form > .k-fadd").get_by_role("button", name="Verknüpfte").click()
    choose(page, "#n-0-0-child", "opportunity.account")
    choose(page, "#n-0-0-count", "is")
    page.fill("#n-0-0-n", "0")
    page.keyboard.press("Tab")
    expect(page.locator(".k-fsay")).to_have_text("Firmen, bei denen gilt: hat keine Chancen.")
    page.locator(".k-fgroup > .k-fadd").get_by_role("button", name="Bedingung").click()
    choose(page, "#n-0-0-0-field", "close_date")
    choose(page, "#n-0-0-0-period", "next_days")
    page.fill("#n-0-0-0-n", "60")
    apply(page)
    expect(page.locator("#count")).to_have_text(str(all_accounts - 30))


def test_what_is_missing_is_said_where_it_is_missing(jana: Visitor) -> None:
    page = jana.open("/o/opportunity?view=all")
    page.keyboard.press("f")
    choose(page, "#n-0-0-field", "amount")
    page.fill("#n-0-0-value", "viel")
    page.click("#filter-form footer [name=done]")
    expect(page.locator(".k-fleaf .bad")).to_be_visible()
    expect(page.locator("#n-0-0-value")).to_have_value("viel")
    expect(page.locator("#filter")).to_be_visible()


def test_the_editor_on_a_phone(tom: Visitor) -> None:
    page = tom.open("/o/account?view=all")
    page.click("[data-key=f]")
    choose(page, "#n-0-0-field", "type")
    page.get_by_label("Customer", exact=True).check()
    expect(page.locator(".k-fsay")).to_have_text("Accounts where Type is Customer.")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert tom.accessible() == []
    apply(page)
    expect(page.locator("#count")).to_have_text("35")
