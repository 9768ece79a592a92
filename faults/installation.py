"""A server of the run's own: started, killed in part or whole, and started again."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psycopg

from kundig.base.database.embedded import EmbeddedServer
from kundig.base.database.names import APP

KUNDIG = (sys.executable, "-m", "kundig.interfaces.cli.main")
PATIENCE = 180
FROZEN = 8


class Installation:
    """One data folder and the processes on it."""

    def __init__(self, data: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        own = {name: value for name, value in os.environ.items() if not name.startswith("KUNDIG_")}
        self.environment = own | {
            "KUNDIG_DATA": str(data), "KUNDIG_PORT": str(self.port), "KUNDIG_API_RATE": "0",
            "KUNDIG_ADMIN_EMAIL": "faults@example.com", "KUNDIG_ADMIN_PASSWORD": "a long and good password",
        }  # fmt: skip
        self.data = data
        self.log = data.with_name("serve.log")
        self.url = f"http://127.0.0.1:{self.port}"
        self._serve: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Start `kundig serve` and wait for an answer; the seconds it took."""
        begun = time.monotonic()
        with self.log.open("ab") as log:
            self._serve = subprocess.Popen(  # noqa: S603 - our own program
                [*KUNDIG, "serve"], env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        self.wait()
        return time.monotonic() - begun

    def token(self) -> str:
        """A new token of the administrator."""
        done = subprocess.run(  # noqa: S603 - our own program
            [*KUNDIG, "token", "add", "faults@example.com"], env=self.environment, check=True, capture_output=True, text=True
        )
        return done.stdout.strip().splitlines()[-1]

    def wait(self) -> float:
        """Until the server answers that the database answers; the seconds it took."""
        begun = time.monotonic()
        while time.monotonic() - begun < PATIENCE:
            if self._serve is not None and self._serve.poll() is not None:
                message = f"the server ended with status {self._serve.returncode}:\n{self.log.read_text()[-2000:]}"
                raise RuntimeError(message)
            try:
                if httpx.get(f"{self.url}/healthz", timeout=5).status_code == httpx.codes.OK:
                    return time.monotonic() - begun
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        message = f"no answer within {PATIENCE} s"
        raise RuntimeError(message)

    def kill(self, what: str) -> float:
        """Kill -9 `server` (all of ours), `web`, `worker` or `database`, cut all `connections`, or `freeze` the worker for a while.

        The seconds until it is all there and answers again; a frozen worker's own time is not counted.
        """
        assert self._serve is not None
        begun = time.monotonic()
        if what == "server":
            for pid in [self._serve.pid, *_children(self._serve.pid)]:
                _signal(pid, signal.SIGKILL)
            self._serve.wait()
            return self.start()
        if what == "connections":
            self._cut()
        elif what == "freeze":
            self._freeze()
            begun = time.monotonic()
        elif what == "database":
            _signal(self._postmaster(), signal.SIGKILL)
        else:
            workers = self._workers()
            others = set(_children(self._serve.pid)) - workers
            for pid in workers if what == "worker" else others:
                if "resource_tracker" not in _command(pid):
                    _signal(pid, signal.SIGKILL)
        time.sleep(0.2)  # until it is noticed
        self.wait()
        while not self._workers() and time.monotonic() - begun < PATIENCE:
            time.sleep(0.05)
        return time.monotonic() - begun

    def _cut(self) -> None:
        """End all connections of the servers at once, wherever their transactions are, some of them right after a commit."""
        with contextlib.suppress(psycopg.Error), psycopg.connect(EmbeddedServer(self.data).address().login(APP)) as connection:
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where usename = current_user and pid <> pg_backend_pid()"
            )

    def _freeze(self) -> None:
        """Stop the worker until another has taken over; its connections are cut meanwhile, as a network would."""
        workers = self._workers()
        for pid in workers:
            _signal(pid, signal.SIGSTOP)
        self._cut()
        second = subprocess.Popen(  # noqa: S603 - our own program
            [*KUNDIG, "worker"], env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(FROZEN)
        for pid in workers:
            _signal(pid, signal.SIGCONT)
        second.terminate()
        second.wait(30)

    def _workers(self) -> set[int]:
        assert self._serve is not None
        return {pid for pid in _children(self._serve.pid) if "worker" in _command(pid).split()}

    def stop(self) -> None:
        """End everything in the ordinary way."""
        if self._serve is not None and self._serve.poll() is None:
            self._serve.terminate()
            self._serve.wait(60)

    def _postmaster(self) -> int:
        [found] = list(self.data.rglob("postmaster.pid"))[:1]
        return int(found.read_text().splitlines()[0])


def _children(pid: int) -> list[int]:
    """All processes below one, by /proc."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):  # a thread may end meanwhile
            for child in map(int, task.read_text().split()):
                found += [child, *_children(child)]
    return found


def _signal(pid: int, number: int) -> None:
    """To a process that may have ended by itself meanwhile."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""
