"""Every page can be used by everybody (WCAG 2.1 A and AA), in both sizes, both languages and both themes."""

from __future__ import annotations

import pytest
from tests.browser.app.conftest import Visitor

PATHS = (
    "/", "/o/account?view=all", "/o/opportunity", "/o/opportunity/board", "/o/account/new", "/search?q=hofmann", "/trash",
    "/notifications", "/imports", "/imports/new", "/settings/me", "/settings/security", "/settings/tokens", "/settings/calendar", "/settings/users", "/settings/users/new",
    "/settings/teams", "/settings/roles/sales_representative", "/settings/history", "/settings/company", "/api/docs",
    "/settings/pipelines", "/settings/pipelines/lead", "/settings/sharing", "/settings/sharing/new",
    "/settings/sign-in-providers", "/settings/sign-in-providers/new", "/settings/provisioning",
)  # fmt: skip


DIALOGS = (
    ("/o/account?view=all", ("[popovertarget=columns]",), "#columns-form footer"),
    ("/o/account?view=all", ("[popovertarget=sorting]",), "#sorting-form footer"),
    ("/o/account?view=all", ("[popovertarget=viewmenu]",), "#viewmenu"),
    ("/o/account?view=all", ("[data-key=f]",), "#n-0-0-field"),
    ("/o/account?view=all&order=-name", (".k-viewbar > button[data-variant=outline]",), "#viewform [type=submit]"),
    ("/o/account?view=all", ("tbody [data-row] input", "#bulk [hx-post$='bulk/edit']"), "#bulk-form"),
    ("/", ("[hx-get='/home/arrange']",), "#arrange [data-ready]"),
    ("/", ("[popovertarget=me]", "#me [hx-get='/help']"), ".k-beside"),
    ("record", ("[popovertarget=record-menu]",), "#record-menu"),
    ("record", ("[popovertarget=record-menu]", "#record-menu [hx-get$=shares]"), "#shares-form"),
    ("record", ("[popovertarget=record-menu]", "#record-menu [hx-get*=layout]"), "#layout-form[data-ready]"),
    ("record", (".k-rs header .btn",), "#quick-form"),
    ("record", ("[popovertarget=record-menu]", "#record-menu [hx-get$=why]"), "#why-form"),
    ("record", ("[popovertarget=record-menu]", "#record-menu [hx-get$=assign]"), "#hand-over-form"),
    ("/settings/roles/read_only", ("[hx-get='/settings/roles/new']",), "#new-role-form"),
)
"""A page, what is clicked there, and what opens."""


@pytest.mark.parametrize(("path", "clicks", "opened"), DIALOGS, ids=lambda part: part[-1] if isinstance(part, tuple) else part)
def test_what_opens(jana: Visitor, path: str, clicks: tuple[str, ...], opened: str) -> None:
    page = jana.page
    if path == "record":
        open_record(jana)
    else:
        jana.open(path)
    for button in clicks:
        page.locator(button).filter(visible=True).first.click()
    page.wait_for_selector(opened)
    jana.rest()
    jana.settle()
    _check_page(jana, opened, within=opened)


@pytest.mark.parametrize(("keys", "opened"), [("Control+k", "#palette-menu [role=menuitem]"), ("?", "#keys kbd")])
def test_what_keys_open(jana: Visitor, keys: str, opened: str) -> None:
    jana.open("/").keyboard.press(keys)
    jana.page.locator(opened).filter(visible=True).first.wait_for()
    jana.settle()
    _check_page(jana, keys, within=opened)


def test_at_a_desk(jana: Visitor) -> None:
    _check(jana)


def test_with_a_phone(tom: Visitor) -> None:
    _check(tom, dark=False)  # colours are those of the desk
    assert tom.page.evaluate("document.documentElement.scrollWidth") == 390


def open_record(visitor: Visitor) -> None:
    """The account that was made first, with all that belongs to it."""
    visitor.open("/o/account?view=all&order=created_at")
    visitor.page.locator("a[data-open-record]").first.click()
    visitor.page.wait_for_selector("#timeline .k-ev")
    visitor.rest()


def _check(visitor: Visitor, *, dark: bool = True) -> None:
    for path in PATHS:
        visitor.open(path)
        _check_page(visitor, path, dark=dark)
    open_record(visitor)
    _check_page(visitor, "record", dark=dark)


def _check_page(visitor: Visitor, name: str, *, dark: bool = True, within: str = "") -> None:
    assert (name, visitor.accessible(within=within)) == (name, [])
    if not dark:
        return
    # Dark, the page differs in nothing but colours.
    visitor.page.evaluate("document.documentElement.classList.add('dark')")
    visitor.settle()
    assert (name, "dark", visitor.accessible(["color-contrast"], within)) == (name, "dark", [])
