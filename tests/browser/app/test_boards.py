"""Boards: dragging, keys, the menu, and a stage that asks for something."""

from __future__ import annotations

from playwright.sync_api import Page, expect
from tests.browser.app.conftest import Visitor


def cards(page: Page, stage: str) -> int:
    return page.locator(f"[data-stage-list={stage}] article").count()


def board(visitor: Visitor) -> Page:
    page = visitor.open("/o/opportunity/board")
    page.wait_for_selector("[data-sortable]")
    return page


def test_a_card_is_dragged_and_the_heads_follow(jana: Visitor) -> None:
    page = board(jana)
    count = page.locator("#count-proposal")
    expect(count).not_to_be_empty()
    before = int(count.inner_text())
    page.locator("[data-stage-list=qualification] article").first.hover(position={"x": 40, "y": 60})
    page.mouse.down()
    box = page.locator("[data-stage-list=proposal]").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 60, box["y"] + 60, steps=12)
    page.mouse.move(box["x"] + 64, box["y"] + 70, steps=4)
    page.mouse.up()
    expect(count).to_have_text(str(before + 1))
    assert cards(board(jana), "proposal") == before + 1


def test_arrow_keys_move_the_focused_card(jana: Visitor) -> None:
    page = board(jana)
    before = cards(page, "needs_analysis")
    page.locator("[data-stage-list=needs_analysis] article").first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-stage-list=needs_analysis] article")).to_have_count(before - 1)
    expect(page.locator(".toast")).to_contain_text("Angebot")


def test_the_menu_moves_and_a_demanding_stage_puts_the_card_back_until_it_is_answered(jana: Visitor) -> None:
    page = board(jana)
    before = cards(page, "negotiation")
    page.locator("[data-stage-list=negotiation] article").first.hover()
    page.locator("[data-stage-list=negotiation] [data-card-menu]").first.click()
    page.click("#moves [data-move-to=lost]")
    page.wait_for_selector("#quick-form")
    assert cards(page, "negotiation") == before
    page.select_option("#quick-form select", index=1)
    page.click("#quick-form [type=submit]")
    expect(page.locator("[data-stage-list=negotiation] article")).to_have_count(before - 1)
