"""Signing in at a real OpenID Connect provider, as a browser does it: its form, its consent, its redirects."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from urllib.parse import urljoin, urlsplit
from uuid import uuid4

import httpx
import pytest
from tests.integration.rights.crm import Crm
from tests.provider.running import installed, provider

from kundig.base.http import OutgoingHttp
from kundig.engine.configuration.documents import Document
from kundig.interfaces.web.edge import SESSION_COOKIE
from kundig.services.identity.providers.client_secrets import keep_secret
from kundig.services.identity.providers.issuers import Issuers

NAME = "real"
SECRET = "a secret: with + and %"
HEARD: list[int] = []
"""How was answered what the provider has told."""
BACK = f"http://kundig.test/sign-in/with/{NAME}/back"


@asynccontextmanager
async def heard_by(crm: Crm) -> AsyncIterator[str]:
    """An address that hands on what a provider sends there: the application of the tests has none of its own."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in head.split("\r\n")[1:])}
        body = await reader.readexactly(int(fields["content-length"]))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=crm.app), base_url="http://kundig.test") as client:
            kind = {"Content-Type": fields["content-type"]}
            answer = await client.post(f"/sign-in/with/{NAME}/signed-out", content=body, headers=kind)
        HEARD.append(answer.status_code)
        writer.write(f"HTTP/1.1 {answer.status_code} x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/signed-out"


@pytest.fixture(scope="module")
async def issuer(crm: Crm) -> AsyncIterator[str]:
    if not installed():
        pytest.skip("The real provider needs Node 20 or newer with npm.")
    web = crm.app.state.web
    async with heard_by(crm) as signed_out:
        with provider(signed_out, BACK) as address:
            issuers = Issuers(OutgoingHttp(allowed_hosts=frozenset({urlsplit(address).netloc})))
            crm.app.state.web = replace(web, providers=replace(web.providers, issuers=issuers))
            body = {
            "name": NAME, "label": {"en": "Real", "de": "Echt"}, "issuer": address, "client_id": "kundig", "makes_users": True,
            "roles": ["read_only"], "groups_claim": "groups", "scopes": ["groups"], "groups": [{"group": "crm-sales", "roles": ["sales_representative"]}],
        }  # fmt: skip
            await crm.apply(Document("sign_in_provider", NAME, body))
            async with crm.system() as scope:
                await keep_secret(scope.connection, web.secrets, NAME, SECRET)
            yield address
            crm.app.state.web = web


async def at_the_provider(browser: httpx.AsyncClient, address: str, login: str) -> str:
    """Sign in and consent there; the address that the browser is sent back to."""
    answer = await browser.get(address)
    for _ in range(20):
        if answer.is_redirect:
            to = urljoin(str(answer.url), answer.headers["location"])
            if to.startswith(BACK):
                return to
            answer = await browser.get(to)
            continue
        assert answer.status_code == 200, answer.text[:500]
        [action] = re.findall(r'<form[^>]*action="([^"]+)"', answer.text)
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="(\w+)"', answer.text))
        answer = await browser.post(urljoin(str(answer.url), action), data={**fields, "login": login, "password": "x"})
    raise AssertionError("the provider sends the browser in circles")


async def signed_in(crm: Crm, login: str) -> httpx.Response:
    transport = httpx.ASGITransport(app=crm.app, raise_app_exceptions=False, client=(f"2001:db8:2::{uuid4().hex[:4]}", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://kundig.test") as own, httpx.AsyncClient() as there:
        sent = await own.get(f"/sign-in/with/{NAME}?next=/calendar")
        assert sent.status_code == 303, sent.text[:800]
        back = await at_the_provider(there, sent.headers["location"], login)
        answer = await own.get(back)
        if answer.status_code == 303:
            again = await own.get(back)
            assert again.status_code == 422, "an answer is good for once"
        return answer


async def test_a_new_person_comes_and_comes_again(crm: Crm, issuer: str) -> None:
    for _ in range(2):
        answer = await signed_in(crm, "anna")
        assert (answer.status_code, answer.headers.get("location")) == (303, "/calendar"), answer.text[:2000]
        assert SESSION_COOKIE in answer.cookies
    async with crm.system() as scope:
        rows = await scope.connection.rows("""select name, role from {ws}."user" where email = 'anna@example.com'""")
    assert [(row["name"], sorted(row["role"])) for row in rows] == [("Anna Admin", ["read_only", "sales_representative"])]


async def test_who_signs_out_there_is_signed_out_here(crm: Crm, issuer: str) -> None:
    transport = httpx.ASGITransport(app=crm.app, raise_app_exceptions=False)
    async with (
        httpx.AsyncClient(transport=transport, base_url="http://kundig.test") as own,
        httpx.AsyncClient(transport=transport, base_url="http://kundig.test") as else_,
        httpx.AsyncClient() as there,
        httpx.AsyncClient() as elsewhere,
    ):
        for here, provider_s in ((own, there), (else_, elsewhere)):
            sent = await here.get(f"/sign-in/with/{NAME}?next=/calendar")
            assert (await here.get(await at_the_provider(provider_s, sent.headers["location"], "anna"))).status_code == 303
            assert (await here.get("/settings/me")).status_code == 200
        page = await there.get(f"{issuer}/session/end")
        [secret] = re.findall(r'name="xsrf" value="(\w+)"', page.text)
        ended = await there.post(f"{issuer}/session/end/confirm", data={"xsrf": secret, "logout": "yes"})
        assert ended.status_code == 303, ended.text[:500]
        assert HEARD == [200]
        assert (await own.get("/settings/me")).status_code == 303
        assert (await else_.get("/settings/me")).status_code == 200, "at another browser they are still signed in, there and here"


async def test_an_address_that_is_taken_lets_nobody_in(crm: Crm, issuer: str) -> None:
    await crm.user("administrator", email="bela@example.com")
    answer = await signed_in(crm, "bela")
    assert answer.status_code == 422
    assert SESSION_COOKIE not in answer.cookies


async def test_a_wrong_secret_is_told_calmly(crm: Crm, issuer: str) -> None:
    async with crm.system() as scope:
        await keep_secret(scope.connection, crm.app.state.web.secrets, NAME, "wrong")
    answer = await signed_in(crm, "anna")
    assert answer.status_code == 422
    async with crm.system() as scope:
        await keep_secret(scope.connection, crm.app.state.web.secrets, NAME, SECRET)
        noted = await scope.connection.rows(
            "select detail from {ws}.audit_event where event = 'sign_in_refused' order by id desc limit 1"
        )
    assert noted[0]["detail"] == {"provider": NAME, "reason": "code", "said": "invalid_client"}
