"""Boards: dragging, keys, the menu, and a stage that asks for something."""

from __future__ import annotations

from playwright.sync_api import Page, expect
from tests.browser.app.conftest import Visitor


def cards(page: Page, stage: str) -> int:
    return page.locator(f"[data-stage-list={stage}] article").count()


def board(visitor: Visitor) -> Page:
    page = visitor.open("/o/opportunity/board")
    page.wait_for_selector("[data-stage-list][data-sortable]")
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
    expect(page.locator("[data-stage-list=negotiation] article")).to_have_count(before)
    page.select_option("#quick-form select", index=1)
    page.click("#quick-form [type=submit]")
    expect(page.locator("[data-stage-list=negotiation] article")).to_have_count(before - 1)


def test_a_card_that_was_refused_is_back_with_the_focus(jana: Visitor) -> None:
    page = board(jana)
    first = page.locator("[data-stage-list=needs_analysis] article").first
    address = first.get_attribute("data-move")
    page.route(f"**{address}", lambda route: route.fulfill(status=409))
    first.focus()
    page.keyboard.press("ArrowRight")
    back = page.locator(f"[data-stage-list=needs_analysis] [data-move='{address}']")
    expect(back).to_be_focused()


def dragged(page: Page, card: str, to: str) -> None:
    """Drag a card to a place that is only there while something is dragged."""
    page.locator(card).first.hover(position={"x": 40, "y": 60})
    page.mouse.down()
    box = page.locator(card).first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 90, box["y"] + 90, steps=6)
    expect(page.locator(to)).to_be_visible()
    zone = page.locator(to).bounding_box()
    assert zone is not None
    page.mouse.move(zone["x"] + 40, zone["y"] + 20, steps=12)
    page.mouse.move(zone["x"] + 46, zone["y"] + 24, steps=4)
    page.mouse.up()


def test_losing_asks_for_the_reason_and_cancel_returns_the_card(jana: Visitor) -> None:
    page = board(jana)
    before = cards(page, "qualification")
    dragged(page, "[data-stage-list=qualification] article", "[data-drop=lost]")
    page.wait_for_selector("#quick-form")
    assert jana.accessible() == []
    page.keyboard.press("Escape")
    expect(page.locator("[data-stage-list=qualification] article")).to_have_count(before)
    assert cards(board(jana), "qualification") == before
    dragged(page, "[data-stage-list=qualification] article", "[data-drop=lost]")
    page.select_option("#quick-form select", index=1)
    page.click("#quick-form [type=submit]")
    expect(page.locator("[data-stage-list=qualification] article")).to_have_count(before - 1)


def test_any_choice_makes_columns_and_lanes(jana: Visitor) -> None:
    page = jana.open("/o/task/new")
    page.fill("#f-subject", "Bahnwechsel")
    page.click(".k-actions button[type=submit]")
    page.wait_for_selector(".k-rec")
    page = jana.open("/o/task/board?by=status&lane=priority")
    page.wait_for_selector("[data-stage-list][data-sortable]")
    card = page.locator("article", has_text="Bahnwechsel")
    expect(page.locator(".k-lane", has=card)).to_contain_text("Normal")
    assert jana.accessible() == []
    card.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".toast")).to_contain_text("In Arbeit")
    expect(page.locator("[data-stage-list=in_progress] article", has_text="Bahnwechsel")).to_be_visible()
    page.click("button[popovertarget=board-by]")
    page.locator("#board-by a", has_text="Priorität").click()
    page.wait_for_url("**by=priority**")
    expect(page.locator("[data-stage-list=normal] article", has_text="Bahnwechsel")).to_be_visible()


def test_a_card_says_what_is_planned_next(jana: Visitor) -> None:
    page = board(jana)
    expect(page.locator("[data-stage-list=qualification] .k-light").first).not_to_be_empty()


def test_a_phone_shows_one_stage_and_moves_by_the_menu(tom: Visitor) -> None:
    page = tom.open("/o/opportunity/board")
    page.wait_for_selector("[data-stage-list][data-sortable]")
    first = page.locator(".k-col").first.bounding_box()
    assert first is not None
    assert first["width"] > 300
    before = cards(page, "proposal")
    page.locator(".k-mstages button[data-stage=proposal]").click()
    page.locator("[data-stage-list=proposal] [data-card-menu]").first.click()
    page.click("#moves [data-move-to=negotiation]")
    expect(page.locator("[data-stage-list=proposal] article")).to_have_count(before - 1)
    assert tom.accessible() == []


def test_a_card_goes_to_the_column_without_a_value_and_back(jana: Visitor) -> None:
    page = jana.open("/o/account/board?by=industry")
    page.wait_for_selector("[data-stage-list][data-sortable]")
    card, without = page.locator("[data-stage-list=manufacturing] article").first, page.locator("[data-stage-list='-'] article")
    name, before = card.locator("h3").inner_text(), without.count()
    card.hover()
    card.locator("[data-card-menu]").click()
    page.click("#moves [data-move-to='-']")
    expect(page.locator(".toast")).to_contain_text("Ohne: Branche")
    expect(without.filter(has_text=name)).to_be_visible()
    expect(page.locator("#count--")).to_have_text(str(before + 1))
    expect(page.locator("#moves")).to_be_hidden()  # a menu that closes gives the focus back
    with page.expect_response(lambda answer: answer.request.method == "POST"):  # else the next page may be read before it is kept
        without.filter(has_text=name).press("ArrowLeft")
    expect(without).to_have_count(before)
    page = jana.open("/o/account/board?by=industry")
    expect(page.locator("[data-stage-list='-'] article")).to_have_count(before)


