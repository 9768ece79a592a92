"""A real server with a fresh data folder, and pages of which every complaint of the browser fails the test."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page

KUNDIG = Path(sys.executable).with_name("kundig")
PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Server:
    """Where it answers, its data, and the link that it printed at its first start."""

    url: str
    data: Path
    link: str
    environment: dict[str, str]

    def run(self, *arguments: str, given: str = "") -> str:
        """Run a command beside the server; what it prints."""
        done = subprocess.run(
            [KUNDIG, *arguments], env=self.environment, check=True, capture_output=True, text=True, timeout=120, input=given
        )
        return done.stdout


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="kundig-settings-"))
    folder.chmod(0o755)  # PostgreSQL does not run as root, so another user must get in
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    own = {name: value for name, value in os.environ.items() if not name.startswith("KUNDIG_")}
    environment = own | {"KUNDIG_DATA": str(folder / "data"), "KUNDIG_PORT": str(port), "LANG": "en_US.UTF-8", "LC_ALL": ""}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([KUNDIG, "serve"], env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        link = _ready(process, url, folder / "log")
        yield Server(url, folder / "data", link, environment)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _ready(process: subprocess.Popen[bytes], url: str, log: Path) -> str:
    """The link of the first start, once the pages and the worker are there."""
    end = time.monotonic() + 90
    while time.monotonic() < end and process.poll() is None:
        try:
            with urlopen(f"{url}/healthz", timeout=2):
                found = re.search(rf"{url}/setup/\S+", log.read_text())
                assert found, log.read_text()
                return found[0]
        except (URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(f"the server did not answer:\n{log.read_text()[-4000:]}")


NewPage = Callable[[], Page]


@pytest.fixture
def new_page(browser: Browser) -> Iterator[NewPage]:
    """Pages with cookies of their own; whatever the browser complains of fails the test."""
    complaints: list[str] = []
    opened: list[Page] = []

    def make() -> Page:
        made = browser.new_context(locale="en-US", viewport={"width": 1440, "height": 900}).new_page()
        # a refused form is a 422 on purpose, and Chromium says so
        made.on(
            "console",
            lambda m: complaints.append(m.text) if m.type in {"error", "warning"} and "422" not in m.text else None,
        )
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
    return ADMIN


def sign_in(page: Page, server: Server, email: str, password: str = PASSWORD) -> None:
    """Sign in and arrive."""
    page.goto(f"{server.url}/sign-in")
    page.fill("#email", email)
    page.fill("#password", password)
    page.click("button[type=submit]")
    page.wait_for_url(f"{server.url}/")
