"""Two people at once: what both change, what the other changes, who else is here."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect
from tests.browser.app.conftest import Visitor


def made(visitor: Visitor, name: str) -> str:
    """A new account; its address."""
    page = visitor.open("/o/account/new")
    page.fill("#f-name", name)
    page.click("#record-form [type=submit]")
    page.wait_for_selector(".k-rec")
    return page.url.removeprefix(visitor.company.url)


def edit(page: Page, field: str, value: str) -> None:
    page.click(f"[data-edit$='/{field}']")
    editor = page.locator(f"[data-edit$='/{field}'] .k-editor input")  # the one before it may still be there, being saved
    editor.fill(value)
    editor.press("Enter")


def test_a_value_that_both_change_is_shown_twice_and_chosen(jana: Visitor, eva: Visitor) -> None:
    address = made(jana, "Gemeinsam GmbH")
    mine, hers = jana.open(address), eva.open(address)
    hers.click("[data-edit$='/employees']")
    hers.locator(".k-editor input").fill("30")
    edit(mine, "employees", "20")
    expect(mine.locator("[data-edit$='/employees']")).to_have_text("20")
    hers.keyboard.press("Enter")
    expect(hers.locator(".k-clash")).to_contain_text("Jana Küster")
    expect(hers.locator(".k-theirs")).to_have_text("20")
    expect(hers.locator(".k-editor input")).to_have_value("30")
    assert eva.accessible() == []
    hers.locator(".k-clash [value=mine]").click()
    expect(hers.locator("[data-edit$='/employees']")).to_have_text("30")


def test_taking_the_others_value_writes_nothing(jana: Visitor, eva: Visitor) -> None:
    address = made(jana, "Übernahme GmbH")
    mine, hers = jana.open(address), eva.open(address)
    hers.click("[data-edit$='/employees']")
    hers.locator(".k-editor input").fill("30")
    edit(mine, "employees", "20")
    expect(mine.locator("[data-edit$='/employees']")).to_have_text("20")
    hers.keyboard.press("Enter")
    hers.locator(".k-clash [value=theirs]").click()
    expect(hers.locator("[data-edit$='/employees']")).to_have_text("20")
    hers.click("[data-panel=changes]")
    expect(hers.locator(".k-diff ins").first).to_have_text("20")


def test_a_form_keeps_both_and_asks_only_for_what_both_changed(jana: Visitor, eva: Visitor) -> None:
    address = made(jana, "Formular GmbH")
    mine, hers = jana.open(f"{address}/edit"), eva.open(f"{address}/edit")
    mine.fill("#f-employees", "20")
    mine.fill("#f-website", "https://jana.example")
    mine.click("#record-form [type=submit]")
    mine.wait_for_selector(".k-rec")
    hers.fill("#f-employees", "30")
    hers.fill("#f-name", "Formular AG")
    hers.click("#record-form [type=submit]")
    expect(hers.locator(".k-clash")).to_have_count(1)
    expect(hers.locator("#f-employees")).to_have_value("30")
    expect(hers.locator("#f-name")).to_have_value("Formular AG")
    expect(hers.locator("#f-website")).to_have_value("https://jana.example")
    assert eva.accessible() == []
    hers.get_by_label("Keep mine").check()
    hers.click("#record-form [type=submit]")
    expect(hers.locator(".k-rec h1")).to_have_text("Formular AG")
    expect(hers.locator("[data-edit$='/employees']")).to_have_text("30")
    expect(hers.locator("[data-edit$='/website']")).to_contain_text(re.compile("jana.example"))


def live(visitor: Visitor, address: str) -> Page:
    """A page that follows what others do."""
    page = visitor.open(address)
    page.wait_for_selector("#live[data-on]", state="attached")
    return page


def test_a_record_follows_the_others_change_but_not_into_an_open_editor(jana: Visitor, eva: Visitor) -> None:
    address = made(jana, "Lebendig GmbH")
    mine, hers = jana.open(address), live(eva, address)
    hers.click("[data-edit$='/website']")
    hers.locator(".k-editor input").fill("https://eva.example")
    edit(mine, "employees", "41")
    edit(mine, "name", "Lebendig AG")
    expect(hers.locator("[data-edit$='/employees']")).to_have_text("41")
    expect(hers.locator(".k-rec h1")).to_have_text("Lebendig AG")
    expect(hers.locator(".k-editor input")).to_have_value("https://eva.example")
    expect(hers.locator(".k-editor input")).to_be_focused()
    hers.keyboard.press("Enter")
    expect(hers.locator("[data-edit$='/website']")).to_contain_text("eva.example")


def test_what_was_changed_in_an_open_editor_shows_when_it_is_left(jana: Visitor, eva: Visitor) -> None:
    address = made(jana, "Verlassen GmbH")
    mine, hers = jana.open(address), live(eva, address)
    hers.click("[data-edit$='/employees']")
    expect(hers.locator(".k-editor input")).to_be_focused()
    edit(mine, "employees", "42")
    expect(hers.locator("[data-stale]")).to_have_count(1)
    hers.keyboard.press("Escape")
    expect(hers.locator("[data-edit$='/employees']")).to_have_text("42")


def test_those_who_have_a_record_open_see_each_other(jana: Visitor, eva: Visitor) -> None:
    address = made(jana, "Besucht GmbH")
    mine, hers = live(jana, address), live(eva, address)
    expect(mine.locator("#here .av")).to_have_attribute("title", "Eva Lund")
    expect(hers.locator("#here")).to_contain_text("Also here: Jana Küster")
    assert eva.accessible() == []
    hers.click(".k-crumb a")
    expect(mine.locator("#here .av")).to_have_count(0)


def test_timeline_comments_and_related_lists_follow(jana: Visitor, eva: Visitor) -> None:
    address = made(jana, "Verlauf GmbH")
    mine, hers = jana.open(address), live(eva, address)
    hers.mouse.move(5, 5)
    mine.click("#composer [contenteditable]")
    mine.keyboard.type("Ruft morgen zurück.")
    mine.keyboard.press("Control+Enter")
    expect(hers.locator("#timeline")).to_contain_text("Ruft morgen zurück.")
    mine.locator(".k-rs header .btn").first.click()
    mine.fill("#quick-form #f-last_name", "Abendroth")
    mine.click("#quick-form [type=submit]")
    for page in (mine, hers):
        expect(page.locator(".k-rel")).to_contain_text("Abendroth")
    hers.click("[data-panel=comments]")
    hers.fill("#comments textarea", "Ich schreibe gerade")
    mine.click("[data-panel=comments]")
    mine.fill("#comments textarea", "Bitte prüfen.")
    mine.click("#comments form [type=submit]")
    expect(hers.locator("#comments .k-cmts")).to_contain_text("Bitte prüfen.")
    expect(hers.locator("#comments textarea")).to_have_value("Ich schreibe gerade")


def test_a_list_is_brought_up_to_date_in_place_and_counts_what_is_new(jana: Visitor, eva: Visitor) -> None:
    address = made(jana, "Aalen Optik GmbH")
    id_ = address.rsplit("/", 1)[1]
    hers = live(eva, "/o/account?view=all&order=name")
    row = hers.locator(f"[data-row='{id_}']")
    before = hers.locator("#rows [data-row]").count()
    mine = jana.open(address)
    edit(mine, "name", "Aalen Optik und Feinmechanik GmbH")
    expect(row).to_contain_text("Feinmechanik")
    made(jana, "Aachen Druck GmbH")
    expect(hers.locator("#fresh")).to_have_text("1 new")
    assert hers.locator("#rows [data-row]").count() == before, "nothing moves"
    assert eva.accessible() == []
    hers.click("#fresh")
    expect(hers.locator("#rows")).to_contain_text("Aachen Druck GmbH")
    expect(hers.locator("#fresh")).to_be_hidden()


def test_a_board_tells_what_went_elsewhere(jana: Visitor, eva: Visitor) -> None:
    hers = live(eva, "/o/opportunity/board")
    card = hers.locator("[data-stage-list=qualification] [data-card]").first
    id_ = card.get_attribute("data-card")
    mine = jana.open(f"/o/opportunity/{id_}")
    edit(mine, "name", "Anlage umbenannt")
    expect(card).to_contain_text("Anlage umbenannt")
    mine.locator(".k-path button").first.click()
    expect(hers.locator("#fresh")).to_have_text("1 changed")
    expect(hers.locator(f"[data-stage-list=qualification] [data-card='{id_}']")).to_have_count(1)
    hers.click("#fresh")
    expect(hers.locator(f"[data-stage-list=qualification] [data-card='{id_}']")).to_have_count(0)


def test_signs_pins_and_kinds(jana: Visitor) -> None:
    address = made(jana, "Zeichen GmbH")
    page = jana.open(address)
    for text in ("Erste Notiz", "Zweite Notiz"):
        page.click("#composer [contenteditable]")
        page.keyboard.type(text)
        page.keyboard.press("Control+Enter")
        expect(page.locator("#timeline")).to_contain_text(text)
    entry = page.locator("#timeline .k-ev", has_text="Erste Notiz")
    entry.get_by_role("button", name="Mit einem Zeichen antworten").click()
    page.get_by_role("menuitem", name="Hurra").click()
    expect(entry.get_by_role("button", name="Hurra: 1")).to_have_attribute("aria-pressed", "true")
    entry.get_by_role("button", name="Anheften").click()
    expect(page.locator(".k-pinned")).to_contain_text("Erste Notiz")
    assert jana.accessible() == []
    page.locator("#kinds label", has_text="Aufgaben").click()
    expect(page.locator("#timeline")).to_contain_text("Davon gibt es hier nichts.")
    page.locator("#kinds label", has_text="Aufgaben").click()
    expect(page.locator("#timeline")).to_contain_text("Zweite Notiz")


def test_a_card_that_is_renewed_under_the_keys_keeps_their_place(jana: Visitor, eva: Visitor) -> None:
    page = jana.open("/")
    link = page.locator("[data-follows=opportunity] a[href^='/o/opportunity/']").first
    link.focus()
    place = str(link.get_attribute("href"))
    page.wait_for_selector("#live[data-on]", state="attached")
    edit(eva.open(place), "name", "Anders genannt")
    same = page.locator(f"[data-follows] a[href='{place}']", has_text="Anders genannt").first
    expect(same).to_be_visible()
    expect(same).to_be_focused()
