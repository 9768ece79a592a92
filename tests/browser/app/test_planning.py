"""Planning with others: who is free is seen while a meeting is made, at a desk and with a phone."""

from __future__ import annotations

from playwright.sync_api import Page, expect
from tests.browser.app.conftest import Visitor

DAY = "2032-05-04"


def taking_part(page: Page, name: str) -> None:
    page.fill("#f-attendee", name)
    page.locator("#f-attendee-found [data-lookup-hit]").first.wait_for()
    page.keyboard.press("Enter")


def test_who_takes_part_is_busy_and_a_free_time_is_one_click_away(jana: Visitor) -> None:
    page = jana.open("/o/meeting/new")
    page.fill("#f-subject", "Kundentag")
    page.fill("#f-starts_at", f"{DAY}T09:00")
    page.fill("#f-ends_at", f"{DAY}T10:00")
    taking_part(page, "Tom")
    expect(page.locator(".k-plan li")).to_have_count(2)
    expect(page.locator(".k-plan-s")).to_contain_text("alle frei")
    page.click(".k-actions button[type=submit]")
    expect(page.locator(".k-rel")).to_contain_text("Tom")

    page = jana.open("/o/meeting/new")
    page.fill("#f-subject", "Zweiter Kundentag")
    page.fill("#f-starts_at", f"{DAY}T09:30")
    page.fill("#f-ends_at", f"{DAY}T10:30")
    taking_part(page, "Tom")
    expect(page.locator(".k-plan-s")).to_contain_text("Tom")
    expect(page.locator(".k-plan-b")).to_have_count(2)
    expect(page.locator(".k-plan-b").first).to_contain_text("Kundentag")
    assert jana.accessible() == []
    page.locator("[data-slot-start]").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#f-starts_at")).to_have_value(f"{DAY}T10:00")
    expect(page.locator("#f-ends_at")).to_have_value(f"{DAY}T11:00")
    expect(page.locator(".k-plan-s")).to_contain_text("alle frei")


def test_the_phone_shows_it_too(tom: Visitor) -> None:
    page = tom.open("/o/meeting/new")
    page.fill("#f-starts_at", "2032-05-05T09:00")
    expect(page.locator(".k-plan-s")).to_contain_text("free")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert tom.accessible() == []
