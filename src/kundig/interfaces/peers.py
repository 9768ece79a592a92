"""Where a request comes from."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

from litestar import Request

FORWARDED = "x-forwarded-for"


def address_of(request: Request[Any, Any, Any]) -> str | None:
    """The peer's address as the socket says; None where there is none, as on a Unix socket.

    A proxy that the operator trusts is asked on: each adds at the end of `X-Forwarded-For` whom it was asked by. What stands before
    the first that is not trusted can be made up.
    """
    address = _address(request.client.host if request.client else "")
    proxies = request.app.state.settings.trusted_proxies
    said = [part for header in request.headers.getall(FORWARDED, []) for part in header.split(",")]
    while said and address is not None and any(ip_address(address) in network for network in proxies):
        before = _address(said.pop())
        if before is None:
            break
        address = before
    return address


def _address(text: str) -> str | None:
    try:
        return str(ip_address(text.strip().partition("%")[0]))
    except ValueError:
        return None
