"""How long an address may be, and how long a body may take: what nobody in earnest sends is not waited for.

How large a body may be says each router and route; the web server how many headers there
may be (100), and how long they may take (30 s).
"""

from __future__ import annotations

import asyncio
import time

from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, HTTPReceiveMessage, Receive, Scope, Send

from kundig.interfaces.refusing import refuse

MAX_QUERY = 32 * 1024
"""Bytes after the question mark; the longest filters go in bodies."""
MAX_PARAMETERS = 1000
GRACE = 30.0
"""Seconds that any body may take."""
SLOWEST = 4096
"""Bytes a second that come in at least after that: less than a phone at the edge of the network."""


class RequestLimits(ASGIMiddleware):
    """Answers 414 to addresses without end, and 408 to bodies that only drip in."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, grace: float = GRACE, slowest: int = SLOWEST) -> None:
        """`grace` in seconds, `slowest` in bytes a second."""
        self._grace, self._slowest = grace, slowest

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Let through, with a body that can be waited for, or refuse."""
        query = scope.get("query_string", b"")
        if len(query) > MAX_QUERY or query.count(b"&") >= MAX_PARAMETERS:
            await refuse(scope, send, 414, "this address is longer than what is accepted here.")
        elif scope["type"] != ScopeType.HTTP or scope["method"] in ("GET", "HEAD"):
            await next_app(scope, receive, send)
        else:
            await next_app(scope, self._hurried(receive), send)

    def _hurried(self, receive: Receive) -> Receive:
        """The body in parts, or an HTTPException when they come too slowly."""
        until, whole = time.monotonic() + self._grace, False

        async def next_part() -> HTTPReceiveMessage:
            nonlocal until, whole
            if whole:  # what comes now is that the other side has gone, whenever that is
                return await receive()  # type: ignore[return-value]
            try:
                async with asyncio.timeout(until - time.monotonic()):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(status_code=408) from None
            if message["type"] == "http.request":
                until += len(message["body"]) / self._slowest
                whole = not message["more_body"]
            return message  # type: ignore[return-value]

        return next_part
