"""One server with the small company for all tests of a run; pages that are signed in and fail on every complaint of the browser."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page
from tests.browser.app.sample import PASSWORD
from tests.unit.house.source import ROOT

DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]


@dataclass(frozen=True)
class Company:
    """A running installation."""

    url: str


@pytest.fixture(scope="session")
def company() -> Iterator[Company]:
    """`kundig serve` on a free port with its own database, and the sample company in it."""
    folder = Path(tempfile.mkdtemp(prefix="kundig-browser-"))
    folder.chmod(0o755)
    data, written = folder / "data", folder / "serve.log"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KUNDIG_")}
    environment |= {"KUNDIG_DATA": str(data), "KUNDIG_PORT": str(port), "KUNDIG_API_RATE": "0"}
    log = written.open("wb")
    server = subprocess.Popen(
        [sys.executable, "-m", "kundig.interfaces.cli.main", "serve"], env=environment, stdout=log, stderr=subprocess.STDOUT
    )
    try:
        _wait(server, f"http://127.0.0.1:{port}/healthz", written)
        subprocess.run([sys.executable, "-m", "tests.browser.app.sample"], env=environment, cwd=ROOT, check=True)
        yield Company(f"http://127.0.0.1:{port}")
    finally:
        server.terminate()
        server.wait(30)
        log.close()
        shutil.rmtree(folder, ignore_errors=True)


def _wait(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    for _ in range(600):
        assert server.poll() is None, log.read_text()
        try:
            with urlopen(address, timeout=1):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"the server did not start: {log.read_text()}")


class Visitor:
    """Somebody at a browser."""

    def __init__(self, page: Page, company: Company) -> None:
        self.page, self.company = page, company
        self.complaints: list[str] = []
        page.set_default_timeout(20_000)
        page.on("console", lambda message: self._note(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, kind: str, text: str) -> None:
        # The browser itself notes every answer of 422: the form with its errors.
        if kind in {"error", "warning"} and "status of 422" not in text:
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


def _visit(browser: Browser, company: Company, email: str, size: dict[str, int]) -> Iterator[Visitor]:
    context = browser.new_context(viewport=size)  # type: ignore[arg-type] # a size
    visitor = Visitor(context.new_page(), company)
    visitor.sign_in(email)
    yield visitor
    context.close()
    assert visitor.complaints == []
