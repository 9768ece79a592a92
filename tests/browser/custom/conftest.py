"""A company that lets buildings: its leases are an object that no module knows, described by YAML alone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.browser.app.conftest import Company, eva, jana, sessions, tom
from tests.serving import sample_company, serving

__all__ = ["eva", "jana", "sessions", "tom"]
LEASE = Path(__file__).with_name("lease.yaml")


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A server with the sample company, and the object put into it as administrators do it."""
    folder = tmp_path_factory.mktemp("configuration")
    shutil.copy(LEASE, folder)
    with serving(sample_company, KUNDIG_API_RATE="0") as served:
        served.run("config", "apply", str(folder))
        yield Company(served.url)
