"""The only HTTP client of the house for addresses that users give: webhooks, previews, imports from a URL.

It connects to public addresses only, to the very address it has checked, never follows a redirect, and takes neither more nor
longer than allowed. What is refused looks the same whatever the reason, so that nobody can map our network with it.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx

from kundig.base.addresses import is_host_name, is_public
from kundig.base.errors import OutsideFault
from kundig.base.i18n import t

_PORTS = frozenset({80, 443, 8080, 8443})
_MEGABYTE = 1 << 20

Resolver = Callable[[str, int], Awaitable[list[str]]]
"""Host and port → all its addresses."""


class Refused(OutsideFault):
    """We don't talk to this address. The text never says why."""

    code = "address_refused"

    def __init__(self) -> None:
        """The same for every reason."""
        super().__init__(t("Kundig does not connect to this address. Only public http and https addresses are allowed."))


class Unreachable(OutsideFault):
    """The other side did not answer properly: no connection, too slow, too much."""

    code = "unreachable"

    def __init__(self) -> None:
        """The same for every reason."""
        super().__init__(t("The address did not answer as expected."))


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said; a redirect is an answer like any other."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Limits:
    """The most we take: seconds in all, bytes of the body."""

    seconds: float = 10.0
    bytes: int = _MEGABYTE


async def resolve(host: str, port: int) -> list[str]:
    """Ask the resolver of the machine."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


@dataclass(frozen=True)
class OutgoingHttp:
    """Sends requests out of the house. `allowed_hosts` (host:port) are exempt: set by who runs the machine, never by a user."""

    resolver: Resolver = resolve
    allowed_hosts: frozenset[str] = field(default_factory=frozenset)
    limits: Limits = field(default_factory=Limits)

    def check(self, url: str) -> None:
        """Refuse a URL that can't be right when it is entered; `Refused`. It is checked again, with its addresses, when used."""
        self._parsed(url)

    def check_secure(self, url: str) -> None:
        """The same for what carries secrets: https only, but for exempt hosts."""
        _, _, free = self._parsed(url)
        if not free and urlsplit(url).scheme != "https":
            raise Refused

    async def request(self, method: str, url: str, *, headers: Mapping[str, str] | None = None, content: bytes = b"") -> Answer:
        """Send and read the answer; `Refused` or `Unreachable`. Cookies, redirects and proxies of the environment are ignored."""
        host, port, free = self._parsed(url)
        try:
            async with asyncio.timeout(self.limits.seconds):
                addresses = await self._addresses(host, port, free=free)
                transport = _Pinned(host, addresses)
                async with httpx.AsyncClient(
                    transport=transport, trust_env=False, follow_redirects=False, timeout=self.limits.seconds
                ) as client:
                    return await self._exchange(client, httpx.Request(method, url, headers=dict(headers or {}), content=content))
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError) as error:
            raise Unreachable from error

    async def _exchange(self, client: httpx.AsyncClient, request: httpx.Request) -> Answer:
        response = await client.send(request, stream=True)
        try:
            # We ask for no compression: unpacking a small bomb would fill the memory before its size is known.
            if response.headers.get("content-encoding", "identity") != "identity":
                raise Unreachable
            parts, size = [], 0
            async for part in response.aiter_raw(65_536):
                size += len(part)
                if size > self.limits.bytes:
                    raise Unreachable
                parts.append(part)
            return Answer(response.status_code, dict(response.headers), b"".join(parts))
        finally:
            await response.aclose()

    def _parsed(self, url: str) -> tuple[str, int, bool]:
        """Host, port, and whether the host is exempt."""
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").lower(), parts.port
        except ValueError as error:
            raise Refused from error
        if (
            parts.scheme not in ("http", "https")
            or not host
            or "@" in parts.netloc
            or "\\" in url
            or any(ord(c) < 33 or ord(c) > 126 for c in url)
        ):
            raise Refused
        if port is None:
            port = 443 if parts.scheme == "https" else 80
        if f"{host}:{port}" in self.allowed_hosts:
            return host, port, True
        if port not in _PORTS or not (is_host_name(host) or _is_plain_address(host)):
            raise Refused
        if _is_plain_address(host) and not is_public(host):
            raise Refused
        return host, port, False

    async def _addresses(self, host: str, port: int, *, free: bool) -> list[str]:
        """All addresses of the host; one bad one is enough to refuse it."""
        try:
            found = [host] if _is_plain_address(host) else await self.resolver(host, port)
        except OSError as error:
            raise Unreachable from error
        if not free and not all(is_public(address) for address in found):
            raise Refused
        if not found:
            raise Unreachable
        return found


def _is_plain_address(host: str) -> bool:
    """An address in its one usual notation; `127.1` and `0x7f000001` are none."""
    try:
        return str(ip_address(host)) == host
    except ValueError:
        return False


class _Network(httpcore.AsyncNetworkBackend):
    """Connects to the addresses that were checked; the name stays for TLS and the Host header."""

    def __init__(self, host: str, addresses: list[str]) -> None:
        self._host, self._addresses = host, addresses
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None, socket_options: Any = None
    ) -> httpcore.AsyncNetworkStream:
        if host != self._host:
            raise Refused
        for address in self._addresses[:-1]:
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._inner.connect_tcp(self._addresses[-1], port, timeout, local_address, socket_options)

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Any = None
    ) -> httpcore.AsyncNetworkStream:
        raise Refused


class _Pinned(httpx.AsyncHTTPTransport):
    def __init__(self, host: str, addresses: list[str]) -> None:
        super().__init__(verify=trusted(), trust_env=False, retries=0)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=trusted(), max_connections=1, network_backend=_Network(host.strip("[]"), addresses)
        )


@cache
def trusted() -> ssl.SSLContext:
    """Whose certificates are believed, read once since it takes longer than many a request.

    A company with an authority of its own names it in SSL_CERT_FILE or SSL_CERT_DIR, which mail servers are checked by, too.
    """
    return httpx.create_ssl_context()
