"""Takes a picture of every page and state into docs/images: `.venv/bin/python tools/screenshots.py [NAME…]`.

Starts a server with demo data of its own and takes everything in both languages, themes and sizes, or only the scenes named.
"""

from __future__ import annotations

import base64
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from pictures import IMAGES, PAGE, pictures_page
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright
from scenes import DESK_ONLY, INSIDE, OUTSIDE, RESTRICTED, Scene, Stage
from staging import COLLEAGUE, CONFIGURED, prepare

from kundig.modules.demo import LOG_IN, PASSWORD

DESKTOP = (1440, 900)
SIZES = {"": DESKTOP, "-phone": (390, 844)}
THEMES = {"": "light", "-dark": "dark"}
LANGUAGES = {"de": "de-DE", "en": "en-GB"}
QUALITY = 26
"""Of WebP: small text stays sharp, and all pictures together under 12 MB."""
LONGEST_START = 600
ARRIVED = """() => !document.querySelector('#load.htmx-request')
  && [...document.querySelectorAll('.k-skl')].every((e) => !e.checkVisibility() || e.getBoundingClientRect().top > innerHeight)"""
"""Nothing that can be seen is still on its way."""


def main(wanted: set[str]) -> None:
    """All pictures, or those of the scenes that are wanted."""
    with _server() as (address, data), sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("KUNDIG_CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        page = _sign_in(_context(browser, address, "de", "light", DESKTOP), address, LOG_IN)
        known = prepare(page, address, data / "mail", PASSWORD)
        for language in LANGUAGES:
            _speak(browser, address, language)
            for (theme, dark), (size, pixels) in product(THEMES.items(), SIZES.items()):
                _take(browser, Stage(address, language, dark, known), pixels, f"{theme}{size}", wanted)
        browser.close()
    PAGE.write_text(pictures_page())


def _take(browser: Browser, stage: Stage, size: tuple[int, int], ending: str, wanted: set[str]) -> None:
    folder = IMAGES / stage.language
    folder.mkdir(parents=True, exist_ok=True)
    for email, scenes in ((None, OUTSIDE), (LOG_IN, INSIDE), (COLLEAGUE, RESTRICTED)):
        left_out = set() if size == DESKTOP else DESK_ONLY
        chosen = {name: scene for name, scene in scenes.items() if name not in left_out and (not wanted or name in wanted)}
        if not chosen:
            continue
        context = _context(browser, stage.address, stage.language, stage.theme, size)
        page = _sign_in(context, stage.address, email) if email else context.new_page()
        for name, scene in chosen.items():
            _shoot(page, stage, scene, folder / f"{name}{ending}.webp")
        context.close()


def _shoot(page: Page, stage: Stage, scene: Scene, file: Path) -> None:
    scene(page, stage)
    page.wait_for_function(ARRIVED)
    page.mouse.move(0, 0)
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(300)  # what fades in is there
    shot = page.context.new_cdp_session(page).send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    file.write_bytes(base64.b64decode(shot["data"]))
    page.context.set_offline(False)


def _context(browser: Browser, address: str, language: str, theme: str, size: tuple[int, int]) -> BrowserContext:
    viewport: ViewportSize = {"width": size[0], "height": size[1]}
    context = browser.new_context(viewport=viewport, locale=LANGUAGES[language], reduced_motion="reduce")
    context.add_cookies([{"name": "kundig_theme", "value": theme, "url": address}])
    return context


def _sign_in(context: BrowserContext, address: str, email: str) -> Page:
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    page.fill("#email", email)
    page.fill("#password", PASSWORD)
    page.click("form button[type=submit]")
    page.wait_for_selector(".k-app")
    return page


def _speak(browser: Browser, address: str, language: str) -> None:
    """The language is the users' own choice."""
    for email in (LOG_IN, COLLEAGUE):
        context = _context(browser, address, language, "light", DESKTOP)
        page = _sign_in(context, address, email)
        page.goto(f"{address}/settings/me")
        page.select_option("#language", language)
        page.click(".k-actions button")
        page.wait_for_url("**/settings/me?saved=1")
        context.close()


@contextmanager
def _server() -> Iterator[tuple[str, Path]]:
    """`kundig serve` with demo data on a free port; its address and data folder."""
    folder = Path(tempfile.mkdtemp(prefix="kundig-pictures-"))
    folder.chmod(0o755)  # PostgreSQL does not run as root, so another user must get in
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = _without_settings(os.environ) | {
        "KUNDIG_DATA": str(folder / "data"), "KUNDIG_PORT": str(port), "KUNDIG_DEMO": "1", "KUNDIG_API_RATE": "0",
    }  # fmt: skip
    kundig = str(Path(sys.executable).with_name("kundig"))
    server = subprocess.Popen([kundig, "serve"], env=environment)  # noqa: S603 - our own program
    try:
        _wait(server, f"http://127.0.0.1:{port}/healthz")
        for note, document in CONFIGURED.items():
            (folder / "document.yaml").write_text(document)
            command = [kundig, "config", "apply", str(folder / "document.yaml"), "--note", note]
            subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own program
        yield f"http://127.0.0.1:{port}", folder / "data"
    finally:
        server.terminate()
        server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def _without_settings(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if not name.startswith("KUNDIG_")}


def _wait(server: subprocess.Popen[bytes], address: str) -> None:
    end = time.monotonic() + LONGEST_START
    while time.monotonic() < end and server.poll() is None:
        try:
            with urlopen(address, timeout=2):  # noqa: S310 - our own server
                return
        except (URLError, OSError):
            time.sleep(0.3)
    raise SystemExit("The server did not start.")


if __name__ == "__main__":
    main(set(sys.argv[1:]))
