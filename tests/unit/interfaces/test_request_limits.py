"""Addresses without end and bodies that only drip in are not waited for."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from litestar import Request, post
from litestar.exceptions import HTTPException
from litestar.testing import create_test_client

from kundig.interfaces.limits import MAX_PARAMETERS, MAX_QUERY, RequestLimits


@post("/", status_code=200)
async def page(request: Request[Any, Any, Any]) -> str:
    return str(len(await request.body()))


@pytest.mark.parametrize(
    ("query", "status"),
    [("a=b", 200), ("a=" + "b" * MAX_QUERY, 414), ("&".join(["a"] * MAX_PARAMETERS), 200), ("&".join(["a"] * (MAX_PARAMETERS + 1)), 414)],
)  # fmt: skip
def test_addresses_end(query: str, status: int) -> None:
    with create_test_client([page], middleware=[RequestLimits()]) as client:
        assert client.post(f"/?{query}", content=b"four").status_code == status


async def read(parts: list[tuple[bytes, float]], limits: RequestLimits) -> bytes:
    """What a route reads of a body whose parts come after so many seconds each."""
    waiting = list(parts)

    async def receive() -> Any:
        if not waiting:
            await asyncio.sleep(60)
        part, seconds = waiting.pop(0)
        await asyncio.sleep(seconds)
        return {"type": "http.request", "body": part, "more_body": bool(waiting)}

    got = bytearray()

    async def route(_: Any, receive: Any, __: Any) -> None:
        while True:
            message = await receive()
            got.extend(message["body"])
            if not message["more_body"]:
                return

    scope: Any = {"type": "http", "method": "POST", "query_string": b""}
    await limits.handle(scope, receive, None, route)  # type: ignore[arg-type]
    return bytes(got)


async def test_a_body_in_time_is_read() -> None:
    assert await read([(b"ab", 0.0), (b"cd", 0.01)], RequestLimits(grace=30)) == b"abcd"


async def test_what_keeps_coming_may_take_longer_than_the_grace() -> None:
    parts = [(b"x" * 1000, 0.06)] * 5
    assert len(await read(parts, RequestLimits(grace=0.2, slowest=100))) == 5000


async def test_a_body_that_drips_is_given_up() -> None:
    with pytest.raises(HTTPException) as caught:
        await read([(b"x", 0.05)] * 100, RequestLimits(grace=0.3, slowest=1000))
    assert caught.value.status_code == 408


async def test_that_the_other_side_goes_is_waited_for_without_limit() -> None:
    seen: list[str] = []

    async def receive() -> Any:
        await asyncio.sleep(0.05 if seen else 0)
        return {"type": "http.disconnect"} if seen else {"type": "http.request", "body": b"", "more_body": False}

    async def route(_: Any, receive: Any, __: Any) -> None:
        seen.append((await receive())["type"])
        seen.append((await receive())["type"])

    scope: Any = {"type": "http", "method": "POST", "query_string": b""}
    await RequestLimits(grace=0.01).handle(scope, receive, None, route)  # type: ignore[arg-type]
    assert seen == ["http.request", "http.disconnect"]
