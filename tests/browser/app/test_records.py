"""Record pages and forms: details, stage, composer, related records, links, errors."""

from __future__ import annotations

import re

from playwright.sync_api import expect
from tests.browser.app.conftest import Visitor


def first(visitor: Visitor, path: str) -> None:
    visitor.open(path)
    visitor.page.locator("a[data-open-record]").first.click()
    visitor.page.wait_for_selector(".k-rec")
    visitor.rest()


def test_a_note_is_written_and_stands_in_the_timeline(jana: Visitor) -> None:
    first(jana, "/o/contact?view=all")
    page = jana.page
    page.click("#composer [contenteditable]")
    page.keyboard.type("Kunde entscheidet im Januar.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#timeline .k-ev")).to_contain_text(["Kunde entscheidet im Januar."])
    page.locator("#composer [role=tab]").nth(1).click()
    page.fill("#composer #f-subject", "Unterlagen schicken")
    page.click("#composer [type=submit]")
    expect(page.locator("#timeline")).to_contain_text("Unterlagen schicken")


def test_a_detail_is_edited_and_the_change_stands_in_the_journal(jana: Visitor) -> None:
    first(jana, "/o/account?view=all&order=created_at")
    page = jana.page
    page.click("[data-edit$='/employees']")
    page.locator(".k-editor input").fill("1.240")
    page.keyboard.press("Enter")
    expect(page.locator("[data-edit$='/employees']")).to_have_text("1.240")
    page.click("[data-panel=changes]")
    expect(page.locator(".k-diff ins").first).to_have_text("1.240")
    page.locator(".k-evh [hx-post$='/undo']").first.click()
    expect(page.locator("[data-edit$='/employees']")).to_have_text("–")


def test_a_wrong_value_stays_in_the_editor_with_its_reason(jana: Visitor) -> None:
    first(jana, "/o/account?view=all&order=created_at")
    page = jana.page
    page.click("[data-edit$='/employees']")
    page.locator(".k-editor input").fill("viele")
    page.keyboard.press("Enter")
    expect(page.locator(".k-eder")).to_be_visible()
    expect(page.locator(".k-editor input")).to_have_value("viele")
    page.keyboard.press("Escape")
    expect(page.locator(".k-editor")).to_have_count(0)


def test_a_stage_asks_for_what_it_needs(jana: Visitor) -> None:
    first(jana, "/o/opportunity?view=open")
    page = jana.page
    page.locator(".k-path button").last.click()
    page.wait_for_selector("#quick-form")
    page.click("#quick-form [type=submit]")
    expect(page.locator("#quick-form .bad")).to_be_visible()
    page.select_option("#quick-form select", index=1)
    page.click("#quick-form [type=submit]")
    expect(page.locator(".k-path .is-lost")).to_have_count(1)
    expect(page.locator("#quick")).to_have_count(0)


def test_a_record_that_belongs_to_another_is_made_beside_it(jana: Visitor) -> None:
    first(jana, "/o/account?view=all&order=created_at")
    page = jana.page
    page.locator(".k-rs header .btn").first.click()
    page.wait_for_selector("#quick-form")
    page.fill("#quick-form #f-last_name", "Nachtigall")
    page.click("#quick-form [type=submit]")
    expect(page.locator(".k-rel")).to_contain_text("Nachtigall")


def test_a_slip_does_not_close_a_dialog_in_which_something_was_typed(jana: Visitor) -> None:
    first(jana, "/o/account?view=all&order=created_at")
    page, dialog, ask = jana.page, jana.page.locator("#quick-form"), jana.page.locator("#confirm form")
    page.locator(".k-rs header .btn").first.click()
    expect(dialog).to_be_visible()
    page.mouse.click(5, 5)
    expect(dialog).to_have_count(0)
    page.locator(".k-rs header .btn").first.click()
    page.fill("#quick-form #f-last_name", "Nachtigall")
    for _ in range(2):
        page.mouse.click(5, 5)
        page.keyboard.press("Escape")
        expect(ask).to_contain_text("nicht gespeichert")
        page.keyboard.press("Escape")
        expect(ask).to_be_hidden()
        expect(page.locator("#quick-form #f-last_name")).to_have_value("Nachtigall")
    page.keyboard.press("Escape")
    ask.locator("[value=yes]").click()
    expect(dialog).to_have_count(0)


