"""Every page can be used by everybody (WCAG 2.1 A and AA), in both sizes, both languages and both themes."""

from __future__ import annotations

import pytest
from tests.browser.app.conftest import Visitor

PATHS = (
    "/", "/o/account?view=all", "/o/opportunity", "/o/opportunity/board", "/o/account/new", "/search?q=hofmann", "/trash",
    "/notifications", "/imports", "/imports/new", "/settings/me", "/settings/security", "/settings/tokens", "/settings/calendar", "/settings/users", "/settings/users/new",
    "/settings/teams", "/settings/roles/sales_representative", "/settings/history", "/settings/company", "/api/docs",
)  # fmt: skip


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_at_a_desk(jana: Visitor, theme: str) -> None:
    _check(jana, theme)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_with_a_phone(tom: Visitor, theme: str) -> None:
    _check(tom, theme)
    assert tom.page.evaluate("document.documentElement.scrollWidth") == 390


def _check(visitor: Visitor, theme: str) -> None:
    visitor.page.context.add_cookies([{"name": "kundig_theme", "value": theme, "url": visitor.company.url}])
    for path in PATHS:
        visitor.open(path)
        assert (path, visitor.accessible()) == (path, [])
    visitor.open("/o/account?view=all&order=created_at")
    visitor.page.locator("a[data-open-record]").first.click()
    visitor.page.wait_for_selector("#timeline .k-ev")
    visitor.page.wait_for_load_state("networkidle")
    assert ("record", visitor.accessible()) == ("record", [])
