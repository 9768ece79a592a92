"""What people take along: the link to a record, rows as a table, a page on paper."""

from __future__ import annotations

from playwright.sync_api import expect
from tests.browser.app.conftest import Visitor


def test_the_link_to_a_record_is_copied(jana: Visitor) -> None:
    page = jana.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    jana.open("/o/contact?view=all")
    page.locator("a[data-open-record]").first.click()
    page.wait_for_selector(".k-rec")
    page.locator(".k-top [aria-haspopup=menu]").last.click()
    page.get_by_role("menuitem", name="Link kopieren").click()
    expect(page.locator(".toast")).to_contain_text("Kopiert.")
    assert page.evaluate("navigator.clipboard.readText()") == page.url


def test_selected_rows_are_copied_as_a_table(jana: Visitor) -> None:
    page = jana.open("/o/account?view=all&order=name&q=hofmann")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#rows input[name=id]").nth(0).check()
    page.locator("#rows input[name=id]").nth(2).check()
    page.keyboard.press("Control+c")
    expect(page.locator(".toast")).to_contain_text("Kopiert.")
    lines = [line.split("\t") for line in page.evaluate("navigator.clipboard.readText()").splitlines()]
    assert len(lines) == 3
    assert lines[0][0] == "Name"
    assert lines[1][0] == page.locator("#rows .c-name b").nth(0).inner_text()
    assert lines[2][0] == page.locator("#rows .c-name b").nth(2).inner_text()
    assert any(cell.startswith("'+49") for cell in lines[1]), "no spreadsheet takes a number to call for a formula"


def test_on_paper_there_is_the_record_and_nothing_to_click(jana: Visitor) -> None:
    page = jana.page
    jana.open("/o/account?view=all&order=created_at")
    page.locator("a[data-open-record]").first.click()
    page.wait_for_selector("#timeline .k-ev")
    page.emulate_media(media="print")
    expect(page.locator(".k-rec h1")).to_be_visible()
    expect(page.locator("#timeline")).to_contain_text("drei")
    expect(page.locator("#timeline")).to_be_visible()
    for hidden in (".k-side", "#composer", ".k-evh .btn >> nth=0"):
        expect(page.locator(hidden)).to_be_hidden()
