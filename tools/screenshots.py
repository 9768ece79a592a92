"""Takes a picture of each page for docs/images: `tools/screenshots.py http://127.0.0.1:8000 EMAIL PASSWORD`.

The server runs with demo data. Pictures are of two sizes, a few of them dark or in English too.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

IMAGES = Path(__file__).parent.parent / "docs" / "images"
DESKTOP, PHONE = (1440, 900), (390, 844)
PATHS = {
    "home": "/",
    "list": "/o/contact",
    "board": "/o/opportunity/board",
    "form": "/o/opportunity/new",
    "search": "/search?q=m%C3%BCller",
    "trash": "/trash",
}
RECORDS = {"company": "/o/account?view=mine", "deal": "/o/opportunity", "ticket": "/o/ticket"}


def main(address: str, email: str, password: str) -> None:
    """All pictures."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-dev-shm-usage"])
        for size, theme, ending, names in (
            (DESKTOP, "light", "", [*PATHS, *RECORDS, "palette", "filter"]),
            (DESKTOP, "dark", "-dark", ["home", "board", "company", "list"]),
            (PHONE, "light", "-phone", ["home", "list", "board", "company", "form"]),
        ):
            page = _signed_in(browser, address, email, password, size, theme)
            for name in names:
                _open(page, address, name)
                page.screenshot(path=IMAGES / f"{name}{ending}.png")
        browser.close()


def _signed_in(browser: Browser, address: str, email: str, password: str, size: tuple[int, int], theme: str) -> Page:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="de-DE")
    context.add_cookies([{"name": "kundig_theme", "value": theme, "url": address}])
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    page.fill("#email", email)
    page.fill("#password", password)
    page.click("form button[type=submit]")
    page.wait_for_selector(".k-app")
    return page


def _open(page: Page, address: str, name: str) -> None:
    page.goto(address + (PATHS.get(name) or RECORDS.get(name) or PATHS["list"]))
    page.wait_for_load_state("networkidle")
    if name in RECORDS:
        page.locator("a[data-open-record]").first.click()
        page.wait_for_selector(".k-rec")
        page.wait_for_selector("#timeline .k-ev, #timeline .k-none")
        page.wait_for_load_state("networkidle")
    if name == "palette":
        page.keyboard.press("Control+k")
        page.keyboard.type("mü")
        page.wait_for_selector("#palette-menu .sub")
    if name == "filter":
        page.keyboard.press("f")
        page.wait_for_selector("#filter-field")
    page.wait_for_timeout(600)


if __name__ == "__main__":
    main(*sys.argv[1:4])
