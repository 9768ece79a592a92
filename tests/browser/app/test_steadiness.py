"""Nothing moves while a page fills: what comes later finds its room made (layout-instability entries, https://web.dev/articles/cls)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page
from tests.browser.app.conftest import Visitor

MOST = 0.02
WATCH = """
window.shifts = [];
new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
  if (!entry.hadRecentInput) window.shifts.push([entry.value, entry.sources.map((source) => source.node?.className ?? source.node?.nodeName)]);
})).observe({ type: 'layout-shift', buffered: true });
"""
PAGES = (
    "/",
    "/o/contact",
    "/o/opportunity?group=stage",
    "/o/opportunity/board",
    "/o/task/board?by=status&lane=priority",
    "/calendar",
)


def shift(page: Page) -> float:
    """How much has moved until everything has come; what moved is printed for who reads of a failure."""
    page.wait_for_timeout(300)
    found = page.evaluate("window.shifts")
    print(page.url, *found, sep="\n")
    return float(sum(value for value, _ in found))


def moved(visitor: Visitor, paths: tuple[str, ...]) -> dict[str, float]:
    visitor.page.add_init_script(WATCH)
    found = {path: shift(visitor.open(path)) for path in paths}
    href = visitor.open("/o/account?q=Hofmann%20P").locator("[data-open-record]").first.get_attribute("href")
    assert href
    return {path: value for path, value in {**found, href: shift(visitor.open(href))}.items() if value > MOST}


def test_at_a_desk(jana: Visitor) -> None:
    assert moved(jana, PAGES) == {}


def test_with_a_phone(tom: Visitor) -> None:
    assert moved(tom, PAGES) == {}


@pytest.mark.parametrize("path", ["/", "/o/opportunity/board"])
def test_the_watch_sees_what_moves(jana: Visitor, path: str) -> None:
    jana.page.add_init_script(WATCH)
    page = jana.open(path)
    page.evaluate(
        "document.querySelector('#main header').before(Object.assign(document.createElement('p'), {textContent: 'x', style: 'height: 200px'}))"
    )
    assert shift(page) > MOST
