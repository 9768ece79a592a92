"""The browser: the machine's Chromium (KUNDIG_CHROMIUM names another), without its sandbox since tests may run as root."""

from __future__ import annotations

import os
import shutil
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

expect.set_options(timeout=20_000)  # as patient as pages are, on a busy machine too

NEEDLESS = (
    "AimEnabled,HttpsFirstBalancedModeAutoEnable,HttpsUpgrades,MediaRouter,NetworkTimeServiceQuerying,OptimizationHints,PaintHolding"
    ",PreconnectToSearch,PreloadTopChromeWebUI,ThirdPartyStoragePartitioning"
    ",WebUIOmniboxAimPopup,WebUIOmniboxFullPopup,WebUIOmniboxPopup"
)
"""What of the browser itself no page needs. Its own windows took more time than the pages: 1.2 s of each new one."""
NAMES = ("chromium", "chromium-browser", "google-chrome", "chromium-headless-shell")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Launch arguments of Playwright's fixtures."""
    found = os.environ.get("KUNDIG_CHROMIUM") or next((path for name in NAMES if (path := shutil.which(name))), None)
    assert found, "The browser tests need Chromium: `make browser`."
    return {
        **browser_type_launch_args,
        "executable_path": found,
        "args": ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", f"--disable-features={NEEDLESS}"],
    }


LATE = float(os.environ.get("KUNDIG_TEST_LATE", "0"))
"""How many milliseconds later every answer comes than it does: what looks at once only because the server is near is found so."""


@pytest.fixture(scope="session")
def browser(browser: Browser) -> Browser:
    """Playwright's; with `KUNDIG_TEST_LATE`, pages far from their server."""
    if not LATE:
        return browser

    def far(page: Page) -> None:
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.send(
            "Network.emulateNetworkConditions",
            {"offline": False, "latency": LATE, "downloadThroughput": -1, "uploadThroughput": -1},
        )

    def context(*given: Any, new: Any = browser.new_context, **named: Any) -> BrowserContext:
        made = new(*given, **named)
        made.on("page", far)
        return made

    browser.new_context = context
    return browser
