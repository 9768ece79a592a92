"""One server with the small company for all tests of a run; pages that are signed in and fail on every complaint of the browser."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.app.sample import PASSWORD
from tests.serving import serving
from tests.unit.house.source import ROOT

DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
expect.set_options(timeout=20_000)  # as patient as pages are, on a busy machine too
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]


@dataclass(frozen=True)
class Company:
    """A running installation."""

    url: str


@pytest.fixture(scope="session")
def company() -> Iterator[Company]:
    """A server with its own database, and the sample company in it."""
    with serving(KUNDIG_API_RATE="0") as served:
        subprocess.run([sys.executable, "-m", "tests.browser.app.sample"], env=served.environment, cwd=ROOT, check=True)
        yield Company(served.url)


class Visitor:
    """Somebody at a browser."""

    def __init__(self, page: Page, company: Company) -> None:
        self.page, self.company = page, company
        self.complaints: list[str] = []
        page.set_default_timeout(20_000)
        page.on("console", lambda message: self._note(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, kind: str, text: str) -> None:
        # The browser itself notes every answer of 422 and 409: the form with its errors, or with both values.
        if kind in {"error", "warning"} and not any(f"status of {status}" in text for status in (409, 422)):
            self.complaints.append(text)

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
        self.page.wait_for_load_state("networkidle")
        return self.page

    def accessible(self) -> list[tuple[str, list[str]]]:
        """The rules of WCAG A and AA that the page breaks."""
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", RULES)
        return [(rule["id"], [node["html"][:160] for node in rule["nodes"]][:3]) for rule in found["violations"]]


@pytest.fixture
def jana(browser: Browser, company: Company) -> Iterator[Visitor]:
    """German, at a desk."""
    yield from _visit(browser, company, "jana@nordwind.example", DESKTOP)


@pytest.fixture
def tom(browser: Browser, company: Company) -> Iterator[Visitor]:
    """English, with a phone."""
    yield from _visit(browser, company, "tom@nordwind.example", PHONE)


@pytest.fixture
def eva(browser: Browser, company: Company) -> Iterator[Visitor]:
    """English, at a desk: with Jana two people at once."""
    yield from _visit(browser, company, "eva@nordwind.example", DESKTOP)


def _visit(browser: Browser, company: Company, email: str, size: dict[str, int]) -> Iterator[Visitor]:
    context = browser.new_context(viewport=size)  # type: ignore[arg-type] # a size
    visitor = Visitor(context.new_page(), company)
    visitor.sign_in(email)
    yield visitor
    context.close()
    assert visitor.complaints == []
