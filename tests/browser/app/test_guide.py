"""Tour, help and the list of the first hour; high contrast."""

from __future__ import annotations

from playwright.sync_api import expect
from tests.browser.app.conftest import Visitor


def test_the_tour_goes_from_page_to_page_and_on_where_it_was_left(jana: Visitor) -> None:
    page = jana.open("/")
    page.click(".k-first [hx-post='/tour']")
    expect(page.locator("#beside-title")).to_be_focused()
    page.keyboard.press("Tab")
    for _ in range(3):
        number = page.locator(".k-beside .tnum").inner_text().split(" ")[0]
        page.get_by_role("button", name="Fortsetzen").press("Enter")
        expect(page.locator(".k-beside .tnum")).not_to_have_text(f"{number} / 8")
    page.wait_for_url("**/o/account")
    expect(page.locator("[data-pointed]")).to_be_visible()
    assert jana.accessible() == []
    page.get_by_role("button", name="Verlassen").click()
    expect(page.locator(".k-beside")).to_have_count(0)
    page.click("[popovertarget=me]")
    page.locator("#me").get_by_text("Rundgang").click()
    expect(page.locator(".k-beside .tnum")).to_have_text("4 / 8")
    page.reload()
    expect(page.locator(".k-beside .tnum")).to_have_text("4 / 8")
    page.get_by_role("button", name="Verlassen").click()
    expect(page.locator(".k-beside")).to_have_count(0)


def test_help_stands_beside_the_page_and_follows(tom: Visitor) -> None:
    page = tom.open("/")
    page.click("[popovertarget=more]")
    page.click("#more [hx-get='/help']")
    expect(page.locator("#beside-title")).to_have_text("My day")
    page.locator(".k-tabbar a").nth(1).click()
    expect(page.locator("#beside-title")).to_have_text("Lists")
    assert tom.accessible() == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.keyboard.press("Escape")
    expect(page.locator(".k-beside")).to_have_count(0)
    expect(page.locator("[popovertarget=more]")).to_be_focused()


def test_high_contrast_is_chosen_or_asked_for_by_the_device(jana: Visitor) -> None:
    page = jana.open("/o/account?view=all")

    def ink() -> str:
        return str(page.evaluate("getComputedStyle(document.querySelector('.k-foot')).color"))

    plain = ink()
    page.emulate_media(contrast="more")
    assert ink() != plain
    for scheme in ("light", "dark"):
        page.emulate_media(contrast="more", color_scheme=scheme)  # type: ignore[arg-type] # one of two
        page.reload()  # colours go over gently
        jana.rest()
        assert jana.accessible() == []
    page.emulate_media(contrast="no-preference", color_scheme="light")
    page.reload()
    assert ink() == plain
    jana.open("/settings/me")
    page.click("label[for=high_contrast]")
    page.click("form[action='/settings/me'] [type=submit]")
    page.wait_for_url("**saved=1")
    assert jana.accessible() == []
    jana.open("/o/account?view=all")
    assert ink() != plain
    jana.open("/settings/me")
    page.click("label[for=high_contrast]")
    page.click("form[action='/settings/me'] [type=submit]")
    page.wait_for_url("**saved=1")
