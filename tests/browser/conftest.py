"""The browser: the machine's Chromium (KUNDIG_CHROMIUM names another), without its sandbox since tests may run as root."""

from __future__ import annotations

import os
import shutil
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "chromium-headless-shell")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Launch arguments of Playwright's fixtures."""
    found = os.environ.get("KUNDIG_CHROMIUM") or next((path for name in NAMES if (path := shutil.which(name))), None)
    assert found, "The browser tests need Chromium: `make browser`."
    return {
        **browser_type_launch_args,
        "executable_path": found,
        "args": ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
    }
