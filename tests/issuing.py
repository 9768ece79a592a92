"""An OpenID Connect issuer made by hand: it says whatever a test wants, also what no honest one would."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from joserfc import jws
from joserfc.jwk import Key, RSAKey

CLIENT = "kundig"
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"


@cache
def usual_key() -> Key:
    """The key of an issuer that did nothing to it; made once, since that takes long."""
    return RSAKey.generate_key(2048, {"kid": "one"})


@dataclass
class Issuer:
    """What it says of itself, of its keys, and of who signs in. Tests change what they want to."""

    place: str
    key: Key = field(default_factory=usual_key)
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    user_info: dict[str, Any] = field(default_factory=dict)
    keys: list[Key] | None = None
    token: str | None = None
    """Sent as it is, instead of a token of the claims."""
    down: bool = False
    forms: list[dict[str, str]] = field(default_factory=list)
    """What was sent to the token endpoint."""
    asked: list[str] = field(default_factory=list)
    nonce: str = ""

    @property
    def address(self) -> str:
        return f"http://{self.place}"

    def id_token(self) -> str:
        """A token of what the test wants to be claimed."""
        now = int(time.time())
        usual = {"iss": self.address, "aud": CLIENT, "exp": now + 300, "iat": now, "nonce": self.nonce, "auth_time": now}
        claims = {name: value for name, value in {**usual, **self.claims}.items() if value is not None}
        return self._signed(claims)

    def logout_token(self, **more: Any) -> str:
        """A token that says who has signed out; None takes a claim away."""
        now = int(time.time())
        usual = {"iss": self.address, "aud": CLIENT, "exp": now + 120, "iat": now, "jti": str(uuid4()), "events": {LOGOUT: {}}}
        return self._signed({name: value for name, value in {**usual, **more}.items() if value is not None})

    def _signed(self, claims: dict[str, Any]) -> str:
        header = {"alg": "RS256", "kid": self.key.kid, **self.header}
        registry = jws.JWSRegistry(algorithms=[str(header["alg"])], strict_check_header=False)
        return jws.serialize_compact(header, json.dumps(claims).encode(), self.key, registry=registry)

    def unsigned(self) -> str:
        """The same token without a signature."""
        _, payload, _ = self.id_token().split(".")
        header = base64.urlsafe_b64encode(b'{"alg":"none","kid":"one"}').decode().rstrip("=")
        return f"{header}.{payload}."

    def signed_with_the_public_key(self) -> str:
        """A token whose secret is what everybody can read."""
        _, payload, _ = self.id_token().split(".")
        header = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"one"}').decode().rstrip("=")
        secret: bytes = self.key.as_pem(private=False)  # type: ignore[union-attr]
        made = hmac.new(secret, f"{header}.{payload}".encode(), "sha256").digest()
        return f"{header}.{payload}.{base64.urlsafe_b64encode(made).decode().rstrip('=')}"

    def answer(self, path: str, form: dict[str, str]) -> Any:
        if path == "/.well-known/openid-configuration":
            own = {name: f"{self.address}/{name}" for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
            return {"issuer": self.address, **own, **self.metadata}
        if path == "/jwks_uri":
            return {"keys": [key.as_dict(private=False) for key in (self.keys or [self.key])]}
        if path == "/token_endpoint":
            self.forms.append(form)
            return {"id_token": self.token or self.id_token(), "access_token": "at", "token_type": "Bearer"}
        return {"sub": self.claims.get("sub"), **self.user_info} if path == "/userinfo" else None


@asynccontextmanager
async def issuer() -> AsyncIterator[Issuer]:
    """An issuer on this machine for as long as the block lasts."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:] if line)}
        body = (await reader.readexactly(int(headers.get("content-length", "0")))).decode()
        path = urlsplit(lines[0].split()[1]).path
        made.asked.append(path)
        said = made.answer(path, {name: values[0] for name, values in parse_qs(body).items()})
        status = "503 x" if made.down else "404 x" if said is None else "200 OK"
        content = json.dumps(said).encode()
        writer.write(
            f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content
        )
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    made = Issuer(f"127.0.0.1:{server.sockets[0].getsockname()[1]}")
    async with server:
        yield made
