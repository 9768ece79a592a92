"""Every page can be used by everybody (WCAG 2.1 A and AA), in both sizes, both languages and both themes."""

from __future__ import annotations

from tests.browser.app.conftest import Visitor

PATHS = (
    "/", "/o/account?view=all", "/o/opportunity", "/o/opportunity/board", "/o/account/new", "/search?q=hofmann", "/trash",
    "/notifications", "/imports", "/imports/new", "/settings/me", "/settings/security", "/settings/tokens", "/settings/calendar", "/settings/users", "/settings/users/new",
    "/settings/teams", "/settings/roles/sales_representative", "/settings/history", "/settings/company", "/api/docs",
)  # fmt: skip


def test_at_a_desk(jana: Visitor) -> None:
    _check(jana)


def test_with_a_phone(tom: Visitor) -> None:
    _check(tom)
    assert tom.page.evaluate("document.documentElement.scrollWidth") == 390


def _check(visitor: Visitor) -> None:
    for path in PATHS:
        visitor.open(path)
        _check_page(visitor, path)
    visitor.open("/o/account?view=all&order=created_at")
    visitor.page.locator("a[data-open-record]").first.click()
    visitor.page.wait_for_selector("#timeline .k-ev")
    visitor.page.wait_for_load_state("networkidle")
    _check_page(visitor, "record")


def _check_page(visitor: Visitor, name: str) -> None:
    assert (name, visitor.accessible()) == (name, [])
    # Dark, the page differs in nothing but colours.
    visitor.page.evaluate("document.documentElement.classList.add('dark')")
    visitor.settle()
    assert (name, "dark", visitor.accessible(["color-contrast"])) == (name, "dark", [])
