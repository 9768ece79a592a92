"""The cheapest client there is: HTTP over a socket, for answers that say their length; its own time is not what is measured."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import NamedTuple

_CHUNK = 1 << 18


class Response(NamedTuple):
    """An answer: its status, its headers by lower-case name, and its body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Line:
    """A connection that is kept open, for one request after the other."""

    def __init__(self, host: str, port: int) -> None:
        """Nothing is opened before the first request."""
        self._address = (host, port)
        self._socket: socket.socket | None = None

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Response:
        """Send a request and wait for its whole answer; raises ConnectionError."""
        told = {"Host": f"{self._address[0]}:{self._address[1]}", "Content-Length": str(len(body)), **headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        self._open().sendall(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        return self._answer()

    def _open(self) -> socket.socket:
        if self._socket is None:
            self._socket = socket.create_connection(self._address, timeout=60)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._socket

    def _answer(self) -> Response:
        data = self._more(b"")
        while b"\r\n\r\n" not in data:
            data = self._more(data)
        top, _, body = data.partition(b"\r\n\r\n")
        first, *lines = top.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        while len(body) < int(headers["content-length"]):
            body = self._more(body)
        return Response(int(first.split(" ", 2)[1]), headers, body)

    def _more(self, data: bytes) -> bytes:
        more = self._open().recv(_CHUNK)
        if not more:
            raise ConnectionError(*self._address)
        return data + more
