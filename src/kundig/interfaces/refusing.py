"""Turning a request away before anything of it has been looked at: a line of text, nothing of what was sent."""

from __future__ import annotations

from litestar.types import Send


async def refuse(send: Send, status: int, text: str) -> None:
    """Answer with a status and a line of text."""
    body = f"Kundig: {text}\n".encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
