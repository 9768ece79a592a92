"""Far from the server: who does two things quickly one after the other gets both, and nothing twice."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect
from tests.browser.app.conftest import Visitor
from tests.browser.app.test_turns import answering_late


def first_account(visitor: Visitor) -> Page:
    page = visitor.open("/o/account?view=all")
    page.locator("a[data-open-record]").first.click()
    expect(page.locator(".k-det")).to_be_visible()
    visitor.rest()
    return page


def in_trash(visitor: Visitor, *names: str) -> Page:
    for name in names:
        page = visitor.open("/o/account/new")
        page.fill("#f-name", name)
        page.click(".k-actions button[type=submit]")
        page.wait_for_selector(".k-rec")
        page.click("[popovertarget=record-menu]")
        page.locator("#record-menu .dng").click()
        expect(page.locator("#toaster")).to_contain_text("In den Papierkorb gelegt")
    return visitor.open("/trash")


def test_of_two_links_the_last_one_counts(jana: Visitor) -> None:
    page = jana.open("/o/account?view=all")
    with answering_late(page, "**/o/contact"):
        with page.expect_request("**/o/contact"):
            page.locator(".k-nav a[href='/o/contact']").click()
        page.locator(".k-nav a[href='/o/lead']").click()
        expect(page.locator(".k-top h1")).to_have_text("Leads")
    jana.rest()
    expect(page.locator(".k-top h1")).to_have_text("Leads")
    expect(page).to_have_url(re.compile("/o/lead$"))


def test_an_earlier_link_that_is_answered_first_does_not_take_the_later_ones_place(jana: Visitor) -> None:
    page = jana.open("/o/account?view=all")
    with answering_late(page, "**/o/lead"):
        page.locator(".k-nav a[href='/o/contact']").click()
        with page.expect_request("**/o/lead"):
            page.locator(".k-nav a[href='/o/lead']").click()
        jana.page.wait_for_timeout(300)
    expect(page.locator(".k-top h1")).to_have_text("Leads")


def test_two_things_come_back_from_the_trash(jana: Visitor) -> None:
    page = in_trash(jana, "Erste Gießerei", "Zweite Gießerei")
    rows = [page.locator("tr", has_text=name) for name in ("Erste Gießerei", "Zweite Gießerei")]
    with answering_late(page, "**/trash"):
        with page.expect_request("**/trash"):
            rows[0].get_by_role("button", name="Wiederherstellen").click()
        with page.expect_response("**/restore"):
            rows[1].get_by_role("button", name="Wiederherstellen").click()
    for row in rows:
        expect(row).to_have_count(0)


def test_a_comment_that_is_sent_twice_is_there_once(jana: Visitor) -> None:
    page = first_account(jana)
    page.click("[data-panel=comments]")
    box = page.locator("#comments textarea")
    box.fill("Bitte nur einmal")
    with answering_late(page, "**/comments"):
        with page.expect_request("**/comments"):
            box.press("Control+Enter")
        box.press("Control+Enter")
        page.keyboard.type("das ginge verloren")
        expect(box).to_have_value("Bitte nur einmal")
    expect(page.locator(".k-cmts")).to_contain_text("Bitte nur einmal")
    jana.rest()
    expect(page.locator(".k-cmts li", has_text="Bitte nur einmal")).to_have_count(1)


def test_three_steps_of_a_card_lead_three_columns_on(jana: Visitor) -> None:
    page = jana.open("/o/opportunity/board")
    page.wait_for_selector("[data-stage-list][data-sortable]")
    card = page.locator("[data-stage-list=negotiation] article").first
    address = card.get_attribute("data-move")
    card.focus()
    with answering_late(page, f"**{address}"):
        with page.expect_request(f"**{address}"):
            page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowLeft")
    jana.rest()
    page = jana.open(str(address).removesuffix("/stage"))
    expect(page.locator(".k-path li").first).to_have_class("is-current")


def test_letters_go_where_one_writes_not_into_an_editor_that_is_on_its_way(jana: Visitor) -> None:
    page = first_account(jana)
    page.click("[data-panel=comments]")
    place = page.locator(".k-det .ed[data-edit$=name]").first
    before = place.inner_text()
    box = page.locator("#comments textarea")
    expect(box).to_be_visible()
    address = f"**{place.get_attribute('data-edit')}"
    with answering_late(page, address):
        with page.expect_request(address):
            place.click()
        box.click()
        page.keyboard.type("Hier steht es")
        expect(box).to_have_value("Hier steht es")
    jana.rest()
    expect(box).to_be_focused()
    expect(place).to_have_text(before)
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")


def test_a_value_that_is_refused_waits_for_whoever_writes_elsewhere_by_now(jana: Visitor) -> None:
    page = first_account(jana)
    page.click("[data-panel=comments]")
    box = page.locator("#comments textarea")
    expect(box).to_be_visible()
    place = page.locator(".k-det .ed[data-edit$=employees]").first
    address = f"**{place.get_attribute('data-edit')}"
    place.click()
    page.locator(".k-editor input").fill("viele")
    with answering_late(page, address):
        with page.expect_request(address):
            box.click()
        page.keyboard.type("Inzwischen hier")
    expect(page.locator(".k-eder")).to_be_visible()
    expect(page.locator(".k-editor input")).to_have_value("viele")
    expect(box).to_be_focused()
    expect(box).to_have_value("Inzwischen hier")
    box.fill("")


def test_an_editor_that_is_left_before_it_came_does_not_open(jana: Visitor) -> None:
    page = first_account(jana)
    place = page.locator(".k-det .ed[data-edit$=name]").first
    address = f"**{place.get_attribute('data-edit')}"
    with answering_late(page, address):
        with page.expect_request(address):
            place.click()
        page.keyboard.press("Escape")
    jana.rest()
    expect(page.locator(".k-editor")).to_have_count(0)


def test_what_is_typed_after_its_key_stands_in_the_note(jana: Visitor) -> None:
    page = first_account(jana)
    page.locator("#composer [role=tab]").nth(1).click()
    expect(page.locator("#composer [role=tab]").nth(1)).to_have_attribute("aria-selected", "true")
    jana.rest()
    page.evaluate("document.activeElement.blur()")
    with answering_late(page, "**/compose/**"):
        with page.expect_request("**/compose/**"):
            page.keyboard.press("n")
        page.keyboard.type("Cleo ruft an")
    expect(page.locator("#composer form :is(input, textarea):focus, #composer [contenteditable]:focus")).to_be_visible()
    expect(page.locator("#quick")).to_have_count(0)
    written = page.evaluate("(document.activeElement.value ?? document.activeElement.innerText).trim()")
    assert written == "Cleo ruft an"


def opportunity(visitor: Visitor) -> tuple[Page, str]:
    """The page of one, and its address."""
    page = visitor.open("/o/opportunity?view=open")
    path = str(page.locator("a[data-open-record]").first.get_attribute("href")).partition("?")[0]
    return visitor.open(path), f"**{path}"


def test_a_dialog_that_was_opened_stays_when_the_page_comes_anew(jana: Visitor) -> None:
    page, address = opportunity(jana)
    with answering_late(page, address):
        with page.expect_request(address):
            page.locator(".k-path button").nth(1).click()
        page.locator(".k-rs header .btn").first.click()
        page.locator("#quick-form input:not([type=hidden])").first.fill("Noch nicht gesichert")
    jana.rest()
    expect(page.locator("#quick-form input:not([type=hidden])").first).to_have_value("Noch nicht gesichert")


def test_a_note_that_is_being_typed_stays_when_the_page_comes_anew(jana: Visitor) -> None:
    page, address = opportunity(jana)
    stage = page.locator(".k-path button").nth(1)
    note = page.locator("#composer [contenteditable]")
    with answering_late(page, address):
        with page.expect_request(address):
            stage.click()
        note.focus()
        page.keyboard.type("Noch im S")
    jana.rest()
    expect(note).to_be_focused()
    page.keyboard.type("chreiben")
    expect(note).to_have_text("Noch im Schreiben")


def test_a_comment_that_is_being_typed_goes_on_when_the_page_has_come_anew(jana: Visitor) -> None:
    page, address = opportunity(jana)
    page.click("[data-panel=comments]")
    box = page.locator("#comments textarea")
    expect(box).to_be_visible()
    with answering_late(page, address):
        with page.expect_request(address):
            page.locator(".k-path button").nth(1).click()
        box.focus()
        page.keyboard.type("Sie wollen ")
    expect(page.locator(".k-path li").nth(1)).to_have_class("is-current")
    expect(box).to_be_focused()
    page.keyboard.type("zwei davon")
    expect(box).to_have_value("Sie wollen zwei davon")
    box.fill("")
