"""OP-06: whoever answers under a name has to prove it, before anything is told to them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.integration.certificates import BAD, HOST, Authority, Fault

from kundig.base.http import OutgoingHttp, Unreachable, trusted


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Authority]:
    """One that is believed as long as the test lasts."""
    made = Authority(tmp_path)
    with monkeypatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(made.file))
        trusted.cache_clear()
        yield made
    trusted.cache_clear()


@asynccontextmanager
async def served(authority: Authority, fault: Fault = "") -> AsyncIterator[tuple[OutgoingHttp, str, list[bytes]]]:
    """A client that may go there, the address, and what was heard there."""
    heard: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=authority.server(fault))
    port = server.sockets[0].getsockname()[1]
    async with server:
        yield OutgoingHttp(allowed_hosts=frozenset({f"{HOST}:{port}"})), f"https://{HOST}:{port}/", heard


async def test_one_that_is_vouched_for_is_talked_to(authority: Authority) -> None:
    async with served(authority) as (client, url, heard):
        assert (await client.request("POST", url, content=b"x")).status == 204
    assert len(heard) == 1


@pytest.mark.parametrize("fault", BAD)
async def test_one_that_is_not_hears_nothing(authority: Authority, fault: Fault) -> None:
    async with served(authority, fault) as (client, url, heard):
        with pytest.raises(Unreachable):
            await client.request("POST", url, headers={"Authorization": "Bearer secret"})
    assert heard == []


async def test_nobody_vouches_who_is_not_named(tmp_path: Path) -> None:
    async with served(Authority(tmp_path)) as (client, url, heard):
        with pytest.raises(Unreachable):
            await client.request("GET", url)
    assert heard == []
