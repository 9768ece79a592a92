"""`kundig serve` as a user would start it: in a process of its own, on a free port, with a data folder of its own.

Folders are copies of one that was made once for the run, unless the first start is the matter.
"""

from __future__ import annotations

import fcntl
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
import psycopg
from tests.commands import command

from kundig.base.database.embedded import EmbeddedServer, attached

KUNDIG = Path(sys.executable).with_name("kundig")
ROOT = Path(__file__).parents[1]
KEPT = "KUNDIG_TESTS_KEPT"
"""The variable that names the folder of data folders which are copied."""
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
        done = command(*arguments, environment=self.environment, given=given, seconds=seconds)
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


def spare_the_disk(server: EmbeddedServer) -> None:
    """What is thrown away need not outlive a power cut: stopping alone took half a minute of writing."""
    with psycopg.connect(server.address("postgres").bootstrap, autocommit=True) as connection:
        connection.execute("alter system set fsync = off")
        connection.execute("select pg_reload_conf()")


def empty(data: Path) -> None:
    """Make the database of a data folder and nothing in it."""
    done = command("migrate", environment=own_environment(data, free_port()))
    assert done.returncode == 0, done.stderr
    with attached(data) as server:
        spare_the_disk(server)


def sample_company(data: Path) -> None:
    """Put the sample company of the browser tests into a data folder."""
    empty(data)
    sample = [sys.executable, "-m", "tests.browser.app.sample"]
    subprocess.run(sample, env=own_environment(data, free_port()), cwd=ROOT, check=True)


def first_start(data: Path) -> None:
    """Leave all to the server."""


def _fill(data: Path, fill: Callable[[Path], None]) -> None:
    """Copy what `fill` makes of a data folder, which it does once for all processes of a run (see `pytest_configure`)."""
    if fill is first_start:
        return
    kept = Path(os.environ[KEPT]) / fill.__name__
    with kept.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            draft = kept.with_suffix(".draft")
            shutil.rmtree(draft, ignore_errors=True)
            fill(draft)
            draft.rename(kept)
    subprocess.run(["cp", "-a", kept, data], check=True)  # which keeps owners, as shutil would not


@contextmanager
def serving(fill: Callable[[Path], None] = empty, **settings: str) -> Iterator[Served]:
    """A server for as long as the block lasts; its folder goes with it. `settings` are further variables of its environment."""
    folder = Path(tempfile.mkdtemp(prefix="kundig-tests-serve-"))
    folder.chmod(0o755)  # PostgreSQL does not run as root, so another user must get in
    _fill(folder / "data", fill)
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
