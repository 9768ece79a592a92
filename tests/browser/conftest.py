"""The browser: the machine's Chromium (KUNDIG_CHROMIUM names another), without its sandbox since tests may run as root."""

from __future__ import annotations

import os
import shutil
from typing import Any

import pytest

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
