"""Other sites may lead here, and use nothing of what is here as a part of theirs."""

from __future__ import annotations

import pytest
from litestar import get
from litestar.testing import create_test_client

from kundig.interfaces.fetches import FetchCheck


@get(["/", "/healthz", "/api/v1/account"])
async def page() -> str:
    return "inside"


@pytest.mark.parametrize(
    ("site", "mode", "destination", "status"),
    [
        (None, None, None, 200),  # a program
        ("none", "navigate", "document", 200),  # typed
        ("same-origin", "cors", "empty", 200),
        ("same-origin", "navigate", "iframe", 200),
        ("cross-site", "navigate", "document", 200),  # a link in a mail
        ("cross-site", "navigate", "iframe", 403),
        ("cross-site", "navigate", "object", 403),
        ("cross-site", "no-cors", "image", 403),
        ("cross-site", "no-cors", "script", 403),
        ("cross-site", "cors", "empty", 403),
        ("same-site", "cors", "empty", 403),  # a sibling subdomain
        ("same-site", "no-cors", "style", 403),
        ("made-up", None, None, 403),
    ],
)
def test_where_a_browser_says_it_comes_from(site: str | None, mode: str | None, destination: str | None, status: int) -> None:
    said = {"sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": destination}
    headers = {name: value for name, value in said.items() if value is not None}
    with create_test_client([page], middleware=[FetchCheck()]) as client:
        answer = client.get("/", headers=headers)
        assert answer.status_code == status
        assert ("inside" in answer.text) == (status == 200)
        assert client.get("/healthz", headers=headers).status_code == 200
        assert client.get("/api/v1/account", headers=headers).status_code == 200
