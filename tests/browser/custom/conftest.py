"""A company that lets buildings: its leases are an object that no module knows, described by YAML alone."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.browser.app.conftest import Company, eva, jana, sessions, tom
from tests.serving import serving
from tests.unit.house.source import ROOT

__all__ = ["eva", "jana", "sessions", "tom"]
LEASE = Path(__file__).with_name("lease.yaml")


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A server with the sample company, and the object put into it as administrators do it."""
    folder = tmp_path_factory.mktemp("configuration")
    shutil.copy(LEASE, folder)
    with serving(KUNDIG_API_RATE="0") as served:
        subprocess.run([sys.executable, "-m", "tests.browser.app.sample"], env=served.environment, cwd=ROOT, check=True)
        served.run("config", "apply", str(folder))
        yield Company(served.url)