def test_forms_keep_what_was_typed_and_say_what_is_wrong(jana: Visitor) -> None:
    page = jana.open("/o/opportunity/new")
    page.fill("#f-amount", "sehr viel")
    page.click("#record-form [type=submit]")
    expect(page.locator("#f-name-error")).to_be_visible()
    expect(page.locator("#f-amount")).to_have_value("sehr viel")
    expect(page.locator("#f-amount-error")).to_contain_text("1.234,50")
    page.fill("#f-name", "Retrofit Halle 3")
    page.fill("#f-amount", "48.500,75")
    page.fill("#f-account", "hofm")
    page.keyboard.press("ArrowDown")  # before any suggestion is there: the keys wait for the answer to what was typed
    page.keyboard.press("Enter")
    expect(page.locator("#f-account")).to_have_value("Hofmann Anlagenbau SE")
    page.click("#record-form [type=submit]")
    page.wait_for_selector(".k-rec")
    expect(page.locator(".k-facts")).to_contain_text("48.500,75")
    expect(page.locator(".k-det")).to_contain_text("Hofmann Anlagenbau SE")


def test_the_next_record_of_the_list_is_one_key_away(jana: Visitor) -> None:
    page = jana.open("/o/contact?view=all&order=-last_name")
    names = page.locator("a[data-open-record] b").all_inner_texts()
    page.locator("a[data-open-record]").nth(1).click()
    expect(page.locator(".k-rec h1")).to_have_text(names[1])
    expect(page.locator("[data-place]")).to_have_text(re.compile(r"^2 / \d+$"))  # of as many as were loaded
    page.keyboard.press("]")
    expect(page.locator(".k-rec h1")).to_have_text(names[2])
    expect(page.locator("[data-place]")).to_have_text(re.compile(r"^3 / "))
    page.click("[data-key=previous]")
    expect(page.locator(".k-rec h1")).to_have_text(names[1])
    expect(page.locator("[data-place]")).to_have_text(re.compile(r"^2 / "))
    page.keyboard.press("[")
    expect(page.locator(".k-rec h1")).to_have_text(names[0])
    expect(page.locator("[data-key=previous]")).to_have_attribute("aria-disabled", "true")
    page.click("[data-list]")
    page.wait_for_url("**/o/contact?view=all&order=-last_name")  # the list as it was


def test_without_a_list_there_is_no_next_record(jana: Visitor) -> None:
    first(jana, "/o/contact?view=all")
    address = jana.page.url
    other = jana.page.context.new_page()
    other.goto(address)
    other.wait_for_selector(".k-rec")
    expect(other.locator("[data-pager]")).to_be_hidden()


def test_a_lead_is_converted(jana: Visitor) -> None:
    first(jana, "/o/lead?view=open")
    page = jana.page
    name = page.locator(".k-rec h1").inner_text()
    page.click(".k-acts .btn")
    page.wait_for_selector("#quick-form")
    page.click("#quick-form [type=submit]")
    page.wait_for_url("**/o/opportunity/**")
    expect(page.locator(".k-rec")).to_contain_text(name.split(" ")[-1].removeprefix("Neuhaus"))


