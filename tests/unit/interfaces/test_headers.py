"""Every answer carries the safe headers, refusals of the middlewares and mistakes included; what a route says itself stays."""

from __future__ import annotations

import pytest
from litestar import Response, get
from litestar.testing import create_test_client

from kundig.interfaces.headers import ENCRYPTED, EVERYWHERE, SafeHeaders
from kundig.interfaces.hosts import HostCheck

HTTPS, HTTP = "https://crm.example.com", "http://crm.example.com"
OWN = {"content-security-policy": "default-src 'self'"}


@get("/")
async def plain() -> str:
    return "inside"


@get("/own")
async def own() -> Response[str]:
    return Response("", headers={"Content-Security-Policy": OWN["content-security-policy"]})


@get("/broken")
async def broken() -> None:
    raise RuntimeError


@pytest.mark.parametrize(
    ("path", "host", "status"), [("/", "crm.example.com", 200), ("/", "evil.example", 421), ("/x", "crm.example.com", 404), ("/broken", "crm.example.com", 500)]
)  # fmt: skip
@pytest.mark.parametrize("base", [HTTPS, HTTP])
def test_every_answer_has_them(base: str, path: str, host: str, status: int) -> None:
    with create_test_client(
        [plain, broken], middleware=[HostCheck(base)], before_send=[SafeHeaders(base)], raise_server_exceptions=False
    ) as client:
        answer = client.get(path, headers={"host": host})
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in EVERYWHERE} == EVERYWHERE
    assert ("strict-transport-security" in answer.headers) == (base == HTTPS)


def test_a_route_may_say_more() -> None:
    with create_test_client([own], before_send=[SafeHeaders(HTTP)]) as client:
        answer = client.get("/own")
    assert answer.headers.get_list("content-security-policy") == [OWN["content-security-policy"]]


def test_encryption_is_for_a_year_and_below_the_name_too() -> None:
    assert ENCRYPTED == {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
