"""A real `kundig serve` on a free port with a fresh data folder, as a user would start it, and a token made by the command line.

`KUNDIG_TEST_WORKERS` is its number of server processes, `KUNDIG_TEST_SIZE` the number of contacts in it before any test.
"""

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

import httpx
import pytest

KUNDIG = Path(sys.executable).with_name("kundig")
ADMIN = "admin@example.com"
START_SECONDS = 60


@dataclass(frozen=True)
class Server:
    """A running server: its address, its data folder, an administrator's token."""

    url: str
    data: Path
    token: str
    environment: dict[str, str]

    def run(self, *arguments: str) -> str:
        """Run a command beside the server; what it prints."""
        return _run(self.environment, *arguments)

    def client(self, token: str | None = None) -> httpx.Client:
        """A client of the API."""
        return httpx.Client(base_url=f"{self.url}/api/v1", headers={"Authorization": f"Bearer {token or self.token}"}, timeout=30)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The server of this run."""
    folder = Path(tempfile.mkdtemp(prefix="kundig-acceptance-"))
    folder.chmod(0o755)  # PostgreSQL does not run as root, so another user must get in
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    own = {name: value for name, value in os.environ.items() if not name.startswith("KUNDIG_")}
    environment = own | {"KUNDIG_DATA": str(folder / "data"), "KUNDIG_PORT": str(port)}
    environment["KUNDIG_WORKERS"] = os.environ.get("KUNDIG_TEST_WORKERS", "1")
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([KUNDIG, "serve"], env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        _wait(process, url, folder / "log")
        if size := os.environ.get("KUNDIG_TEST_SIZE"):
            _run(environment, "demo", "--size", size, seconds=7200)
        _run(environment, "user", "add", ADMIN, "--role", "administrator", "--language", "en")
        token = _run(environment, "token", "add", ADMIN, "--name", "acceptance").split()[-1]
        yield Server(url, folder / "data", token, environment)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _run(environment: dict[str, str], *arguments: str, seconds: float = 60) -> str:
    done = subprocess.run([KUNDIG, *arguments], env=environment, check=False, capture_output=True, text=True, timeout=seconds)
    assert done.returncode == 0, f"kundig {' '.join(arguments)}: {done.stderr}"
    return done.stdout


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            if httpx.get(f"{url}/api/v1/account", timeout=2).status_code == 401:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"the server did not answer within {START_SECONDS} s:\n{log.read_text()[-4000:]}")


@pytest.fixture
def api(server: Server) -> Iterator[httpx.Client]:
    """The API as an administrator sees it."""
    with server.client() as client:
        yield client
