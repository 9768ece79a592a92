"""Reports of what the policy of pages kept out: taken from anybody, written down shortly, without what they say of people."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from itertools import count
from typing import Any

import httpx
import pytest
from tests.integration.rights.crm import Crm

from kundig.interfaces.api.limits import RequestLimit
from kundig.interfaces.web.pages import csp_reports
from kundig.interfaces.web.pages.csp_reports import LARGEST

REPORT = {
    "document-uri": "http://kundig.test/o/contact/0198?q=Secret+Name",
    "referrer": "http://kundig.test/o/contact?q=Secret+Name",
    "violated-directive": "script-src-elem 'self'",
    "effective-directive": "script-src-elem",
    "original-policy": "default-src 'none'; report-uri /csp-report",
    "blocked-uri": "https://evil.example/x?secret",
    "script-sample": "alert('Secret Name')",
    "source-file": "http://kundig.test/o/contact/0198",
}
TYPE = {"Content-Type": "application/csp-report"}
_NUMBERS = count(1)


@pytest.fixture
async def stranger(crm: Crm, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who is not signed in, at an address of their own."""
    monkeypatch.setattr(csp_reports, "_of_all", RequestLimit(2, 100))
    transport = httpx.ASGITransport(app=crm.app, raise_app_exceptions=False, client=(f"2001:db8:4::{next(_NUMBERS):x}", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://kundig.test", headers=TYPE) as opened:
        yield opened


async def told(stranger: httpx.AsyncClient, caplog: pytest.LogCaptureFixture, **more: Any) -> list[dict[str, Any]]:
    """What is written down of a report."""
    caplog.clear()
    with caplog.at_level(logging.INFO, "kundig.security"):
        answer = await stranger.post("/csp-report", content=json.dumps({"csp-report": REPORT | more}))
    assert (answer.status_code, answer.content) == (204, b"")
    records = [
        record for record in caplog.records if record.name == "kundig.security"
    ]  # what tests before let others log is not meant
    return [{name: vars(record)[name] for name in ("directive", "blocked", "page")} for record in records]


async def test_what_is_written_down(stranger: httpx.AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
    assert await told(stranger, caplog) == [{"directive": "script-src-elem", "blocked": "evil.example", "page": "/o"}]
    assert "Secret" not in caplog.text
    for more, name, expected in (
        ({"blocked-uri": "inline"}, "blocked", "inline"),
        ({"blocked-uri": "data"}, "blocked", "data"),
        ({"blocked-uri": "https://[evil"}, "blocked", "https"),
        ({"blocked-uri": "Secret Name"}, "blocked", "?"),
        ({"document-uri": "http://kundig.test/"}, "page", "/"),
        ({"document-uri": "http://kundig.test/setup/a-code"}, "page", "/setup"),
        ({"document-uri": "about:srcdoc"}, "page", "/srcdoc"),
        ({"document-uri": "http://kundig.test/Secret Name/x"}, "page", "/?"),
        ({"effective-directive": ""}, "directive", "script-src-elem"),
        ({"effective-directive": "x\nforged"}, "directive", "?"),
        ({"effective-directive": "x" * 1000}, "directive", "?"),
    ):
        [found] = await told(stranger, caplog, **more)
        assert found[name] == expected, more


async def test_what_is_no_report(stranger: httpx.AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "kundig.security"):
        for body in ("", "x", "[]", "{}", '{"csp-report": 7}', '{"csp-report": {"blocked-uri": []}}', "\udcff"):
            answer = await stranger.post("/csp-report", content=body.encode("utf-8", "surrogateescape"))
            assert answer.status_code == 400, body
        form = await stranger.post("/csp-report", data={"csp-report": "x"}, headers={"Content-Type": "text/plain"})
        assert form.status_code == 400
        large = json.dumps({"csp-report": REPORT | {"script-sample": "x" * LARGEST}})
        assert (await stranger.post("/csp-report", content=large)).status_code == 413
        foreign = await stranger.post(
            "/csp-report", content=json.dumps({"csp-report": REPORT}), headers={"Origin": "http://evil.example"}
        )
        assert foreign.status_code == 403
    assert "policy violated" not in caplog.text


async def test_not_more_than_can_be_read(stranger: httpx.AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
    content = json.dumps({"csp-report": REPORT})
    answers = [(await stranger.post("/csp-report", content=content)).status_code for _ in range(30)]
    assert answers[:20] == [204] * 20
    assert answers[-1] == 429
