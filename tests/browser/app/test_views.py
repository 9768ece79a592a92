"""Views and columns as people arrange them: kept, shared, ordered, deleted and brought back; widths by mouse and keyboard."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect
from tests.browser.app.conftest import Visitor

SAVE = ".k-viewbar > button[data-variant=outline]"


def heads(page: Page) -> list[str]:
    found: list[str] = page.locator("thead th[data-field]").evaluate_all("heads => heads.map(head => head.dataset.field)")
    return found


def tabs(page: Page) -> list[str]:
    return [text.strip() for text in page.locator(".k-viewbar .vtabs a").all_inner_texts()]


def keep_as(page: Page, name: str) -> None:
    page.click(SAVE)
    page.fill("#view-name", name)
    page.click("#viewform [type=submit]")
    expect(page.locator(".k-viewbar [aria-current]")).to_contain_text(name)


def command(page: Page, name: str) -> None:
    page.click("[popovertarget=viewmenu]")
    page.get_by_role("menuitem", name=name).click()


def test_a_view_is_kept_changed_deleted_and_brought_back(jana: Visitor) -> None:
    page = jana.open("/o/account?view=all")
    expect(page.locator(SAVE)).to_have_count(0)
    page.click("th[data-field=type] a")
    expect(page.locator(".k-viewbar")).to_contain_text("geändert")
    keep_as(page, "Nach Art")
    expect(page.locator(SAVE)).to_have_count(0)
    page.click("th[data-field=industry] a")
    page.click(SAVE)
    expect(page.locator(SAVE)).to_have_count(0)
    expect(page.locator("th[data-field=industry]")).to_have_attribute("aria-sort", "ascending")
    page.route("**/views/order?*", lambda route: route.fulfill(status=409), times=1)
    command(page, "Nach links")
    expect(page.locator(".toast[data-category=error]")).to_contain_text("nicht geklappt")
    with page.expect_response("**/views/order?*"):
        command(page, "Nach links")
    order = tabs(page)
    page.reload()
    assert tabs(page) == order
    command(page, "Ansicht löschen")
    expect(page.locator(".k-viewbar")).not_to_contain_text("Nach Art")
    page.click(".toast [data-undo]")
    expect(page.locator(".k-viewbar [aria-current]")).to_have_text("Nach Art")
    command(page, "Ansicht löschen")
    expect(page.locator(".k-viewbar")).not_to_contain_text("Nach Art")


def test_a_view_is_shared_with_everybody(jana: Visitor, tom: Visitor) -> None:
    page = jana.open("/o/lead?view=all&order=-last_name")
    page.click(SAVE)
    page.fill("#view-name", "Rückwärts")
    page.get_by_label("Alle", exact=True).check()
    assert jana.accessible() == []
    page.click("#viewform [type=submit]")
    expect(page.locator(".k-viewbar [aria-current]")).to_contain_text("Rückwärts")
    phone = tom.open("/o/lead")
    phone.get_by_role("link", name="Rückwärts").click()
    expect(phone.locator(".k-who b").first).to_have_text("Neuhaus5")
    command(page, "Umbenennen und teilen")
    page.get_by_label("Nur ich").check()
    page.click("#viewform [type=submit]")
    expect(page.locator("#viewform")).to_have_count(0)
    phone.reload()
    expect(phone.get_by_role("link", name="Rückwärts")).to_have_count(0)


def test_columns_are_added_moved_and_hidden(jana: Visitor) -> None:
    page = jana.open("/o/account?view=all")
    before = heads(page)
    page.click("[popovertarget=columns]")
    page.select_option("#col-more", "website")
    expect(page.locator("#columns-form [name=col]")).to_have_count(len(before) + 1)
    page.get_by_role("button", name="Website nach oben").press("Enter")
    expect(page.locator("#columns-form [name=col]").nth(len(before) - 1)).to_have_value("website")
    expect(page.get_by_role("button", name="Website nach oben")).to_be_focused()
    page.get_by_role("button", name="Branche ausblenden").click()
    expect(page.locator("#columns-form [name=col]")).to_have_count(len(before))
    assert jana.accessible() == []
    page.click("#columns-form footer [name=done]")
    expect(page.locator("th[data-field=website]")).to_be_visible()
    wanted = [name for name in before if name != "industry"]
    assert heads(page) == [*wanted[:-1], "website", wanted[-1]]


def test_widths_by_mouse_and_by_keyboard(jana: Visitor) -> None:
    page = jana.open("/o/account?view=all")
    head = page.locator("th[data-field=industry]")
    box = head.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] - 1, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] + 79, box["y"] + 10, steps=4)
    page.mouse.up()
    expect(page.locator(".k-viewbar")).to_contain_text("geändert")
    wider = head.bounding_box()
    assert wider is not None
    assert abs(wider["width"] - box["width"] - 80) < 3
    head.locator(".k-edge").press("ArrowLeft")
    expect(head.locator(".k-edge")).to_have_attribute("aria-valuenow", str(round(wider["width"]) - 16))
    told = re.compile(rf"cols=.*industry(\*|%2A){round(wider['width']) - 16}\b")
    expect(page).to_have_url(told)
    expect(page.locator("#bulk input[name=_query]")).to_have_value(told)
    expect(page.locator("button[data-key=f]")).to_have_attribute("hx-get", told)
    page.locator("[role=search] input[name=q]").fill("Hofmann")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"cols=.*q=Hofmann"))
    page.go_back()
    expect(page).not_to_have_url(re.compile("q="))
    page.reload()
    jana.rest()
    again = head.bounding_box()
    assert again is not None
    assert abs(again["width"] - wider["width"] + 16) < 3


def test_frozen_columns_stay_in_sight(jana: Visitor) -> None:
    page = jana.open("/o/account?view=all&frozen=2&cols=name*300,type*300,industry*500,phones*500,owner*400")
    kind, phones = page.locator("tbody td").nth(2), page.locator("tbody td").nth(4)
    before, moved = kind.bounding_box(), phones.bounding_box()
    page.locator(".k-body").evaluate("body => { body.scrollLeft = 400; }")
    assert kind.bounding_box() == before
    after = phones.bounding_box()
    assert after is not None
    assert moved is not None
    assert after["x"] == moved["x"] - 400


def test_sorting_by_several_keys(jana: Visitor) -> None:
    page = jana.open("/o/account?view=all")
    page.click("[popovertarget=sorting]")
    page.get_by_role("button", name="Weiterer Schlüssel").click()
    page.wait_for_selector("#sort-key-1")
    page.select_option("#sort-key-0", "type")
    page.select_option("#sort-key-1", "name")
    page.select_option("#sort-way-1", "desc")
    page.click("#sorting-form footer [name=done]")
    expect(page.locator("th[data-field=name]")).to_have_attribute("aria-sort", "descending")
    expect(page.locator("th[data-field=type]")).to_have_attribute("aria-sort", "ascending")