def test_a_folded_column_stays_folded_on_this_device(jana: Visitor) -> None:
    page = board(jana)
    fold = page.get_by_role("button", name="Spalte „Gewonnen“")
    fold.focus()
    page.keyboard.press("Enter")
    expect(fold).to_have_attribute("aria-expanded", "false")
    page = board(jana)
    fold = page.get_by_role("button", name="Spalte „Gewonnen“")
    expect(fold).to_have_attribute("aria-expanded", "false")
    column = page.locator(".k-col.is-folded").bounding_box()
    assert column is not None
    assert column["width"] < 60
    assert jana.accessible() == []
    fold.click()
    expect(page.locator(".k-col.is-folded")).to_have_count(0)


def test_a_board_is_kept_as_a_view_with_what_its_cards_show(jana: Visitor) -> None:
    page = jana.open("/o/task/board?by=priority&lane=status")
    page.wait_for_selector("[data-stage-list][data-sortable]")
    page.get_by_role("button", name="Auf den Karten").click()
    expect(page.locator("#columns-form footer [name=done]")).to_be_visible()
    assert jana.accessible() == []
    page.locator("#columns-form button[aria-label='Fällig ausblenden']").click()
    page.locator("#columns-form").get_by_role("button", name="Anwenden").click()
    page.wait_for_url("**cols=**")
    page.get_by_role("button", name="Ansicht speichern").click()
    page.fill("#view-name", "Nach Dringlichkeit")
    page.keyboard.press("Enter")
    expect(page.locator(".vtabs [aria-current]")).to_have_text("Nach Dringlichkeit")
    page = jana.open("/o/task/board")
    page.locator(".vtabs a", has_text="Nach Dringlichkeit").click()
    expect(page.locator("[data-board]")).to_have_attribute("data-field", "priority")
    expect(page.locator("[data-board]")).to_have_attribute("data-lane-field", "status")
    expect(page.locator("article", has_text="Anrufen 0")).to_be_visible()
    page.locator("button[popovertarget=viewmenu]").click()
    page.locator("#viewmenu").get_by_role("menuitem", name="Ansicht löschen").click()
    expect(page.locator(".vtabs a", has_text="Nach Dringlichkeit")).to_have_count(0)


def test_a_board_shows_one_of_several_pipelines_and_the_address_keeps_it(tom: Visitor) -> None:
    page = tom.open("/settings/pipelines")
    page.get_by_label("For", exact=True).select_option("lead")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#pipeline-label-error")).to_contain_text("Give the pipeline a name.")
    expect(page.get_by_label("For", exact=True)).to_have_value("lead")
    assert tom.accessible() == []
    page.locator("#pipeline-label").fill("Partners")
    page.keyboard.press("Enter")
    expect(page.locator("#pipeline-form[data-ready]")).to_be_visible()
    assert page.url.endswith("/settings/pipelines/lead_partners")
    page = tom.open("/o/lead/board")
    leads = page.locator("article[data-move]")
    assert leads.count() > 0
    address = page.locator("[data-stage-list=new] article").first.get_attribute("data-move") or ""
    page.get_by_role("button", name="Pipeline: Lead").click()
    page.locator("#board-pipeline").get_by_text("Partners").click()
    expect(page.get_by_role("button", name="Pipeline: Partners")).to_be_visible()
    expect(leads).to_have_count(0)
    assert "pipeline=lead_partners" in page.url
    assert tom.accessible() == []
    page.reload()
    expect(page.get_by_role("button", name="Pipeline: Partners")).to_be_visible()
    record = address.removesuffix("/stage")
    page = tom.open(f"{record}/edit")
    page.get_by_label("Status").select_option("lead_partners:contacted")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".k-path [aria-current]")).to_be_visible()
    page = tom.open("/o/lead/board?pipeline=lead_partners")
    expect(page.locator("[data-stage-list=contacted] article")).to_have_count(1)
    page.wait_for_selector("[data-stage-list][data-sortable]")
    page.locator("[data-stage-list=contacted] article").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-stage-list=nurturing] article")).to_have_count(1)
    expect(page.locator("#toaster")).to_contain_text("Now in")
    page = tom.open(f"{record}/edit")
    page.get_by_label("Status").select_option("lead:new")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".k-path [aria-current]")).to_be_visible()
    page = tom.open("/settings/history")
    page.get_by_role("button", name="Take it back: Pipeline „Partners“ angelegt").first.press("Enter")
    expect(page.locator("#confirm")).to_contain_text("Partners")
    page.keyboard.press("Enter")
    expect(page.locator("#toaster")).to_contain_text("Taken back")
