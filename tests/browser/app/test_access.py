"""Every page can be used by everybody (WCAG 2.1 A and AA): German and light at a desk, English and dark with a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.browser.app.conftest import Visitor

PATHS = (
    "/", "/o/account?view=all", "/o/opportunity", "/o/opportunity/board", "/o/account/new", "/search?q=hofmann", "/trash",
    "/notifications", "/imports", "/imports/new", "/settings/me", "/settings/security", "/settings/tokens", "/settings/calendar", "/settings/users", "/settings/users/new",
    "/settings/teams", "/settings/roles/sales_representative", "/settings/history", "/settings/company", "/settings/currencies", "/api/docs",
    "/settings/pipelines", "/settings/pipelines/lead", "/settings/sharing", "/settings/sharing/new",
    "/settings/sign-in-providers", "/settings/sign-in-providers/new", "/settings/provisioning", "/settings/samples", "/settings/audit",
    "/calendar", "/o/meeting/calendar?span=month",
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
    _check_in_both_themes(jana, opened, opened)


@pytest.mark.parametrize(("keys", "opened"), [("Control+k", "#palette-menu [role=menuitem]"), ("?", "#keys kbd")])
def test_what_keys_open(jana: Visitor, keys: str, opened: str) -> None:
    jana.open("/").keyboard.press(keys)
    jana.page.locator(opened).filter(visible=True).first.wait_for()
    jana.settle()
    _check_in_both_themes(jana, keys, opened)


def test_the_question_before_what_cannot_be_undone(jana: Visitor) -> None:
    page = jana.open("/")
    page.evaluate("document.querySelector('#confirm').showModal()")
    page.locator("#confirm [data-question]").evaluate("(heading) => { heading.textContent = 'Wirklich?'; }")
    jana.settle()
    _check_in_both_themes(jana, "question", "#confirm footer")


def test_at_a_desk(jana: Visitor) -> None:
    for name in _pages(jana):
        assert (name, jana.accessible()) == (name, [])


def test_with_a_phone_in_the_dark(tom: Visitor) -> None:
    for name in _pages(tom):
        _darken(tom)
        assert (name, tom.accessible()) == (name, [])
        assert tom.page.evaluate("document.documentElement.scrollWidth") == 390, name


def open_record(visitor: Visitor, object_: str = "account") -> None:
    """The record that was made first, with all that belongs to it."""
    visitor.open(f"/o/{object_}?view=all&order=created_at")
    visitor.page.locator("a[data-open-record]").first.click()
    visitor.page.wait_for_selector("#timeline .k-ev, #timeline .k-none")
    visitor.rest()


def _pages(visitor: Visitor) -> Iterator[str]:
    """Open every page, one after the other."""
    for path in PATHS:
        visitor.open(path)
        yield path
    for object_ in ("account", "opportunity"):
        open_record(visitor, object_)
        yield f"record of {object_}"


def _check_in_both_themes(visitor: Visitor, name: str, within: str) -> None:
    assert (name, visitor.accessible(within=within)) == (name, [])
    _darken(visitor)
    # what opens differs in nothing but colours
    assert (name, "dark", visitor.accessible(["color-contrast"], within)) == (name, "dark", [])


def _darken(visitor: Visitor) -> None:
    visitor.page.evaluate("document.documentElement.classList.add('dark')")
    visitor.settle()