def test_the_palette_finds_and_goes(jana: Visitor) -> None:
    page = jana.open("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("weissbach")
    hit = page.locator("#palette-menu [role=menuitem]").first
    expect(hit).to_contain_text("Weißbach")
    page.keyboard.press("Enter")
    page.wait_for_selector(".k-rec")
    expect(page.locator(".k-rec h1")).to_contain_text("Weißbach")


def test_a_phone_shows_one_part_of_a_record_at_a_time(tom: Visitor) -> None:
    first(tom, "/o/account?view=all&order=created_at")
    page = tom.page
    expect(page.locator("#timeline")).to_contain_text("drei")
    expect(page.locator(".k-det")).to_be_hidden()
    page.click("[data-panel=details]")
    expect(page.locator(".k-det")).to_be_visible()
    page.click("[data-panel=related]")
    expect(page.locator(".k-rel")).to_contain_text("Annegret Hofmann")
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_record_is_shared_and_taken_back(jana: Visitor) -> None:
    first(jana, "/o/account?view=all&order=created_at")
    page = jana.page
    page.locator(".k-top [aria-haspopup=menu]").last.click()
    page.get_by_role("menuitem", name="Freigeben").click()
    shares = page.locator("#shares")
    expect(shares).to_contain_text("Bisher für niemanden freigegeben.")
    shares.locator("#f-user").fill("Tom")
    shares.get_by_role("option", name="Tom Baker").click()
    shares.locator("[name=level]").select_option("edit")
    shares.get_by_label("Letzter Tag").fill("2020-01-31")
    shares.locator("[type=submit]").click()
    expect(shares.get_by_role("alert")).to_contain_text("Dieser Zeitpunkt ist vorbei.")
    expect(shares.locator("#f-user")).to_have_value("Tom Baker")
    shares.get_by_label("Letzter Tag").fill("2099-01-31")
    shares.locator("[type=submit]").click()
    expect(shares.locator("li")).to_contain_text(["Tom BakerDarf bearbeiten · bis 31.01.2099"])
    assert jana.accessible() == []
    shares.get_by_role("button", name="Tom Baker entfernen").click()
    expect(shares).to_contain_text("Bisher für niemanden freigegeben.")


def test_a_link_that_was_left_opens_no_suggestions(jana: Visitor) -> None:
    page = jana.open("/o/contact/new")
    account, owner = page.locator("#f-account"), page.locator("#f-owner")
    account.focus()
    page.wait_for_selector("#f-account-found [data-lookup-hit]")
    page.keyboard.type("Nor")
    owner.focus()
    owner.fill("Tom")  # asked for after the other would have been
    expect(page.locator("#f-owner-found [data-lookup-hit]")).to_have_text([re.compile("Tom Baker")])
    jana.rest()
    expect(account).to_have_attribute("aria-expanded", "false")
    expect(page.locator("#f-account-found [data-lookup-hit]")).to_have_count(0)


def test_names_behind_an_at_are_told_and_ctrl_enter_sends(jana: Visitor) -> None:
    first(jana, "/o/account?view=all&order=created_at")
    page = jana.page
    page.keyboard.press("m")
    box = page.locator("#comments textarea")
    expect(box).to_be_focused()
    page.keyboard.type("An @T")
    chosen = page.locator(".k-mention [aria-selected=true]")
    expect(box).to_have_attribute("aria-activedescendant", chosen.get_attribute("id") or "-")
    page.keyboard.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", "mention-1")
    assert jana.accessible() == []
    page.keyboard.press("Control+Enter")
    expect(page.locator(".k-cmts li").last).to_contain_text("An @T")


def test_what_was_typed_and_chosen_outlives_a_reload(jana: Visitor) -> None:
    page = jana.open("/o/contact/new")
    page.fill("#f-emails", "eilig@example.com")
    page.focus("#f-account")
    page.keyboard.type("Tröndle")
    page.keyboard.press("Enter")  # waits for the suggestions
    expect(page.locator("[name=account]")).not_to_have_value("")
    account, id_ = page.locator("#f-account").input_value(), page.locator("[name=account]").input_value()
    page.reload()
    expect(page.locator("#f-emails")).to_have_value("eilig@example.com")
    expect(page.locator("#f-account")).to_have_value(account)
    expect(page.locator("[name=account]")).to_have_value(id_)
    jana.open("/o/task/new").focus("#f-related_to")
    page.keyboard.type("Tröndle")
    page.keyboard.press("Enter")
    expect(page.locator("[data-lookup-picked] .tag")).to_contain_text("Tröndle")
    page.reload()
    expect(page.locator("[data-lookup-picked] .tag")).to_contain_text("Tröndle")
    expect(page.locator("[data-lookup-picked] [name=related_to]")).not_to_have_value("")
