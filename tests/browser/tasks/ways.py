"""Ways that many tasks take."""

from __future__ import annotations

from playwright.sync_api import Page, expect
from tests.browser.app.conftest import Visitor
from tests.browser.tasks.hands import Hands


def ask(hands: Hands, words: str, *, pasted: bool = False) -> None:
    """Open the palette and type; what is pressed next waits for the answer by itself."""
    hands.press("Control+k")
    (hands.paste if pasted else hands.write)(words)


def go(hands: Hands, words: str, name: str) -> None:
    """To a record by a part of its name."""
    ask(hands, words)
    hands.press("Enter")
    at(hands.page, name)


def at(page: Page, name: str) -> None:
    """The page of a record is there, with its parts."""
    expect(page.locator(".k-rec h1")).to_have_text(name)
    expect(page.locator("#timeline .k-skl")).to_have_count(0)


def record(visitor: Visitor, object_: str, id_: str) -> Page:
    """A record's page, opened before the task begins."""
    page = visitor.open(f"/o/{object_}/{id_}")
    page.wait_for_selector(".k-rec")
    expect(page.locator("#timeline .k-skl")).to_have_count(0)
    return page
