"""What `kundig serve` watches over: its port, its worker, its database."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import http.client
import logging
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

from kundig.base.database.address import Address
from kundig.base.database.embedded import EmbeddedServer
from kundig.base.errors import OutsideFault
from kundig.base.i18n import t
from kundig.base.settings import Settings
from kundig.interfaces.cli.telling import tell

_PORT_SECONDS = 3.0
_LEAVE_SECONDS = 20

log = logging.getLogger(__name__)


def port_is_free(host: str, port: int) -> None:
    """Stop with one sentence if we can't listen there. Waits a moment for a predecessor that was just killed."""
    deadline = time.monotonic() + _PORT_SECONDS
    while (problem := _listening_fails(host, port)) is not None:
        if problem.errno == errno.EADDRINUSE:
            if time.monotonic() < deadline:
                time.sleep(0.1)
                continue
            raise OutsideFault(
                t("Port {port} is taken by another program. Stop it, or set KUNDIG_PORT to another number.", port=port)
            )
        if problem.errno == errno.EACCES:
            raise OutsideFault(t("Port {port} is not ours to take. Set KUNDIG_PORT to a number above 1023.", port=port))
        raise OutsideFault(t("This machine has no address {host}. Set KUNDIG_HOST to one it has, such as 127.0.0.1.", host=host))


def _listening_fails(host: str, port: int) -> OSError | None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except OSError as error:
        return error
    return None


@contextlib.contextmanager
def only_server(settings: Settings) -> Iterator[None]:
    """One server per embedded database. With a database of its own there may be as many as wanted."""
    with (settings.data / "serve.lock").open("ab") as lock:
        if settings.database_url is None:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise OutsideFault(
                    t(
                        "Kundig is being served from {folder} already. Use that one, or set KUNDIG_DATA to another folder.",
                        folder=str(settings.data),
                    )
                ) from error
        yield


@contextlib.contextmanager
def supervised(settings: Settings, address: Address) -> Iterator[None]:
    """The address printed as soon as it answers; a worker that is started again when it dies, and an embedded database too."""
    leaving = threading.Event()
    watches = [threading.Thread(target=_keep_worker, args=(settings, leaving), daemon=True)]
    if address.embedded:
        watches.append(threading.Thread(target=_keep_database, args=(EmbeddedServer(settings.data), leaving), daemon=True))
    for watch in watches:
        watch.start()
    try:
        yield
    finally:
        leaving.set()
        for watch in watches:
            watch.join(_LEAVE_SECONDS)


def _keep_worker(settings: Settings, leaving: threading.Event) -> None:
    _announce(settings, leaving)  # first the pages, then the worker: they would slow each other down
    while not leaving.is_set():
        # Its standard input ends with us, however we end: then it stops too.
        child = subprocess.Popen(
            [sys.executable, "-m", "kundig.interfaces.cli.main", "worker", "--with-parent"], stdin=subprocess.PIPE
        )
        while child.poll() is None and not leaving.wait(0.2):
            pass
        if leaving.is_set():
            _end(child)
            return
        log.warning("the worker ended with status %s and is started again", child.returncode)
        leaving.wait(1)


def _end(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(_LEAVE_SECONDS - 5)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _keep_database(server: EmbeddedServer, leaving: threading.Event) -> None:
    while not leaving.wait(0.3):
        try:
            server.ensure_running()
        except OutsideFault as fault:
            log.error("%s", fault)  # noqa: TRY400 - the sentence says all
            leaving.wait(2)


def _announce(settings: Settings, leaving: threading.Event) -> None:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 - compared, not bound
    while not leaving.wait(0.05):
        if _is_well(host, settings.port):
            tell(t("Kundig is ready at {address} (Ctrl-C stops it).", address=settings.base_url))
            return


def _is_well(host: str, port: int) -> bool:
    """Asked without httpx, which uses OpenSSL for everything: the web processes are forked off meanwhile, and a lock of OpenSSL
    that a thread holds at that moment is never released in them. They stood still for ever at their first hash.
    """
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
