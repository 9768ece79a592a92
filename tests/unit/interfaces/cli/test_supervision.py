"""What `kundig serve` does in threads beside the web server."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from kundig.base.settings import Settings
from kundig.interfaces.cli.supervision import _announce


class Well(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/healthz" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), Well) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_the_address_is_told_without_touching_openssl(
    port: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Web processes are forked off beside this thread: a lock of OpenSSL that it held would be held in them for ever."""

    def touched(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(ssl.SSLContext, "__new__", touched)
    _announce(Settings(data=Path("/nowhere"), secret_key=b"x" * 32, port=port), threading.Event())
    assert "http://127.0.0.1" in "".join(capsys.readouterr())
