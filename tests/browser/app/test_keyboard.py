"""Everything that the help of the keys lists, done without a mouse; and single letters switched off."""

from __future__ import annotations

import re

from playwright.sync_api import expect
from tests.browser.app.conftest import Visitor


def test_a_list_is_walked_chosen_and_opened(jana: Visitor) -> None:
    page = jana.open("/o/contact?view=all")
    names = page.locator("a[data-open-record] b").all_inner_texts()
    for key in ("j", "ArrowDown", "j", "k", "ArrowUp", "j"):
        page.keyboard.press(key)
    expect(page.locator("[data-row][data-active] a[data-open-record]")).to_be_focused()
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Shift+X")
    expect(page.locator("[data-row] input[name=id]:checked")).to_have_count(3)
    expect(page.locator("#bulk [data-n]")).to_have_text("3")
    page.keyboard.press("Enter")
    expect(page.locator(".k-rec h1")).to_have_text(names[3])
    expect(page.locator("[data-place]")).to_contain_text("4 /")
    page.keyboard.press("]")
    expect(page.locator(".k-rec h1")).to_have_text(names[4])


def test_filter_search_create_and_help_are_one_key_away(jana: Visitor) -> None:
    page = jana.open("/o/account?view=all")
    page.keyboard.press("/")
    expect(page.locator("[data-key=search]")).to_be_focused()
    page.keyboard.type("fx")  # text now, no commands
    expect(page.locator("[data-key=search]")).to_have_value("fx")
    page.keyboard.press("Escape")
    page.locator("#main").focus()
    page.keyboard.press("f")
    expect(page.locator("#filter")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("#main").focus()
    page.keyboard.press("c")
    expect(page.locator("#create")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#keys .k-keys")).to_be_visible()
    assert jana.accessible() == []
    listed = page.locator("#keys dd").all_inner_texts()
    assert {"Überall suchen", "Zeile auswählen", "Kontakte", "Mein Tag"} <= set(listed)


def test_places_are_a_letter_after_g(jana: Visitor) -> None:
    page = jana.open("/")
    for place, path in (("Kontakte", "/o/contact"), ("Firmen", "/o/account"), ("Mein Tag", "/")):
        letter = page.locator(f".k-nav a[title='{place}']").get_attribute("data-go")
        assert letter
        page.keyboard.press("g")
        page.keyboard.press(letter)
        page.wait_for_url(re.compile(rf"{re.escape(path)}$"))
    letters = [link.get_attribute("data-go") for link in page.locator(".k-nav a[data-go]").all()]
    assert len(letters) == len(set(letters))


def test_on_a_record_things_are_written_down_and_taken_back(jana: Visitor) -> None:
    page = jana.open("/o/account?view=all")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector("#timeline")
    jana.rest()
    page.locator("#main").focus()
    page.keyboard.press("t")
    expect(page.locator("#composer #f-due_at")).to_be_visible()
    page.locator("#composer #f-subject").fill("Mit Tasten gemacht")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#timeline")).to_contain_text("Mit Tasten gemacht")
    page.locator("#main").focus()
    page.keyboard.press("z")
    expect(page.locator("#timeline")).not_to_contain_text("Mit Tasten gemacht")
    page.keyboard.press("e")
    page.wait_for_url("**/edit")


def test_single_letters_can_be_switched_off(tom: Visitor) -> None:
    page = tom.open("/settings/me")
    page.click("label[for=letter_keys]")
    page.click("form[action='/settings/me'] [type=submit]")
    page.wait_for_url("**saved=1")
    page.goto(f"{tom.company.url}/o/account?view=all")
    tom.rest()
    for key in ("c", "x", "?", "g", "k"):
        page.keyboard.press(key)
    expect(page.locator("#create")).to_be_hidden()
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("Control+k")
    expect(page.locator("#palette .command")).to_be_visible()
    page.keyboard.press("Escape")
    page.goto(f"{tom.company.url}/settings/me")
    page.click("label[for=letter_keys]")
    page.click("form[action='/settings/me'] [type=submit]")
    page.wait_for_url("**saved=1")
