"""Lists: views, filters, search, endless rows, editing in place, choosing rows."""

from __future__ import annotations

import re

from playwright.sync_api import expect
from tests.browser.app.conftest import Visitor


def test_rows_come_while_scrolling_and_the_count_by_itself(jana: Visitor) -> None:
    page = jana.open("/o/account?view=all")
    expect(page.locator("#count")).to_have_text(re.compile(r"^[7-9]\d$"))  # others of these tests make some too
    expect(page.locator("tr[data-row]")).to_have_count(50)
    page.locator("tr[data-row]").last.scroll_into_view_if_needed()
    expect(page.locator("tr[data-row]")).to_have_count(int(page.locator("#count").inner_text()))


def test_a_filter_is_added_and_taken_away(jana: Visitor) -> None:
    page = jana.open("/o/account?view=all")
    page.keyboard.press("f")
    expect(page.locator("#n-0-0-field")).to_be_focused()
    page.select_option("#n-0-0-field", "type")
    page.get_by_label("Kunde", exact=True).check()
    expect(page.locator(".k-fsay")).to_have_text("Firmen, bei denen gilt: Art ist Kunde.")
    expect(page.locator("#filter footer b")).to_have_text("35")
    page.click("#filter-form footer [name=done]")
    expect(page.locator("div.chip.on")).to_contain_text("Kunde")
    expect(page.locator("#count")).to_have_text("35")
    page.click("div.chip.on a")
    expect(page.locator("#count")).to_have_text(re.compile(r"^[7-9]\d$"))
    page.go_back()
    expect(page.locator("#count")).to_have_text("35")


def test_search_within_the_list_and_sorting(jana: Visitor) -> None:
    page = jana.open("/o/account?view=all")
    page.keyboard.press("/")
    page.keyboard.type("zürisee")
    page.keyboard.press("Enter")
    expect(page.locator("tr[data-row]")).to_have_count(7)
    page.click("th[data-field=name] a")
    expect(page.locator("th[data-field=name]")).to_have_attribute("aria-sort", "descending")
    assert page.locator(".k-who b").first.inner_text().startswith("Zürisee Solarbau")


def test_a_cell_is_edited_in_place_and_taken_back(jana: Visitor) -> None:
    page = jana.open("/o/contact?view=all&order=-created_at")
    row = page.locator("tr[data-row]").first
    column = page.locator("thead th").evaluate_all("heads => heads.findIndex(head => head.dataset.field === 'job_title')")
    cell = row.locator("td").nth(column)
    before = cell.inner_text()
    cell.dblclick()
    page.locator(".k-editor input:not([type=hidden])").fill("Leiterin Netzbetrieb")
    page.keyboard.press("Enter")
    expect(cell).to_have_text("Leiterin Netzbetrieb")
    page.click(".toast [data-undo]")
    expect(page.locator("tr[data-row]").first.locator("td").nth(column)).to_have_text(before)


def test_chosen_rows_go_to_the_trash_and_come_back(jana: Visitor) -> None:
    page = jana.open("/o/account?view=all&order=-created_at")
    before = page.locator("#count").inner_text()
    for place in range(3):
        page.locator("td:first-child input").nth(place).check()
    expect(page.locator("#bulk [data-n]")).to_have_text("3")
    page.click("#bulk .dng")
    expect(page.locator("#count")).to_have_text(str(int(before) - 3))
    jana.open("/trash")
    expect(page.locator("tr[data-row]")).to_have_count(3)
    page.locator("td.c-state button").first.click()
    expect(page.locator("tr[data-row]")).to_have_count(2)
    page.locator("td.c-state button").first.click()
    expect(page.locator("tr[data-row]")).to_have_count(1)
    page.locator("td.c-state button").first.click()
    expect(page.locator(".empty")).to_be_visible()


def test_keys_move_through_the_rows_and_back_leads_to_the_list(jana: Visitor) -> None:
    page = jana.open("/o/account?view=all")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector(".k-rec")
    page.go_back()
    expect(page.locator(".k-top h1")).to_have_text("Firmen")


def test_a_phone_shows_rows_of_two_lines(tom: Visitor) -> None:
    page = tom.open("/o/contact?view=all")
    expect(page.locator(".k-top h1")).to_have_text("Contacts")
    expect(page.locator("thead")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.locator(".k-who").first.click()
    page.wait_for_selector(".k-rec")


def test_an_empty_list_says_what_to_do_next(jana: Visitor) -> None:
    page = jana.open("/o/product")
    expect(page.locator(".empty")).to_contain_text("Was Sie verkaufen, mit Preisen")
    assert jana.accessible() == []
    page = jana.open("/o/contact?q=niemand")
    expect(page.locator(".empty")).to_contain_text("Nichts passt")
    page.get_by_role("link", name="Ohne Suche und Filter").click()
    expect(page.locator("tbody tr[data-row]").first).to_be_visible()
    page = jana.open("/o/ticket/board")
    expect(page.locator(".k-nothing, .empty")).to_be_visible()
