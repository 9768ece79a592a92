"""OA-16: without a token and without a session nothing is answered but what stands on the list."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest
from litestar.routes import HTTPRoute
from tests.integration.rights.crm import Crm

OPEN = {"/healthz", "/alive", "/sign-in", "/forgotten", "/setup/{code}", "/static/{name}", "/api/docs", "/api/docs.css",
        "/manifest.webmanifest", "/calendar/feed/{code}", "/worker.js", "/offline", "/offline/files",
        "/sign-in/passkey", "/sign-in/passkey/options", "/password-strength", "/.well-known/security.txt",
        "/sign-in/with/{name}", "/sign-in/with/{name}/back", "/sign-in/with/{name}/signed-out", "/csp-report"}  # fmt: skip
"""What strangers may see: signing in, whether the server lives, assets, what a phone installs, calendars behind their secret link, and the page that shows the API's description once one has a token."""


async def test_strangers_get_in_nowhere(new_crm: Callable[[], Awaitable[Crm]]) -> None:
    crm = await new_crm()
    account = str(await crm.create("account", name="Kanarienvogel AG"))
    given = {
        "object_name": "account",
        "record": account,
        "id_": account,
        "view_name": "all",
        "path": "contact.account",
        "other": "task",
        "name": "administrator",
        "number": "1",
    }
    transport = httpx.ASGITransport(app=crm.app, raise_app_exceptions=False)
    tried = 0
    async with httpx.AsyncClient(transport=transport, base_url="http://kundig.test") as stranger:
        for route in crm.app.routes:
            assert isinstance(route, HTTPRoute), f"{route.path}: say here who may open it"
            pattern = re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path)
            path = pattern.format(**{name: given.get(name, str(uuid4())) for name in re.findall(r"\{(\w+)\}", pattern)})
            for method in route.methods - {"OPTIONS", "HEAD"}:
                for headers in ({}, {"HX-Request": "true"}, {"Authorization": "Bearer x", "Cookie": "kundig_session=x"}):
                    answer = await stranger.request(method, path, headers=headers)
                    tried += 1
                    assert answer.status_code < 500, f"{method} {path}: {answer.text[:300]}"
                    assert "Kanarienvogel" not in answer.text, f"{method} {path}"
                    if pattern in OPEN:
                        continue
                    to_sign_in = "/sign-in" in answer.headers.get("location", "") + answer.headers.get(
                        "hx-redirect", ""
                    ) + answer.headers.get("hx-location", "")
                    assert answer.status_code in (401, 403) or to_sign_in, f"{method} {path} {headers}: {answer.status_code}"
    assert tried > 150


@pytest.mark.parametrize(
    ("method", "referer", "to"),
    [
        ("GET", "http://kundig.test/calendar", "/o/task/new?a=b"),
        ("POST", "http://kundig.test/o/task/new?stage=open", "/o/task/new?stage=open"),
        ("POST", "http://elsewhere.test/o/task/new", "/"),
        ("POST", "", "/"),
    ],
)
async def test_one_comes_back_to_a_page_after_signing_in(
    new_crm: Callable[[], Awaitable[Crm]], method: str, referer: str, to: str
) -> None:
    crm = await new_crm()
    transport = httpx.ASGITransport(app=crm.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://kundig.test", headers={"Referer": referer}) as stranger:
        answer = await stranger.request(method, "/o/task/new?a=b" if method == "GET" else "/tour")
    assert answer.status_code == 303
    assert parse_qs(urlsplit(answer.headers["location"]).query) == {"next": [to]}
