"""Groups of a list fold and unfold, by mouse and by keys: remembered while the browser is open, also where a group has not come whole."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from playwright.sync_api import Locator, Page, expect
from tests.browser.app.conftest import Visitor

WHERE = [{"field": "name", "op": "contains", "value": "a"}, {"field": "type", "op": "in", "value": ["prospect", "customer"]}]
"""Two groups, whatever other tests have made."""
LIST = "/o/account?" + urlencode({"view": "all", "group": "type", "cols": "name,type,employees", "where": json.dumps(WHERE)})
SEEN = "tr[data-row]:not([hidden])"


def folds(page: Page) -> Locator:
    return page.locator("[data-fold-group]")


def counted(page: Page) -> list[int]:
    figures = page.locator(".k-ghead .cnt")
    expect(figures.nth(1)).not_to_be_empty()
    return [int(text) for text in figures.all_inner_texts()]


def test_a_group_is_folded_by_mouse_and_stays_so(jana: Visitor) -> None:
    page = jana.open(LIST)
    first, _ = counted(page)
    came = page.locator("tr[data-row]").count()
    folds(page).first.click()
    expect(folds(page).first).to_have_attribute("aria-expanded", "false")
    expect(folds(page).first).to_be_focused()
    expect(page.locator(SEEN).first).to_be_visible()
    assert page.locator("tr[data-row][hidden]").count() == first
    assert jana.accessible() == []
    page.locator("#main").focus()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("[data-row][data-active]")).to_be_visible()  # keys pass over what is folded
    page.keyboard.press("Control+a")
    assert page.locator("[data-row][hidden] input:checked").count() == 0
    page.reload()
    jana.rest()
    expect(folds(page).first).to_have_attribute("aria-expanded", "false")
    assert page.locator("tr[data-row][hidden]").count() == first
    page = jana.open(LIST.replace("group=type", "group=industry"))
    expect(folds(page).first).to_have_attribute("aria-expanded", "true")
    page = jana.open(LIST)
    folds(page).first.click()
    expect(page.locator("tr[data-row][hidden]")).to_have_count(0)
    assert page.locator(SEEN).count() >= came


def test_a_group_that_had_not_come_whole_is_passed_over_and_fetched_when_it_is_unfolded(jana: Visitor) -> None:
    page = jana.open(LIST)
    first, second = counted(page)
    assert first < 50 < first + second
    expect(page.locator("tr[data-row]")).to_have_count(50)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/rows?" in request.url else None)
    folds(page).nth(1).focus()
    with page.expect_response(lambda answer: "past=" in answer.url):
        page.keyboard.press("ArrowLeft")
    jana.rest()
    expect(folds(page).nth(1)).to_have_attribute("aria-expanded", "false")
    expect(page.locator(SEEN)).to_have_count(first)
    expect(page.locator("tr.k-more")).to_have_count(0)
    assert len(asked) == 1
    page.keyboard.press("Enter")
    expect(page.locator(SEEN)).to_have_count(first + second)
    expect(folds(page)).to_have_count(2)
    expect(folds(page).nth(1)).to_be_focused()
    names = page.locator("a[data-open-record]").all_inner_texts()
    assert len(set(names)) == len(names)


def test_on_a_phone(tom: Visitor) -> None:
    page = tom.open(LIST)
    first, _ = counted(page)
    folds(page).first.click()
    expect(page.locator("tr[data-row][hidden]")).to_have_count(first)
    expect(page.locator("tr[data-row][hidden]").first).to_be_hidden()
    expect(folds(page).first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert tom.accessible() == []
