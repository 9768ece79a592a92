"""The page about the API: for people who are signed in, with their session; the API itself never looks at a cookie."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from tests.acceptance.conftest import Server

PASSWORD = "ein langes Passwort nur zum Testen"


@pytest.fixture(scope="module")
def browser(server: Server) -> Iterator[httpx.Client]:
    """Somebody who has signed in by password."""
    add = ("user", "add", "reader@example.com", "--role", "administrator", "--language", "de", "--password-stdin")
    server.served.run(*add, given=PASSWORD + "\n")
    with httpx.Client(base_url=server.url, timeout=30) as client:
        answer = client.post("/sign-in", data={"email": "reader@example.com", "password": PASSWORD})
        assert answer.status_code == 303, answer.text[:500]
        yield client


def test_the_page_describes_every_object(browser: httpx.Client, api: httpx.Client) -> None:
    answer = browser.get("/api/docs").raise_for_status()
    for described in api.get("/meta/objects").json()["data"]:
        assert f'id="{described["name"]}"' in answer.text
    assert 'lang="de"' in answer.text


def test_nothing_on_it_comes_from_elsewhere(browser: httpx.Client) -> None:
    answer = browser.get("/api/docs").raise_for_status()
    assert "script-src" not in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "<script" not in answer.text
    for address in re.findall(r'(?:src|href)="([^"]*)"', answer.text):
        assert address.startswith(("/", "#")), address
    assert browser.get("/api/docs.css").headers["content-type"].startswith("text/css")


def test_without_signing_in_there_is_no_page(server: Server) -> None:
    answer = httpx.get(f"{server.url}/api/docs")
    assert answer.status_code == 303
    assert "/sign-in" in answer.headers["location"]


def test_a_session_is_no_token(browser: httpx.Client) -> None:
    """CS-01: what a browser sends by itself opens nothing that changes things without a check of its origin."""
    assert browser.get("/api/v1/meta/objects").status_code == 401
    assert browser.post("/api/v1/user", json={"name": "x", "email": "x@example.com"}).status_code == 401
