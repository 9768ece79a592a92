"""The headers of every route: discovered, so that a new one that is no page must be named here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from litestar.routes import HTTPRoute
from tests.integration.rights.crm import Caller, Crm

from kundig.interfaces.api.docs import CONTENT_SECURITY_POLICY as DOCS_POLICY
from kundig.interfaces.headers import EVERYWHERE
from kundig.interfaces.security_txt import security_txt
from kundig.interfaces.web.headers import CONTENT_SECURITY_POLICY as PAGES_POLICY

NO_PAGES = re.compile(r"/api/v1(/.*)?|/scim/.*|/static/.*|/healthz|/live|/calendar/feed/.*|/api/docs\.css|/\.well-known/.*")
"""They need nothing at all of a browser."""
KEPT = {
    "/static/{name}", "/api/docs.css", "/manifest.webmanifest", "/worker.js", "/calendar/feed/{code}", "/.well-known/security.txt",
}  # fmt: skip
"""The same for everybody, or (the feed) for a program that asks again; everything else is `no-store`."""
GIVEN = {
    "object_name": "account",
    "path": "contact.account",
    "other": "task",
    "view_name": "all",
    "name": "administrator",
    "number": "1",
}
POLICY = {
    "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self' data:", "font-src": "'self'",
    "connect-src": "'self'", "manifest-src": "'self'", "worker-src": "'self'", "form-action": "'self'", "base-uri": "'none'",
    "frame-ancestors": "'none'", "report-uri": "/csp-report",
}  # fmt: skip
"""What pages may do. Whoever loosens it does so here too, and says why."""


def gets(crm: Crm) -> Iterator[tuple[str, str]]:
    """Every address that can be read: its pattern, and one of its kind."""
    for route in crm.app.routes:
        assert isinstance(route, HTTPRoute)
        if "GET" in route.methods:
            pattern = re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path)
            yield pattern, pattern.format(**{name: GIVEN.get(name, str(uuid4())) for name in re.findall(r"\{(\w+)\}", pattern)})


def check(pattern: str, answer: httpx.Response) -> None:
    policy = answer.headers["content-security-policy"]
    page = not NO_PAGES.fullmatch(pattern) or answer.headers.get("content-type", "").startswith(
        "text/html"
    )  # what went wrong is told on one
    expected = {PAGES_POLICY} if page else {EVERYWHERE["Content-Security-Policy"]}
    assert policy in ({DOCS_POLICY, PAGES_POLICY} if pattern == "/api/docs" else expected), pattern
    for name in EVERYWHERE.keys() - {"Content-Security-Policy"}:
        assert answer.headers.get_list(name) == [EVERYWHERE[name]], f"{pattern}: {name}"
    kept = answer.headers.get("cache-control", "")
    assert "no-store" in kept or pattern in KEPT, f"{pattern}: {kept}"
    assert "access-control-allow-origin" not in answer.headers, pattern
    assert "server" not in answer.headers, pattern
    assert answer.headers.get("content-type", "").count("charset") <= 1, pattern


async def test_of_every_route(crm: Crm, admin: Caller) -> None:
    """As a stranger and as an administrator; `no-store` with whatever is personal (FL-17), the policy of pages on pages (XS-*)."""
    transport = httpx.ASGITransport(app=crm.app, raise_app_exceptions=False)
    tried = 0
    async with httpx.AsyncClient(transport=transport, base_url="http://kundig.test") as stranger:
        for pattern, path in gets(crm):
            check(pattern, await stranger.get(path))
            if pattern != "/live":  # it does not end
                check(pattern, await (admin.api if path.startswith("/api/v1") else admin.pages).get(path))
            tried += 1
    assert tried > 80


async def test_files_are_what_the_description_says(admin: Caller) -> None:
    described = (await admin.get("/openapi.json")).json()["paths"]
    for path, formats in {"/account/export": ("csv", "jsonl", "xlsx"), "/audit_event/export": ("csv", "jsonl")}.items():
        kinds = described[path]["get"]["responses"]["200"]["content"].keys()
        sent = [(await admin.get(path, format=format_)).headers["content-type"] for format_ in formats]
        assert {kind.removesuffix("; charset=utf-8") for kind in sent} == kinds, path
        assert len(kinds) == len(formats), path


def test_pages_may_do_what_they_need_and_no_more() -> None:
    assert dict(part.split(" ", 1) for part in PAGES_POLICY.split("; ")) == POLICY


@pytest.mark.parametrize("said", ["cross-site", "same-site"])
async def test_no_page_is_a_part_of_another_site(crm: Crm, admin: Caller, said: str) -> None:
    headers = {"Sec-Fetch-Site": said, "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
    for path in ("/", "/o/account", "/live", "/settings/tokens", "/lookup/account?words.q=a"):
        assert (await admin.pages.get(path, headers=headers)).status_code == 403, path


async def test_whom_to_tell_of_a_weakness(crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    """OP-08: not there unless the operator names somebody; then as RFC 9116 has it."""
    transport = httpx.ASGITransport(app=crm.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://kundig.test") as stranger:
        path = "/.well-known/security.txt"
        assert security_txt.paths == {path}
        assert (await stranger.get(path)).status_code == 404
        with monkeypatch.context() as patch:
            patch.setattr(crm.app.state, "settings", replace(crm.app.state.settings, security_contact="mailto:s@example.com"))
            answer = await stranger.get(path, headers={"Host": "kundig.test"})
    told = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert (told["Contact"], told["Canonical"]) == ("mailto:s@example.com", f"http://kundig.test{path}")
    ahead = datetime.fromisoformat(told["Expires"]) - datetime.now(UTC)
    assert timedelta(days=170) < ahead < timedelta(days=365)
