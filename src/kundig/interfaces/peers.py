"""Where a request comes from."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

from litestar import Request


def address_of(request: Request[Any, Any, Any]) -> str | None:
    """The peer's address as the socket says, since headers can be made up; None where there is none, as on a Unix socket."""
    peer = request.client.host if request.client else ""
    try:
        return str(ip_address(peer.partition("%")[0]))
    except ValueError:
        return None
