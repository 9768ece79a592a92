"""Unknown hosts are refused, so that nothing is made from a Host header that somebody invented."""

from __future__ import annotations

import pytest
from litestar import get
from litestar.testing import create_test_client

from kundig.interfaces.hosts import HostCheck


@get(["/", "/healthz"])
async def page() -> str:
    return "inside"


@pytest.mark.parametrize(
    ("base", "host", "status"),
    [
        ("https://crm.example.com", "crm.example.com", 200),
        ("https://crm.example.com", "CRM.example.com:443", 200),
        ("https://crm.example.com", "127.0.0.1:8000", 200),
        ("https://crm.example.com", "evil.example", 421),
        ("https://crm.example.com", "crm.example.com.evil.example", 421),
        ("https://crm.example.com", "crm.example.com@evil.example", 421),
        ("https://crm.example.com", "[", 400),
        ("https://crm.example.com", "", 400),
        ("http://127.0.0.1:8000", "crm.lan", 200),
    ],
)
def test_only_the_own_name_is_answered(base: str, host: str, status: int) -> None:
    with create_test_client([page], middleware=[HostCheck(base)]) as client:
        answer = client.get("/", headers={"host": host})
    assert answer.status_code == status
    assert ("inside" in answer.text) == (status == 200)
    assert "evil" not in answer.text


def test_two_hosts_are_one_too_many() -> None:
    assert HostCheck("https://crm.example.com").refusal([b"crm.example.com", b"evil.example"]) == 400
    assert HostCheck("https://crm.example.com").refusal([]) == 400


def test_the_health_address_is_open_to_load_balancers() -> None:
    with create_test_client([page], middleware=[HostCheck("https://crm.example.com")]) as client:
        assert client.get("/healthz", headers={"host": "10.0.0.7"}).status_code == 200
