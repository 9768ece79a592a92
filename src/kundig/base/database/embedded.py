"""The embedded PostgreSQL: started by the first process that needs it, shared by all, stopped by the last.

Each process holds a shared lock on `postgres.users` in the data folder; whoever can make it exclusive on leaving was the last.
The kernel frees the locks of killed processes, so nothing has to be cleaned up by hand. `postgres.starting` serialises
starting and stopping.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import socket
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import psycopg

from kundig.base.database import binaries, processes
from kundig.base.database.address import Address, local
from kundig.base.database.embedded_settings import write_settings
from kundig.base.database.faults import DiskFull
from kundig.base.errors import OutsideFault
from kundig.base.i18n import t

SUPERUSER = "kundig_bootstrap"
"""Superuser of the embedded cluster: makes roles and databases, nothing else ever logs in as it."""

_LONGEST_SOCKET = 103
_SOCKET_NAME = ".s.PGSQL.5432"
_START_SECONDS = 120


class EmbeddedServer:
    """The server of one data folder, as seen by one process. Use `attach()`, at the end `detach()`; or `with attached(…)`."""

    def __init__(self, data: Path) -> None:
        """`data` is the data folder, which exists."""
        self._data = data.resolve()
        self._cluster = self._data / "postgres"
        self._account = binaries.Account.for_data(self._data)
        self._sockets = _socket_folder(self._data)
        self._users: IO[bytes] | None = None

    def attach(self) -> None:
        """Take part: start the server if it does not run. Safe to call from many processes at once."""
        with self._starting():
            self._users = (self._data / "postgres.users").open("ab")
            fcntl.flock(self._users, fcntl.LOCK_SH)
            try:
                self._ensure_running()
            except BaseException:
                self._users.close()
                self._users = None
                raise

    def ensure_running(self) -> None:
        """Start the server again if it died, for example after kill -9; takes 0.1 ms while it runs."""
        if not self.answers():
            with self._starting():
                self._ensure_running()

    def detach(self) -> None:
        """Leave; the last one stops the server."""
        if self._users is None:
            return
        users, self._users = self._users, None
        with self._starting(), users, contextlib.suppress(BlockingIOError):
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._pg_ctl("-m", "fast", "-w", "-t", "60", "stop")

    def answers(self) -> bool:
        """Whether somebody listens on the socket."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.settimeout(2)
            try:
                probe.connect(str(self._sockets / _SOCKET_NAME))
            except OSError:
                return False
            return True

    def address(self, database: str = "kundig") -> Address:
        """How to reach a database of this server."""
        return local(str(self._sockets), SUPERUSER, database)

    def create_database(self, name: str = "kundig") -> None:
        """Make a database if it is not there yet."""
        with psycopg.connect(self.address("postgres").bootstrap, autocommit=True) as connection:
            if connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone() is None:
                connection.execute(psycopg.sql.SQL("create database {}").format(psycopg.sql.Identifier(name)))

    @contextlib.contextmanager
    def _starting(self) -> Iterator[None]:
        try:
            with (self._data / "postgres.starting").open("ab") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
        except PermissionError as error:
            raise OutsideFault(
                t("The data folder {folder} belongs to another user. Start Kundig as the user who made it.", folder=str(self._data))
            ) from error

    def _ensure_running(self) -> None:
        self._account.may_use(binaries.folder())
        self._account.may_use(self._data)
        if not initialised(self._data):
            self._initialise()
        self._check_version()
        if not self.answers():
            self._start()
        self._wait()

    def _initialise(self) -> None:
        """Make the cluster beside its place and move it there when it is whole, so that a crash leaves nothing half made."""
        draft = self._data / "postgres.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        self._account.own(draft)
        done = binaries.run(
            "initdb",
            ["-D", str(draft), "-U", SUPERUSER, "--auth=peer", "--encoding=UTF8", "--locale=C", "--locale-provider=builtin",
             "--builtin-locale=C.UTF-8", "-c", "include_if_exists=kundig.conf"],
            self._account,
            cwd=draft,
        )  # fmt: skip
        if done.returncode:
            _refuse_full_disk(done.stdout)
            raise OutsideFault(
                t(
                    "The built-in PostgreSQL could not make its data folder {folder}: {reason}",
                    folder=str(self._cluster),
                    reason=_last_line(done.stdout),
                )
            )
        draft.rename(self._cluster)

    def _check_version(self) -> None:
        found = (self._cluster / "PG_VERSION").read_text().strip()
        if found != str(binaries.MAJOR):
            raise OutsideFault(
                t(
                    "The data folder {folder} was made by PostgreSQL {found}; this program brings {ours}. Use the"
                    " program that made it, take a backup there, and restore it here.",
                    folder=str(self._data),
                    found=found,
                    ours=binaries.MAJOR,
                )
            )

    def _start(self) -> None:
        _private(self._sockets, self._account)
        self._forget_dead_server()
        write_settings(self._cluster, self._sockets, self._account)
        deadline = time.monotonic() + _START_SECONDS
        log = self._cluster / "start.log"
        while True:
            done = self._pg_ctl("-w", "-t", str(_START_SECONDS), "-l", str(log), "start")
            if done == 0:
                return
            reason = self._latest_log(log)
            # After kill -9 of the main process its children need a moment to notice and leave the shared memory.
            _refuse_full_disk(reason)
            if "still in use" not in reason or time.monotonic() > deadline:
                raise OutsideFault(
                    t("The built-in PostgreSQL does not start: {reason} (more in {log})", reason=_last_line(reason), log=str(log))
                )
            time.sleep(0.2)

    def _latest_log(self, start_log: Path) -> str:
        """The end of what the server wrote last."""
        logs = [path for path in (start_log, *(self._cluster / "log").glob("*.log")) if path.exists()]
        latest = max(logs, key=lambda path: path.stat().st_mtime, default=None)
        return latest.read_text(errors="replace")[-2000:] if latest else ""

    def _forget_dead_server(self) -> None:
        """Remove the pid file of a server that is gone: half written, its number now another program's, or not yet reaped.

        Not before its last child has left, which PostgreSQL could no longer see for itself then.
        """
        path = self._cluster / "postmaster.pid"
        if not path.exists():
            return
        first = (path.read_text(errors="replace").splitlines() or [""])[0].strip()
        if not first.isdigit() or not processes.is_running(int(first), "postgres", self._cluster):
            processes.end_all_in(self._cluster)
            path.unlink()
            for left in self._sockets.glob(f"{_SOCKET_NAME}*"):
                left.unlink()

    def _wait(self) -> None:
        """Until it takes connections: it may be recovering from a crash, or have been dying when it last answered."""
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                psycopg.connect(self.address("postgres").bootstrap, connect_timeout=5).close()
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline:
                    raise OutsideFault(
                        t("The built-in PostgreSQL does not answer. Its log is in {folder}.", folder=str(self._cluster / "log"))
                    ) from error
                if not self.answers():
                    self._start()
                time.sleep(0.05)
            else:
                return

    def _pg_ctl(self, *arguments: str) -> int:
        return binaries.run("pg_ctl", ["-D", str(self._cluster), *arguments], self._account, cwd=self._cluster).returncode


