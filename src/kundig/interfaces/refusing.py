"""Turning requests away, and telling those who watch over security of it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from litestar.types import Send

_security = logging.getLogger("kundig.security")
_NOTED = frozenset({401, 403, 408, 413, 414, 421, 429})
"""What is answered to who has no right, comes from another site, asks under another name, too often, too much or too slowly."""

_UNTOLD = ("{code", "{value")
"""Parts of addresses that are nobody's business."""


def note_refusal(status: int, scope: Mapping[str, Any]) -> None:
    """Write to the log what was asked for, if the status tells of an attempt to get around something.

    Of an address that may hold a code or a value only the route is told; before a route is known the first part of the address.
    """
    if status in _NOTED:
        _security.info("refused", extra={"status": status, "method": scope["method"], "path": _told(scope)})


def _told(scope: Mapping[str, Any]) -> str:
    path: str = scope["path"]
    route: str | None = scope.get("path_template")
    if route is None:
        return "/" + path.lstrip("/").partition("/")[0]
    return route if any(name in route for name in _UNTOLD) else path


async def refuse(scope: Mapping[str, Any], send: Send, status: int, text: str) -> None:
    """Answer with a status and a line of text, before anything of the request has been looked at."""
    note_refusal(status, scope)
    body = f"Kundig: {text}\n".encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
