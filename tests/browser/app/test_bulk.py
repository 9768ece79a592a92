"""Many rows at once, groups, and the grid by keyboard alone, as people do it at a desk and on a phone."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect
from tests.browser.app.conftest import Visitor


def column(page: Page, name: str) -> int:
    place: int = page.locator("thead th").evaluate_all(
        "(heads, name) => heads.findIndex(head => head.dataset.field === name)", name
    )
    return place


def test_everything_that_matches_is_changed_and_taken_back(jana: Visitor) -> None:
    page = jana.open("/o/account?view=all&order=-name")
    page.locator("td:first-child input").first.check()
    page.locator("td:first-child input").nth(3).click(modifiers=["Shift"])
    expect(page.locator("#bulk [data-n]")).to_have_text("4")
    page.locator("#bulk [data-select-everything]").click()
    expect(page.locator("#bulk [data-n]")).to_have_text(re.compile(r"^[7-9]\d$"))  # others of these tests make some too
    every = page.locator("#bulk [data-n]").inner_text()
    page.get_by_role("button", name="Feld ändern").click()
    page.select_option("#bulk-field", "rating")
    expect(page.locator("#bulk-form #f-rating")).to_be_visible()
    assert jana.accessible() == []
    page.locator("#bulk-form #f-rating").select_option(index=1)
    expect(page.locator(".k-told")).to_contain_text(f"{every} Einträge werden geändert.")
    page.get_by_role("button", name=f"{every} ändern").click()
    expect(page.locator(".toast h2")).to_contain_text(f"{every} geändert.")
    page.click(".toast [data-undo]")
    expect(page.locator(".toast h2").last).to_contain_text("Zurückgenommen")


def test_chosen_rows_are_exported(jana: Visitor) -> None:
    page = jana.open("/o/account?view=all")
    page.locator("td:first-child input").first.check()
    page.get_by_role("button", name="Exportieren").click()
    page.select_option("#bulk-format", "csv")
    with page.expect_download() as download:
        page.locator("#bulk-form [type=submit]").click()
    assert download.value.suggested_filename == "account.csv"


def test_rows_are_chosen_on_a_phone(tom: Visitor) -> None:
    page = tom.open("/o/account?view=all")
    page.click("[data-select-rows]")
    page.locator("td:first-child input").first.check()
    expect(page.locator("#bulk")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert tom.accessible() == []
    page.locator("#bulk").get_by_role("button", name="Assign").click()
    expect(page.locator("#bulk-form")).to_be_visible()
    expect(page.locator("#bulk-form")).to_contain_text("What would happen is shown here")


def test_groups_show_their_figures(jana: Visitor) -> None:
    page = jana.open("/o/opportunity?view=all&group=stage&cols=name,account,amount,close_date")
    expect(page.locator(".k-ghead .cnt").first).not_to_be_empty()
    expect(page.locator(".k-ghead").first).to_contain_text("€")
    assert jana.accessible() == []
    counted = page.locator(".k-ghead .cnt").first.inner_text()
    page.locator(".k-ghead").first.hover()
    page.locator(".k-ghead a").first.click()
    expect(page.locator("#count")).to_have_text(counted)


def test_titles_are_corrected_by_keyboard_alone(jana: Visitor) -> None:
    page = jana.open("/o/contact?view=all&order=label")
    place = column(page, "job_title")
    page.keyboard.press("ArrowDown")
    for _ in range(place - 1):
        page.keyboard.press("ArrowRight")
    cells = [page.locator("tr[data-row]").nth(n).locator("td").nth(place) for n in range(2)]
    expect(cells[0]).to_be_focused()
    for n, title in enumerate(("Leitung Einkauf", "Leitung Verkauf")):
        page.keyboard.press("Enter")
        expect(page.locator(".k-editor input:not([type=hidden])")).to_be_focused()
        page.keyboard.type(title)
        page.keyboard.press("Enter")
        expect(cells[n]).to_have_text(title)
        expect(cells[n]).to_be_focused()
        page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator(".k-editor input:not([type=hidden])")).to_be_focused()
    page.keyboard.type("Unsinn")
    page.keyboard.press("Escape")
    expect(cells[1]).to_have_text("Leitung Verkauf")
    expect(cells[1]).to_be_focused()


def test_back_leads_to_the_row_one_came_from(jana: Visitor) -> None:
    page = jana.open("/o/account?view=all")
    page.locator("tr[data-row]").last.scroll_into_view_if_needed()
    expect(page.locator("#count")).to_have_text(re.compile(r"^[7-9]\d$"))
    expect(page.locator("tr[data-row]")).to_have_count(int(page.locator("#count").inner_text()))
    row = page.locator("tr[data-row]").nth(64)
    name = row.locator("b").first.inner_text()
    row.locator("a[data-open-record]").click()
    page.wait_for_selector(".k-rec")
    page.go_back()
    back = page.locator("tr[data-active]")
    expect(back).to_contain_text(name)
    expect(back).to_be_in_viewport()
