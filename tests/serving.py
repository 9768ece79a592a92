"""`kundig serve` as a user would start it: in a process of its own, on a free port, with a fresh data folder."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

KUNDIG = Path(sys.executable).with_name("kundig")
START_SECONDS = 120
STOP_SECONDS = 30


@dataclass(frozen=True)
class Served:
    """A running server: its address, its data folder, what it has said so far."""

    url: str
    data: Path
    log: Path
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes]

    def run(self, *arguments: str, given: str = "", seconds: float = 120) -> str:
        """Run a command beside the server; what it prints."""
        done = subprocess.run(
            [KUNDIG, *arguments], env=self.environment, check=False, capture_output=True, text=True, timeout=seconds, input=given
        )
        assert done.returncode == 0, f"kundig {' '.join(arguments)}: {done.stderr}"
        return done.stdout


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def own_environment(data: Path, port: int, **settings: str) -> dict[str, str]:
    """The environment of a process with these settings and none of those that the tests were started with."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("KUNDIG_")}
    return own | {"KUNDIG_DATA": str(data), "KUNDIG_PORT": str(port)} | settings


@contextmanager
def serving(**settings: str) -> Iterator[Served]:
    """A server for as long as the block lasts; its folder goes with it. `settings` are further variables of its environment."""
    folder = Path(tempfile.mkdtemp(prefix="kundig-tests-serve-"))
    folder.chmod(0o755)  # PostgreSQL does not run as root, so another user must get in
    port = free_port()
    environment, said = own_environment(folder / "data", port, **settings), folder / "log"
    with said.open("w") as log:
        process = subprocess.Popen([KUNDIG, "serve"], env=environment, stdout=log, stderr=log, start_new_session=True)
    served = Served(f"http://127.0.0.1:{port}", folder / "data", said, environment, process)
    try:
        until_well(process, served.url, said.read_text)
        yield served
        assert "policy violated" not in said.read_text(), "a page wanted to load what its policy forbids"
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def until_well(process: subprocess.Popen[bytes], url: str, said: Callable[[], str]) -> None:
    """Wait until the server and its database answer; fails with what the server has said."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            if httpx.get(f"{url}/healthz", timeout=2).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"the server did not answer within {START_SECONDS} s:\n{said()[-4000:]}")
