"""Tasks of a working day as Jana does them, with every key and click counted; tools/tasks.py writes down the figures."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect
from tests.browser.app.conftest import Visitor
from tests.browser.tasks.conftest import Doing
from tests.browser.tasks.hands import Hands


def ask(hands: Hands, words: str, *, pasted: bool = False) -> None:
    """Open the palette, type, and wait for its answer."""
    hands.press("Control+k")
    with hands.page.expect_response(lambda answer: "/palette?" in answer.url and "q=" in answer.url and "q=&" not in answer.url):
        (hands.paste if pasted else hands.write)(words)


def first(visitor: Visitor, path: str) -> Page:
    """The page of the first record of a list."""
    page = visitor.open(path)
    page.locator("a[data-open-record]").first.click()
    page.wait_for_selector(".k-rec")
    page.wait_for_load_state("networkidle")
    return page


def test_02_go_to_a_record_by_its_name(jana: Visitor, task: Doing) -> None:
    page = jana.open("/")
    with task("Go to a company by a part of its name") as hands:
        ask(hands, "weissbach hol")
        hands.press("Enter")
        expect(page.locator(".k-rec h1")).to_have_text("Weißbach Holzwerke KG")


def test_06_who_changed_an_amount(jana: Visitor, task: Doing) -> None:
    page = first(jana, "/o/opportunity?view=open&order=created_at")
    before = page.locator("[data-edit$='/amount']").first.inner_text()
    page.locator("[data-edit$='/amount']").first.click()
    page.locator(".k-editor input:not([type=hidden])").first.fill("99999")
    page.keyboard.press("Enter")
    expect(page.locator("[data-edit$='/amount']").first).to_contain_text("99.999")
    with task("Find out who changed an amount, and take it back") as hands:
        hands.click("[data-panel=changes]")
        expect(page.locator(".k-diff ins").first).to_contain_text("99.999")
        expect(page.locator("#changes, .k-evh").first).to_contain_text("Jana Küster")
        hands.click(".k-evh [hx-post$='/undo']")
        expect(page.locator("[data-edit$='/amount']").first).to_have_text(before)


def test_07_convert_a_lead(jana: Visitor, task: Doing) -> None:
    page = first(jana, "/o/lead?view=open")
    with task("Convert a lead to company, contact and deal") as hands:
        hands.click(".k-acts .btn")
        page.wait_for_selector("#quick-form")
        hands.press("Control+Enter")
        page.wait_for_url("**/o/opportunity/**")


def test_08_move_a_deal_on(jana: Visitor, task: Doing) -> None:
    page = jana.open("/o/opportunity/board")
    page.wait_for_selector("[data-sortable]")
    count = page.locator("[data-stage-list=needs_analysis] article").count()
    with task("Move a deal to the next stage on the board") as hands:
        page.locator("[data-stage-list=needs_analysis] article").first.focus()
        hands.press("ArrowRight")
        expect(page.locator("[data-stage-list=needs_analysis] article")).to_have_count(count - 1)


def test_10_delete_and_take_back(jana: Visitor, task: Doing) -> None:
    page = jana.open("/o/account?view=all&order=-created_at")
    expect(page.locator("#count")).to_have_text(re.compile(r"^\d+$"))
    before = int(page.locator("#count").inner_text())
    with task("Delete three companies, and take it back") as hands:
        hands.press("j", "x", "j", "x", "j", "x")
        hands.click("#bulk .dng")
        expect(page.locator("#count")).to_have_text(str(before - 3))
        hands.click(".toast [data-undo]")
        expect(page.locator("#count")).to_have_text(str(before))
