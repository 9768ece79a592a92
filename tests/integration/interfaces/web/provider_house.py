"""A workspace with a sign-in provider whose issuer the tests hold in their hands, and the fixture `house` for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest
from tests.integration.rights.crm import Crm
from tests.issuing import CLIENT, Issuer, issuer

from kundig.base.http import OutgoingHttp
from kundig.engine.configuration.documents import Document
from kundig.engine.records.reading import read_record
from kundig.interfaces.web.edge import SESSION_COOKIE
from kundig.services.identity.providers.identities import bind
from kundig.services.identity.providers.issuers import Issuers
from kundig.services.identity.signing_in import set_first_password

PASSWORD = "correct horse battery"
_NUMBERS = count(1)


@dataclass
class House:
    """A workspace with a provider whose issuer the tests hold in their hands."""

    crm: Crm
    issuer: Issuer
    name: str

    async def configure(self, **more: Any) -> None:
        body = {"name": self.name, "label": {"en": "House key", "de": "Hausschlüssel"}, "issuer": self.issuer.address}
        await self.crm.apply(Document("sign_in_provider", self.name, body | {"client_id": CLIENT} | more))

    @asynccontextmanager
    async def browser(self, address: str = "") -> AsyncIterator[httpx.AsyncClient]:
        client = (address or f"2001:db8:0:{next(_NUMBERS):x}::1", 4711)
        transport = httpx.ASGITransport(app=self.crm.app, raise_app_exceptions=False, client=client)
        headers = {"Accept-Language": "en"}
        async with httpx.AsyncClient(transport=transport, base_url="http://kundig.test", headers=headers) as client:
            yield client

    async def set_out(self, browser: httpx.AsyncClient, next_: str = "/calendar") -> dict[str, str]:
        """Go to the provider; what it is asked."""
        answer = await browser.get(f"/sign-in/with/{self.name}", params={"next": next_})
        assert answer.status_code == 303, answer.text[:500]
        asked = {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}
        self.issuer.nonce = asked["nonce"]
        return asked

    async def back(self, browser: httpx.AsyncClient, state: str, **more: str) -> httpx.Response:
        params = {"state": state, "code": "code", **more}
        return await browser.get(f"/sign-in/with/{self.name}/back", params={k: v for k, v in params.items() if v})

    async def sign_in(self, browser: httpx.AsyncClient, **claims: Any) -> httpx.Response:
        """There and back, as who the claims say."""
        self.issuer.claims = claims
        return await self.back(browser, (await self.set_out(browser))["state"])

    async def person(self, *roles: str, teams: tuple[UUID, ...] = ()) -> tuple[UUID, str]:
        """A user with a password, and who that is at the provider."""
        user, subject = await self.crm.user(*roles, teams=teams), str(uuid4())
        async with self.crm.system() as scope:
            await set_first_password(scope.connection, user, PASSWORD)
            await bind(scope.connection, user, self.issuer.address, subject)
        return user, subject

    async def record(self, user: UUID) -> dict[str, Any]:
        async with self.crm.system() as scope:
            found: dict[str, Any] = msgspec.json.decode((await read_record(scope, "user", user)).text)
        return found

    async def sign_out(self, token: str, address: str = "", **headers: str) -> httpx.Response:
        """What the provider does when somebody has signed out there."""
        async with self.browser(address) as provider:
            return await provider.post(f"/sign-in/with/{self.name}/signed-out", data={"logout_token": token}, headers=headers)

    async def events(self) -> list[dict[str, Any]]:
        async with self.crm.system() as scope:
            return await scope.connection.rows("select event, record, detail from {ws}.audit_event order by id")


@pytest.fixture
async def house(crm: Crm) -> AsyncIterator[House]:
    web = crm.app.state.web
    async with issuer() as made:
        issuers = Issuers(OutgoingHttp(allowed_hosts=frozenset({made.place})))
        crm.app.state.web = replace(web, providers=replace(web.providers, issuers=issuers))
        found = House(crm, made, f"house_{uuid4().hex[:8]}")
        await found.configure()
        yield found
        await crm.apply(Document("sign_in_provider", found.name, {"name": found.name, "hidden": True}))
        crm.app.state.web = web


def signed_in(answer: httpx.Response, to: str = "/calendar") -> bool:
    return answer.status_code == 303 and answer.headers["location"] == to and SESSION_COOKIE in answer.cookies
