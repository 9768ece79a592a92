"""Where requests come from: what the socket says, and on from there only what trusted proxies say."""

from __future__ import annotations

from ipaddress import ip_network
from types import SimpleNamespace
from typing import Any, cast

import pytest
from litestar.datastructures import Headers

from kundig.interfaces.peers import address_of


def asked(host: str | None, *forwarded: str, trusted: str = "") -> str | None:
    request = SimpleNamespace(
        client=None if host is None else SimpleNamespace(host=host),
        headers=Headers([(b"x-forwarded-for", line.encode()) for line in forwarded]),
        app=SimpleNamespace(
            state=SimpleNamespace(settings=SimpleNamespace(trusted_proxies=[ip_network(n) for n in trusted.split()]))
        ),
    )
    return address_of(cast("Any", request))


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:DB8::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("", None),
        ("/run/kundig.sock", None),
        ("crm.example.com", None),
        (None, None),
    ],
)
def test_only_addresses_are_kept_and_strangers_are_not_believed(host: str | None, address: str | None) -> None:
    assert asked(host, "203.0.113.9") == address
    assert asked(host, "203.0.113.9", trusted="10.0.0.0/8") == address


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ((), "127.0.0.1"),
        (("203.0.113.9",), "203.0.113.9"),
        (("6.6.6.6, 203.0.113.9",), "203.0.113.9"),
        (("6.6.6.6", "203.0.113.9, 10.1.2.3"), "203.0.113.9"),
        (("203.0.113.9, 10.1.2.3, 10.9.9.9",), "203.0.113.9"),
        (("10.0.0.7",), "10.0.0.7"),
        (("nonsense",), "127.0.0.1"),
        (("203.0.113.9, nonsense, 10.1.2.3",), "10.1.2.3"),
        (("2001:db8::7",), "2001:db8::7"),
    ],
)
def test_trusted_proxies_are_asked_on_to_the_first_stranger(forwarded: tuple[str, ...], address: str) -> None:
    assert asked("127.0.0.1", *forwarded, trusted="127.0.0.1 10.0.0.0/8") == address
