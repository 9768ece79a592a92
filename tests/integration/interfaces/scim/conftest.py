"""The application with a directory's token, called in-process: asynchronously, or by a client that knows no event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from scim2_client import BaseSyncSCIMClient
from tests.integration.rights.conftest import new_crm
from tests.integration.rights.crm import Crm

from kundig.services.identity.provisioners import add_provisioner

__all__ = ["new_crm"]

BASE = "http://kundig.test/scim/v2"
ROLES = ("sales_representative", "read_only")


@dataclass(frozen=True)
class Directory:
    """A directory with a token of its own."""

    crm: Crm
    token: str
    http: httpx.AsyncClient

    async def ask(self, method: str, path: str, json: Any = None, **headers: str) -> httpx.Response:
        return await self.http.request(method, f"{BASE}{path}", json=json, headers=headers)

    def client(self, token: str) -> Client:
        """A client for other threads than that of the event loop."""
        return Client(self.http, asyncio.get_running_loop(), token)


class Client(BaseSyncSCIMClient):
    """scim2-client over the application in this process."""

    def __init__(self, http: httpx.AsyncClient, loop: asyncio.AbstractEventLoop, token: str) -> None:
        super().__init__()
        self.http, self.loop, self.own = http, loop, {"Authorization": f"Bearer {token}"}

    def _stays_under_base_url(self, endpoint: str) -> bool:
        return True

    def _parse_json(self, response: Any) -> Any:
        return response.json()

    def request(self, method: str, url: str, **given: Any) -> httpx.Response:
        address = url if url.startswith("http") else f"{BASE}/{url.lstrip('/')}"
        headers = self.own | dict(given.pop("headers", None) or {})
        asked = self.http.request(method, address, headers=headers, **given)
        return asyncio.run_coroutine_threadsafe(asked, self.loop).result(60)


@pytest.fixture(scope="module")
async def crm(new_crm: Callable[[], Awaitable[Crm]]) -> Crm:
    return await new_crm()


@pytest.fixture(scope="module")
async def directory(crm: Crm) -> Directory:
    await crm.user("administrator")
    async with crm.system() as scope:
        token = await add_provisioner(scope.connection, "Entra ID", ROLES, ("read_only",), expires_at=None)
    transport = httpx.ASGITransport(app=crm.app, raise_app_exceptions=False)
    http = httpx.AsyncClient(transport=transport, base_url=BASE, headers={"Authorization": f"Bearer {token}"})
    return Directory(crm, token, await crm.stack.enter_async_context(http))
