"""Rights: a role changed by keys and taken back, a rule with its filter, explanations, a colleague's eyes."""

from __future__ import annotations

from playwright.sync_api import expect
from tests.browser.app.conftest import Visitor


def test_a_role_by_keys_and_back(jana: Visitor) -> None:
    page = jana.open("/settings/roles/service_agent")
    cell = page.get_by_label("Produkte: Ansehen")
    expect(cell).to_have_value("all")
    cell.focus()
    page.keyboard.type("Team")
    expect(page.locator("#consequences")).to_contain_text("Ansehen: Alle → Team")
    assert jana.accessible() == []
    page.locator("#fields-ticket").press("Enter")
    fields = page.locator("#ticket-other")
    expect(fields).to_be_focused()
    expect(fields).to_be_in_viewport()
    assert jana.accessible() == []
    expect(cell).to_have_value("team")
    page.get_by_role("button", name="Speichern").press("Enter")
    expect(page.locator("#toaster")).to_contain_text("Gespeichert")
    expect(page.locator("#consequences")).to_be_empty()  # the page that came
    expect(cell).to_have_value("team")
    page.get_by_role("button", name="Rückgängig").press("Enter")
    expect(cell).to_have_value("all")


def test_a_sharing_rule_with_a_phone(tom: Visitor) -> None:
    page = tom.open("/settings/sharing")
    assert tom.accessible() == []
    page.get_by_role("link", name="New sharing rule").first.click()
    page.fill("#rule-name-en", "Partners")
    page.select_option("#rule-object", "account")
    page.get_by_role("button", name="Choose records").click()
    editor = page.locator("#condition")
    editor.locator("#n-0-0-value input").nth(2).check()
    tom.rest()
    editor.get_by_role("button", name="Apply").click()
    expect(page.locator(".k-rulew")).to_contain_text("Partner")
    page.get_by_label("Service agent").check()
    assert tom.accessible() == []
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#toaster")).to_contain_text("Records follow in the background")
    expect(page.locator(".k-rules")).to_contain_text("Partners")
    page.locator(".k-rules a").first.click()
    expect(page.locator("#rule-name-en")).to_have_value("Partners")
    page.locator("[popovertarget=rule-menu]").click()
    page.get_by_role("menuitem", name="Remove the rule").click()
    expect(page.locator("#toaster")).to_contain_text("The rule is removed")


def test_explained_and_seen_with_a_colleagues_eyes(jana: Visitor) -> None:
    page = jana.open("/o/account?view=all")
    page.locator("[data-open-record]").first.click()
    page.locator("[popovertarget=record-menu]").click()
    page.get_by_role("menuitem", name="Rechte erklären").click()
    page.locator("#why #f-user").fill("Tom")
    page.locator("#why").get_by_role("option", name="Tom Baker").click()
    expect(page.locator(".k-why > div")).to_have_count(5)
    expect(page.locator(".k-why")).to_contain_text("Rolle „")
    assert jana.accessible(within="#why-answers") == []
    page.keyboard.press("Escape")
    jana.open("/settings/users")
    page.locator(".k-users a").filter(has_text="Tom").first.click()
    page.locator("[popovertarget=user-menu]").click()
    page.get_by_role("menuitem", name="Kundig wie diese Person sehen").click()
    banner = page.locator(".k-viewing")
    try:
        expect(banner).to_contain_text("Sie sehen Kundig wie Tom")
        assert jana.accessible() == []
        page.locator(".k-nav").get_by_role("link", name="Firmen").click()
        expect(page.locator(".k-top h1")).to_have_text("Firmen")
        expect(banner).to_be_visible()
        expect(page.locator("a[href='/o/account/new']")).to_have_count(0)
    finally:
        banner.get_by_role("button", name="Ansicht beenden").click()
    expect(banner).to_have_count(0)
    expect(page).to_have_url(f"{jana.company.url}/settings/users/{page.url.rpartition('/')[2]}")


def test_a_filter_for_a_role_by_keys_and_with_a_phone(tom: Visitor) -> None:
    page = tom.open("/settings/roles/service_agent")
    form = page.locator("#role-form")
    level = page.get_by_label("Accounts: View")
    before = level.input_value()
    level.focus()
    level.select_option("filter")
    choose = page.locator("#account-where")
    expect(choose).to_be_visible()
    expect(level).to_be_focused()
    expect(page.locator("#consequences")).to_contain_text("Say which records.")
    assert tom.accessible() == []
    choose.press("Enter")
    editor = page.locator("#condition")
    editor.locator("#n-0-0-value input").nth(2).check()
    tom.rest()
    editor.get_by_role("button", name="Apply").press("Enter")
    expect(form.locator(".k-mxw")).to_contain_text("Partner")
    expect(choose).to_be_focused()
    expect(page.locator("#consequences")).to_contain_text("View: more records by a filter")
    page.get_by_label("Object of which some records are never seen").select_option("account")
    page.get_by_role("button", name="Forbid some of them").press("Enter")
    never = page.locator("#never-0-where")
    expect(never).to_be_focused()
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.locator("#never-0-where-error")).to_contain_text("Say which records.")
    assert tom.accessible() == []
    never.press("Enter")
    editor.locator("#n-0-0-value input").first.check()
    tom.rest()
    editor.get_by_role("button", name="Apply").press("Enter")
    expect(page.locator("#consequences")).to_contain_text("Never seen: more records")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.locator("#toaster")).to_contain_text("Saved")
    expect(page.locator("#consequences")).to_be_empty()  # the page that came
    expect(level).to_have_value("filter")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert tom.accessible() == []
    page.get_by_role("button", name="Undo").press("Enter")
    expect(level).to_have_value(before)
    expect(page.locator("#never-0-where")).to_have_count(0)
