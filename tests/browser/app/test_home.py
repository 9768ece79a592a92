"""My day: cards chosen and ordered by keys and by dragging, at a desk and with a phone."""

from __future__ import annotations

from playwright.sync_api import Page, expect
from tests.browser.app.conftest import Visitor

TITLES = ".k-homegrid h2"


def open_arranging(page: Page) -> None:
    page.click("[hx-get='/home/arrange']")
    expect(page.locator("#arrange [data-sort][data-ready]")).to_be_visible()


def test_cards_are_arranged_by_keys_and_by_dragging(jana: Visitor) -> None:
    page = jana.open("/")
    first, second = page.locator(TITLES).all_inner_texts()[:2]
    open_arranging(page)
    assert jana.accessible() == []
    page.get_by_role("button", name=f"Nach unten: {first}").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=f"Nach unten: {first}")).to_be_focused()
    page.get_by_role("checkbox", name="Alle Firmen Firmen").check()
    page.locator("#arrange [type=submit]:not([name])").click()
    expect(page.locator(TITLES).first).to_have_text(second)
    expect(page.locator(TITLES).nth(1)).to_have_text(first)
    expect(page.locator(TITLES).last).to_have_text("Alle Firmen")
    expect(page.locator(".k-homegrid")).to_contain_text("Hofmann")
    open_arranging(page)
    jana.settle()
    grip = page.locator("#arrange [data-sort-item]").nth(1).locator("[data-sort-handle]").bounding_box()
    above = page.locator("#arrange [data-sort-item]").nth(0).bounding_box()
    assert grip
    assert above
    page.mouse.move(grip["x"] + 10, grip["y"] + 10)
    page.mouse.down()
    page.mouse.move(grip["x"] + 10, grip["y"] + 4, steps=3)
    expect(page.locator("#arrange .k-ghost")).to_have_count(1)  # picked up
    page.mouse.move(grip["x"] + 10, above["y"] + 18, steps=8)
    page.mouse.move(grip["x"] + 10, above["y"] + 4, steps=4)
    expect(page.locator("#arrange [data-sort-item]").first).to_contain_text(first)
    page.mouse.up()
    page.locator("#arrange [type=submit]:not([name])").click()
    expect(page.locator(TITLES).first).to_have_text(first)
    open_arranging(page)
    page.click("#arrange [name=reset]")
    expect(page.locator(TITLES).last).not_to_have_text("Alle Firmen")


def test_a_missing_next_step_is_set_at_its_row(jana: Visitor) -> None:
    page = jana.open("/")
    card = page.locator(".k-homegrid .k-att").first
    name = card.locator("td .lnk").first.inner_text()
    card.get_by_role("button", name="Nächster Schritt festlegen").first.click()
    page.locator("#quick-form #f-next_step").fill("Preisliste schicken")
    page.keyboard.press("Enter")
    expect(page.locator("#toaster")).to_contain_text("Gespeichert")
    expect(card.locator("td .lnk").first).not_to_have_text(name)


def test_with_a_phone_everything_fits(tom: Visitor) -> None:
    page = tom.open("/")
    page.get_by_role("button", name="All", exact=True).click()
    expect(page.get_by_role("button", name="All", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".k-homegrid .k-att")).to_contain_text("Anlage")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert tom.accessible() == []
    open_arranging(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Mine", exact=True).click()
    expect(page.get_by_role("button", name="Mine", exact=True)).to_have_attribute("aria-pressed", "true")
