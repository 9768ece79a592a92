"""Which name the server answers to: that of KUNDIG_BASE_URL, so that no made-up Host header ends up in an answer or a cache."""

from __future__ import annotations

from urllib.parse import urlsplit

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from kundig.interfaces.refusing import refuse

ALWAYS = ("/healthz",)
"""Asked by load balancers and by the machine itself, under any name; says nothing."""
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
"""What the machine calls itself."""


class HostCheck(ASGIMiddleware):
    """Answers 421 to requests for another host, 400 to those that name none or several.

    While the base URL is the machine's own (nobody has set KUNDIG_BASE_URL) any single name will do: addresses that leave the house
    are made from the base URL in any case.
    """

    scopes = (ScopeType.HTTP,)

    def __init__(self, base_url: str) -> None:
        """`base_url` as in the settings."""
        self.base_url = base_url
        self.name = (urlsplit(base_url).hostname or "").lower()

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Let through or refuse."""
        status = self.refusal([value for name, value in scope["headers"] if name == b"host"])
        if status is None or scope["path"] in ALWAYS:
            await next_app(scope, receive, send)
            return
        await refuse(scope, send, status, self.base_url)

    def refusal(self, hosts: list[bytes]) -> int | None:
        """The status to refuse with, or None."""
        if len(hosts) != 1:
            return 400
        try:
            asked = (urlsplit(f"//{hosts[0].decode('ascii')}").hostname or "").lower()
        except ValueError:
            return 400
        if not asked:
            return 400
        return None if asked == self.name or asked in LOCAL or self.name in LOCAL else 421
