"""A real `kundig serve` on a free port with a fresh data folder, as a user would start it, and a token made by the command line.

`KUNDIG_TEST_WORKERS` is its number of server processes, `KUNDIG_TEST_SIZE` the number of contacts in it before any test.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from tests.serving import KUNDIG, Served, serving

ADMIN = "admin@example.com"


@dataclass(frozen=True)
class Server:
    """A running server and an administrator's token."""

    served: Served
    token: str

    @property
    def url(self) -> str:
        """Where it answers."""
        return self.served.url

    @property
    def data(self) -> Path:
        """Its data folder."""
        return self.served.data

    @property
    def environment(self) -> dict[str, str]:
        """What commands beside it run with."""
        return dict(self.served.environment)

    def run(self, *arguments: str) -> str:
        """Run a command beside the server; what it prints."""
        return self.served.run(*arguments)

    def client(self, token: str | None = None) -> httpx.Client:
        """A client of the API."""
        return httpx.Client(base_url=f"{self.url}/api/v1", headers={"Authorization": f"Bearer {token or self.token}"}, timeout=30)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The server of this run."""
    with running() as started:
        if size := os.environ.get("KUNDIG_TEST_SIZE"):
            started.served.run("demo", "--size", size, seconds=7200)
        yield started


@contextmanager
def running(*, api_rate: int = 0) -> Iterator[Server]:
    """A server with an empty workspace, ended and its data removed afterwards.

    Callers may ask without limit unless `api_rate` says otherwise: a fast machine asks more in a second than people do.
    """
    with serving(KUNDIG_API_RATE=str(api_rate), KUNDIG_WORKERS=os.environ.get("KUNDIG_TEST_WORKERS", "1")) as served:
        served.run("user", "add", ADMIN, "--role", "administrator", "--language", "en")
        token = served.run("token", "add", ADMIN, "--name", "acceptance").split()[-1]
        yield Server(served, token)


@pytest.fixture
def api(server: Server) -> Iterator[httpx.Client]:
    """The API as an administrator sees it."""
    with server.client() as client:
        yield client


__all__ = ["ADMIN", "KUNDIG", "Server"]
