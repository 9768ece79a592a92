"""The contract that other programs rely on, asked by the suite that lies beside the repository."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.acceptance.conftest import Server

SUITE = Path(__file__).resolve().parents[3] / "shared" / "contract"


@pytest.mark.slow
@pytest.mark.skipif(not SUITE.is_dir(), reason="the contract suite does not lie beside this repository")
def test_the_contract_suite_passes(server: Server) -> None:
    """All of it; what fails is shown."""
    command = [sys.executable, "-m", "pytest", str(SUITE), "--url", server.url, "--token", server.token, "-q", "--tb=short"]
    command += ["-p", "no:cacheprovider", "--rootdir", str(SUITE), "-c", "/dev/null"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
    assert " passed" in done.stdout
    assert " skipped" not in done.stdout.splitlines()[-1]
