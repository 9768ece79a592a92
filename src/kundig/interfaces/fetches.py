"""Where a browser says that a request comes from: other sites may lead here, but use nothing of ours as a part of theirs."""

from __future__ import annotations

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from kundig.interfaces.api.openapi import PREFIX
from kundig.interfaces.hosts import ALWAYS
from kundig.interfaces.refusing import refuse

_OWN = (None, b"same-origin", b"none")


class FetchCheck(ASGIMiddleware):
    """Answers 403 where another site, a sibling subdomain too, asks for something as a script, picture, style or frame of its own.

    Programs send no such headers. The API is left out: it knows tokens only, which no browser sends by itself.
    """

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Let through or refuse."""
        said = {name: value for name, value in scope["headers"] if name.startswith(b"sec-fetch-")}
        if foreign_part(said) and scope["path"] not in ALWAYS and not scope["path"].startswith(PREFIX):
            await refuse(scope, send, 403, "not as a part of another site.")
        else:
            await next_app(scope, receive, send)


def foreign_part(said: dict[bytes, bytes]) -> bool:
    """Whether a request is of another site and no link or form that leads here."""
    if said.get(b"sec-fetch-site") in _OWN:
        return False
    return said.get(b"sec-fetch-mode") != b"navigate" or said.get(b"sec-fetch-dest", b"document") != b"document"
