"""The other end of web push: a browser's keys, with which messages are read, and a push service on this machine."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from kundig.services.delivery.push_message import Subscription, packed


class Receiver:
    """A browser that has subscribed at an address."""

    def __init__(self, endpoint: str) -> None:
        self._key, self._auth = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
        self.octets = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.subscription = Subscription(endpoint, packed(self.octets), packed(self._auth))

    def read(self, body: bytes) -> bytes:
        """A message, decrypted as RFC 8188 and 8291 say; raises InvalidTag if it is not for this one."""
        salt, size, sender = body[:16], int.from_bytes(body[16:20]), body[21 : 21 + body[20]]
        assert len(body) - 21 - len(sender) <= size, "one record"
        shared = self._key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
        material = HKDF(SHA256(), 32, self._auth, b"WebPush: info\0" + self.octets + sender).derive(shared)
        key = HKDF(SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(material)
        nonce = HKDF(SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(material)
        padded = AESGCM(key).decrypt(nonce, body[21 + len(sender) :], None).rstrip(b"\0")
        assert padded[-1:] == b"\x02"
        return padded[:-1]


@dataclass
class Service:
    """A push service: what it was sent, and with which status it answers."""

    place: str
    status: int = 201
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def shown(self, receiver: Receiver) -> list[dict[str, Any]]:
        """What a browser shows of what came."""
        return [msgspec.json.decode(receiver.read(body)) for _, body in self.heard]


@asynccontextmanager
async def push_service() -> AsyncIterator[Service]:
    """A push service on this machine for as long as the block lasts."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:] if line)}
        made.heard.append((headers, await reader.readexactly(int(headers["content-length"]))))
        writer.write(f"HTTP/1.1 {made.status} x\r\nContent-Length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    made = Service(f"127.0.0.1:{server.sockets[0].getsockname()[1]}")
    async with server:
        yield made
