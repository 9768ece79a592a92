"""Editing a pipeline in the settings: by mouse and taken back in the history, by keys, with a phone."""

from __future__ import annotations

from playwright.sync_api import Page, expect
from tests.browser.app.conftest import Visitor, drag_by_grip


def stages(page: Page) -> list[str | None]:
    return [card.get_attribute("data-part") for card in page.locator(".k-stage").all()]


def test_stages_are_dragged_named_and_added_and_all_of_it_taken_back_in_the_history(jana: Visitor) -> None:
    page = jana.open("/settings")
    page.locator(".k-snav").get_by_role("link", name="Pipelines").click()
    expect(page.get_by_role("heading", name="Pipelines", exact=True)).to_be_visible()
    assert jana.accessible() == []
    page.get_by_role("link", name="Tickets · Status").click()
    expect(page.locator("#pipeline-form[data-ready]")).to_be_visible()
    assert jana.accessible() == []
    before = stages(page)
    cards = page.locator(".k-stage")
    drag_by_grip(page, cards.nth(2).locator("[data-grip]"), cards.nth(1))
    expect(cards.nth(1)).to_have_attribute("data-part", before[2] or "")
    cards.first.get_by_role("textbox", name="Phase auf Deutsch").fill("Eingang")
    page.get_by_role("button", name="Phase", exact=True).click()
    expect(page.get_by_role("textbox", name="Phase auf Deutsch").and_(page.locator(":focus"))).to_have_value("")
    page.keyboard.type("Rückruf")
    page.get_by_role("button", name="Speichern").click()
    expect(page.locator("#toaster")).to_contain_text("Gespeichert")
    expect(page.locator(".k-stage input[value=Eingang]")).to_be_visible()
    board = jana.open("/o/ticket/board")
    columns = board.locator("[data-stage]")
    expect(columns.first).to_contain_text("Eingang")
    expect(columns.nth(1)).to_have_attribute("data-stage", before[2] or "")
    expect(board.locator("[data-stage=rueckruf]")).to_contain_text("Rückruf")
    page = jana.open("/settings/history")
    assert jana.accessible() == []
    page.get_by_role("button", name="Zurücknehmen: Pipeline „Tickets“ bearbeitet").first.press("Enter")
    expect(page.locator("#confirm")).to_contain_text("Wirklich zurücknehmen: Pipeline „Tickets“ bearbeitet?")
    page.keyboard.press("Enter")
    expect(page.locator("#toaster")).to_contain_text("Zurückgenommen")
    expect(page.get_by_text("Zurückgenommen: Pipeline „Tickets“ bearbeitet").first).to_be_visible()
    jana.open("/settings/pipelines/ticket")
    assert stages(page) == before


def test_by_keys_one_stays_where_one_is_and_is_told_at_the_field(jana: Visitor) -> None:
    page = jana.open("/settings/pipelines/ticket")
    before = stages(page)
    last = page.locator(f"#m-{before[-1]}-button")
    last.press("Enter")
    page.get_by_role("menuitem", name="Nach oben").press("Enter")
    expect(page.locator(".k-stage").nth(-2)).to_have_attribute("data-part", before[-1] or "")
    expect(last).to_be_focused()
    expect(last).to_be_in_viewport()
    days = page.locator(f"#{before[0]}-rot_days")
    days.fill("bald")
    days.press("Enter")
    expect(page.locator(f"#{before[0]}-rot_days-error")).to_contain_text("ganze Zahl von Tagen")
    expect(days).to_have_value("bald")
    expect(days).to_be_focused()
    expect(days).to_be_in_viewport()
    asked = page.locator(f"#{before[1]}-more")
    asked.select_option(label="Kategorie")
    expect(page.get_by_role("button", name="Kategorie nicht mehr verlangen")).to_be_visible()
    page.get_by_role("button", name="Kategorie nicht mehr verlangen").press("Enter")
    expect(asked).to_be_focused()
    page.get_by_role("link", name="Abbrechen").press("Enter")
    page.get_by_role("link", name="Tickets · Status").press("Enter")
    expect(page.locator("#pipeline-form[data-ready]")).to_be_visible()
    assert stages(page) == before


def test_with_a_phone_everything_fits(tom: Visitor) -> None:
    page = tom.open("/settings/pipelines/sales")
    page.get_by_role("button", name="Point of the checklist").last.click()
    expect(page.get_by_role("textbox", name="Point 1 in English")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.get_by_role("button", name="Save")).to_be_in_viewport()
    assert tom.accessible() == []
    tom.open("/settings/history")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert tom.accessible() == []
