"""A record on paper: what it says, none of what one does with it, white whatever the screen is."""

from __future__ import annotations

from playwright.sync_api import expect
from tests.browser.app.conftest import Visitor

PAPER = {"width": 718, "height": 1000}
"""A4 between its margins, in the pixels that a browser lays it out with."""
WHITE = "getComputedStyle(document.body).getPropertyValue('--background')"


def test_a_record_on_paper(jana: Visitor) -> None:
    jana.page.context.add_cookies([{"name": "kundig_theme", "value": "dark", "url": jana.company.url}])
    page = jana.open("/o/account?view=all&order=created_at")
    page.locator("a[data-open-record]").first.click()
    page.locator("#timeline .k-ev").first.wait_for()
    dark = page.evaluate(WHITE)
    page.emulate_media(media="print")
    page.set_viewport_size(PAPER)  # type: ignore[arg-type] # a size
    assert page.evaluate(WHITE) != dark
    for shown in (".k-rec h1", ".k-facts", ".k-det dl", "#timeline .k-ev"):
        expect(page.locator(shown).first).to_be_visible()
    for left_out in (".k-side", ".k-tabbar", "#composer", ".k-pen", ".k-ptabs", "main .btn"):
        assert not page.locator(left_out).locator("visible=true").count(), left_out
    cut = "[...document.querySelectorAll('main *')].filter(e => e.scrollHeight > e.clientHeight + 40 && getComputedStyle(e).overflowY !== 'visible')"
    assert page.evaluate(f"{cut}.map(e => e.className)") == [], "nothing scrolls on paper"
    assert page.evaluate("document.documentElement.scrollWidth") <= PAPER["width"]
