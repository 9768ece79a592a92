"""Where requests come from: only what the socket says, and only what is an address."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from kundig.interfaces.peers import address_of


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:DB8::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("", None),
        ("/run/kundig.sock", None),
        ("crm.example.com", None),
    ],
)
def test_only_addresses_are_kept(host: str, address: str | None) -> None:
    headers = {"x-forwarded-for": "203.0.113.9"}
    assert address_of(cast("Any", SimpleNamespace(client=SimpleNamespace(host=host), headers=headers))) == address


def test_a_request_without_a_socket_has_none() -> None:
    assert address_of(cast("Any", SimpleNamespace(client=None, headers={}))) is None
