"""A real server with a fresh data folder, and pages of which every complaint of the browser fails the test."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize
from tests.serving import Served, free_port, serving

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Server:
    """A running server, and the link that it printed at its first start."""

    served: Served
    link: str
    elsewhere: int
    """A port where it expects a sign-in provider."""
    people: set[str] = field(default_factory=set)
    """Who was made already: the link is good once, but a browser that is made anew asks for all that rests on it again."""

    @property
    def url(self) -> str:
        """Where it answers."""
        return self.served.url

    @property
    def data(self) -> Path:
        """Its data folder."""
        return self.served.data

    def run(self, *arguments: str, given: str = "") -> str:
        """Run a command beside the server; what it prints."""
        return self.served.run(*arguments, given=given)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    elsewhere = free_port()
    with serving(LANG="en_US.UTF-8", LC_ALL="", KUNDIG_OUTGOING_HOSTS=f"127.0.0.1:{elsewhere}") as served:
        found = re.search(rf"{served.url}/setup/\S+", served.log.read_text())
        assert found, served.log.read_text()
        yield Server(served, found[0], elsewhere)


NewPage = Callable[[], Page]


@pytest.fixture
def new_page(browser: Browser) -> Iterator[NewPage]:
    """Pages with cookies of their own; whatever the browser complains of fails the test."""
    complaints: list[str] = []
    opened: list[Page] = []

    def note(message: ConsoleMessage) -> None:
        # Chromium itself notes every refused form, what asks for a proof first, that a session which was ended elsewhere is over, and
        # that we let no service worker in, past which routes of a test would not be asked.
        expected = ("status of 401", "status of 403", "status of 422", "Service Worker registration blocked")
        if message.type in {"error", "warning"} and not any(known in message.text for known in expected):
            complaints.append(f"{message.text} ({message.location.get('url')})")

    def make() -> Page:
        desk: ViewportSize = {"width": 1440, "height": 900}
        context = browser.new_context(locale="en-US", viewport=desk, reduced_motion="reduce", service_workers="block")
        made = context.new_page()
        made.on("console", note)
        made.on("pageerror", lambda error: complaints.append(str(error)))
        opened.append(made)
        return made

    yield make
    for page in opened:
        page.context.close()
    assert not complaints


ADMIN = "boss@example.com"


@pytest.fixture(scope="session")
def administrator(server: Server, browser: Browser) -> str:
    """The first administrator, made by the printed link; the address to sign in with."""
    if ADMIN in server.people:
        return ADMIN
    page = browser.new_context(locale="en-US").new_page()
    page.goto(server.link)
    page.fill("#name", "Bea Boss")
    page.fill("#email", ADMIN)
    page.fill("#password", PASSWORD)
    page.fill("#again", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url(f"{server.url}/")
    page.goto(f"{server.url}/settings/me")
    page.select_option("#language", "en")
    page.click(".k-actions button")
    page.wait_for_url(f"{server.url}/settings/me?saved=1")
    page.context.close()
    server.people.add(ADMIN)
    return ADMIN


def sign_in(page: Page, server: Server, email: str, password: str = PASSWORD) -> None:
    """Sign in and arrive."""
    page.goto(f"{server.url}/sign-in")
    page.fill("#email", email)
    page.fill("#password", password)
    page.click("button[type=submit]")
    page.wait_for_url(f"{server.url}/")