def initialised(data: Path) -> bool:
    """Whether a data folder has a server of its own already."""
    return (data / "postgres" / "PG_VERSION").exists()


@contextlib.contextmanager
def attached(data: Path) -> Iterator[EmbeddedServer]:
    """The server of a data folder, running, for as long as the block lasts."""
    server = EmbeddedServer(data)
    server.attach()
    try:
        yield server
    finally:
        server.detach()


def _refuse_full_disk(said: str) -> None:
    if "No space left on device" in said:
        raise DiskFull


def _socket_folder(data: Path) -> Path:
    """In the data folder, or a private folder elsewhere if that path is too long for a socket."""
    inside = data / "sockets"
    if len(os.fsencode(inside / _SOCKET_NAME)) <= _LONGEST_SOCKET:
        return inside
    name = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    outside = Path(tempfile.gettempdir()) / f"kundig-{name}"
    if len(os.fsencode(outside / _SOCKET_NAME)) > _LONGEST_SOCKET:
        raise OutsideFault(
            t(
                "The path of the data folder {folder} is too long for a socket, and so is the temporary folder."
                " Choose a shorter KUNDIG_DATA.",
                folder=str(data),
            )
        )
    return outside


def _private(path: Path, account: binaries.Account) -> None:
    """A folder that only the server's user may enter; one that somebody else has prepared is refused."""
    path.mkdir(mode=0o700, exist_ok=True)
    status = path.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid not in (os.getuid(), account.uid):
        raise OutsideFault(
            t("The folder {folder} for the database's socket belongs to somebody else. Remove it.", folder=str(path))
        )
    account.own(path)
    path.chmod(0o700)


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    fatal = [line for line in lines if "FATAL" in line or "error:" in line or "PANIC" in line]
    return (fatal or lines or [""])[-1]
