"""One server with the small company for all tests of a run; pages that are signed in and fail on every complaint of the browser."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import monotonic

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, StorageState, ViewportSize
from tests.browser.app.sample import PASSWORD
from tests.serving import sample_company, serving
from tests.unit.house.source import ROOT

DESKTOP, PHONE = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
STILL = """async () => {
  for (let moving = [0]; moving.length;) { // the end of one may begin others
    await new Promise(requestAnimationFrame);
    moving = document.getAnimations().filter((one) => one.playState === "running" && one.effect.getComputedTiming().endTime < Infinity);
    await Promise.allSettled(moving.map((one) => one.finished));
  }
}"""
QUIET = """async () => {
  performance.setResourceTimingBufferSize(10_000); // of 250 it is full, and notes no more
  const needs = () => [...document.querySelectorAll("[data-needs]")].map((one) => new URL(one.dataset.needs, location).href);
  const fetched = (script) => performance.getEntriesByName(script).some((entry) => entry.responseEnd); // by the page, not by us
  const begun = performance.now();
  for (let since = begun; performance.now() < since + 100; await new Promise(requestAnimationFrame)) {
    const missing = needs().filter((script) => !fetched(script));
    if (missing.length || document.querySelector(".htmx-request:not(#live)")) since = performance.now();
    if (since > begun + 60_000) throw new Error(`never quiet ${missing}`);
  }
  await Promise.all(needs().map((script) => import(script))); // it runs a moment after it was fetched
}"""
EXPECTED = (
    "status of (409|422)",  # the form with its errors, or with both values
    "status of 404 .*/offline/record/",  # deleted before the phone could keep it
    "Service Worker registration blocked",
)
"""What the browser itself notes of answers that are meant so."""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]


@dataclass(frozen=True)
class Company:
    """A running installation."""

    url: str


@pytest.fixture(scope="session")
def company() -> Iterator[Company]:
    """A server with its own database, and the sample company in it."""
    with serving(sample_company, KUNDIG_API_RATE="0") as served:
        yield Company(served.url)


class Visitor:
    """Somebody at a browser."""

    def __init__(self, page: Page, company: Company) -> None:
        self.page, self.company = page, company
        self.complaints: list[str] = []
        page.set_default_timeout(20_000)
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, message: ConsoleMessage) -> None:
        where = message.location.get("url", "")
        if message.type in {"error", "warning"} and not any(re.search(known, f"{message.text} {where}") for known in EXPECTED):
            self.complaints.append(f"{message.text} ({where})")

    def sign_in(self, email: str) -> None:
        """As people do."""
        self.page.goto(f"{self.company.url}/sign-in")
        self.page.fill("#email", email)
        self.page.fill("#password", PASSWORD)
        self.page.click("form button[type=submit]")
        self.page.wait_for_selector(".k-app")

    def open(self, path: str) -> Page:
        """A page, with all that comes after it."""
        self.page.goto(f"{self.company.url}{path}")
        self.rest()
        return self.page

    def rest(self) -> None:
        """Wait until nothing is being fetched, and all scripts that the page needs have run."""
        self.page.evaluate(QUIET)

    def until(self, condition: str) -> None:
        """Wait until a script answers something true. (The browser's own waiting evaluates text in the page, which its policy forbids.)"""
        for _ in range(400):
            if self.page.evaluate(condition):
                return
            self.page.wait_for_timeout(50)
        pytest.fail(f"in vain: {condition}")

    def settle(self) -> None:
        """Wait until nothing moves."""
        self.page.evaluate(STILL)

    def accessible(self, rules: Sequence[str] = (), within: str = "") -> list[tuple[str, list[str]]]:
        """The rules of WCAG A and AA (or of those named) that the page breaks, or what stands over it around `within`."""
        if not self.page.evaluate("'axe' in window"):  # half a megabyte, sent once to a page
            self.page.evaluate(AXE.read_text())
        only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": RULES}
        found = self.page.evaluate(
            """([within, only]) => axe.run(
              (within && document.querySelector(within).closest("dialog[open], :popover-open, aside")) || document,
              {runOnly: only, resultTypes: ['violations']})""",
            [within, only],
        )
        return [(rule["id"], [node["html"][:160] for node in rule["nodes"]][:3]) for rule in found["violations"]]


Sessions = dict[str, tuple[float, StorageState]]
"""Who has signed in already and when, by e-mail address."""
LATELY = 300.0
"""For so many seconds a session serves further tests: what matters asks ten minutes later who sits there."""


@pytest.fixture(scope="session")
def sessions() -> Sessions:
    return {}


@pytest.fixture
def jana(browser: Browser, company: Company, sessions: Sessions) -> Iterator[Visitor]:
    """German, at a desk."""
    yield from visiting(browser, company, sessions, "jana@nordwind.example", DESKTOP)


@pytest.fixture
def tom(browser: Browser, company: Company, sessions: Sessions) -> Iterator[Visitor]:
    """English, with a phone."""
    yield from visiting(browser, company, sessions, "tom@nordwind.example", PHONE)


@pytest.fixture
def eva(browser: Browser, company: Company, sessions: Sessions) -> Iterator[Visitor]:
    """English, at a desk: with Jana two people at once."""
    yield from visiting(browser, company, sessions, "eva@nordwind.example", DESKTOP)


def visiting(
    browser: Browser,
    company: Company,
    sessions: Sessions,
    email: str,
    size: ViewportSize,
    *,
    locale: str | None = None,
    worker: bool = False,
) -> Iterator[Visitor]:
    """Somebody who is signed in, with the service worker where it is the matter; their browser must have nothing to complain of."""
    # Without motion, which takes time, and the service worker, which fetches all it keeps for each test.
    since, state = sessions.get(email, (0.0, None))
    state = state if monotonic() - since < LATELY else None
    context = browser.new_context(
        viewport=size,
        locale=locale,
        reduced_motion="reduce",
        service_workers="allow" if worker else "block",
        storage_state=state,
    )
    visitor = Visitor(context.new_page(), company)
    if state is None:
        visitor.sign_in(email)
        sessions[email] = monotonic(), context.storage_state()
    yield visitor
    context.close()
    assert visitor.complaints == []


def drag_by_grip(page: Page, grip: Locator, onto: Locator) -> None:
    """Drag what has a grip until it stands before something else."""
    onto.scroll_into_view_if_needed()
    held, target = grip.bounding_box(), onto.bounding_box()
    assert held
    assert target
    page.mouse.move(held["x"] + 8, held["y"] + 8)
    page.mouse.down()
    page.mouse.move(target["x"] + 40, target["y"] + target["height"] / 2, steps=10)
    page.mouse.move(target["x"] + 40, target["y"] + 4, steps=6)
    page.mouse.up()
