"""The guarded client: what it refuses before any connection, and what it bears."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from kundig.base.addresses import is_public
from kundig.base.http import Limits, OutgoingHttp, Refused, Unreachable

INSIDE = [
    "127.0.0.1", "127.1", "2130706433", "0177.0.0.1", "0x7f000001", "0.0.0.0", "[::]", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
    "[::ffff:a9fe:a9fe]", "169.254.169.254", "[fd00::1]", "[fe80::1%25eth0]", "100.64.0.1", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
    "localhost", "localhost.", "metadata.google.internal.", "metadata.google.internal", "①②⑦.⓪.⓪.①", "good@127.0.0.1", "10.0.0.1", "192.168.1.1",
    "172.16.0.1", "224.0.0.1", "255.255.255.255", "[ff02::1]", "[::7f00:1]", "[2001:0:7f00:1::]", "printer.local", "0", "127.0.0.1.", "[fec0::1]",
    "192.0.2.1", "198.18.0.1", "", "a..example", "[::ffff:0:127.0.0.1]", "%31%32%37.0.0.1",
]  # fmt: skip


async def never(host: str, port: int) -> list[str]:
    raise AssertionError(f"asked for {host}:{port}")


@pytest.mark.parametrize("host", INSIDE)
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_what_is_inside_is_refused_before_anything_is_asked(host: str, scheme: str) -> None:
    client = OutgoingHttp(resolver=never)
    with pytest.raises(Refused):
        client.check(f"{scheme}://{host}/")
    with pytest.raises(Refused):
        await client.request("GET", f"{scheme}://{host}/")


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1#@example.com", "http://example.com:22/", "http://example.com:25/", "http://example.com:5432/", "file:///etc/passwd", "gopher://example.com/",
     "dict://example.com/", "unix:/var/run/docker.sock", "http+unix://%2Fvar%2Frun/", "//example.com", "http:\\\\example.com", "http://example.com\\@127.0.0.1/",
     "http://exam\nple.com/", "http://example.com:99999/", "http://[::1", "javascript:alert(1)", "http://user:password@example.com/"],
)  # fmt: skip
async def test_odd_urls_are_refused(url: str) -> None:
    with pytest.raises(Refused):
        await OutgoingHttp(resolver=never).request("GET", url)


@pytest.mark.parametrize(
    "answer", [["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["::ffff:169.254.169.254"], ["fe80::1%eth0"], ["0.0.0.0"]]
)
async def test_a_name_with_one_inner_address_is_refused(answer: list[str]) -> None:
    async def resolver(host: str, port: int) -> list[str]:
        return answer

    with pytest.raises(Refused):
        await OutgoingHttp(resolver=resolver).request("GET", "http://rebound.example.com/")


def test_public_addresses_are_public() -> None:
    assert is_public("93.184.216.34")
    assert is_public("2606:4700:4700::1111")
    assert is_public("::ffff:93.184.216.34")
    assert not is_public("example.com")


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def sink(talk: Talk) -> AsyncIterator[tuple[OutgoingHttp, str, list[bytes]]]:
    """A server on this machine under the name of a public host, and a client whose operator allows that one place."""
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        try:
            await talk(reader, writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def resolver(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        client = OutgoingHttp(
            resolver=resolver, allowed_hosts=frozenset({f"hook.example.com:{port}"}), limits=Limits(seconds=1.0, bytes=100_000)
        )
        yield client, f"http://hook.example.com:{port}/path", heard


def said(text: bytes) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(text)
        await writer.drain()

    return talk


async def test_the_name_stays_though_the_address_is_pinned() -> None:
    async with sink(said(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")) as (client, url, heard):
        answer = await client.request("POST", url, headers={"x-test": "1"}, content=b"body")
    assert (answer.status, answer.body) == (200, b"ok")
    assert b"host: hook.example.com" in heard[0].lower()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_not_followed(status: int) -> None:
    text = f"HTTP/1.1 {status} Moved\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n".encode()
    async with sink(said(text)) as (client, url, heard):
        assert (await client.request("GET", url)).status == status
    assert len(heard) == 1


async def test_too_much_is_cut_off() -> None:
    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()

    async with sink(flood) as (client, url, _):
        with pytest.raises(Unreachable):
            await client.request("GET", url)


async def test_a_gzip_bomb_is_cut_off() -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n".encode()
    async with sink(said(head + bomb)) as (client, url, _):
        with pytest.raises(Unreachable):
            await client.request("GET", url)


async def test_too_slow_is_cut_off() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with sink(drip) as (client, url, _):
        with pytest.raises(Unreachable):
            await client.request("GET", url)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 2_000_000 + b"\r\n\r\n",
    ],
)
async def test_nonsense_is_unreachable(text: bytes) -> None:
    async with sink(said(text)) as (client, url, _):
        with pytest.raises(Unreachable):
            await client.request("GET", url)
