"""The stream of an open page as HTTP: who gets one, what it looks like, how it ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable

import httpx
import pytest
from tests.integration.rights.crm import Caller, Crm, until

from kundig.engine.records.writing import Change, Update


@pytest.fixture(scope="module")
async def crm(new_crm: Callable[[], Awaitable[Crm]]) -> Crm:
    return await new_crm()


async def opened(crm: Crm, caller: Caller, address: str, **headers: str) -> asyncio.Task[httpx.Response]:
    """A stream that is being answered; the answer comes when it has ended."""
    before = len(crm.app.state.hub.streams)
    task = asyncio.create_task(caller.pages.get(address, headers=headers))
    await until(lambda: len(crm.app.state.hub.streams) > before)
    return task


async def ended(crm: Crm, task: asyncio.Task[httpx.Response]) -> httpx.Response:
    """Close all streams when they have got to what is written."""
    end = await crm.feed_end()
    await until(lambda: all(stream.position >= end for stream in crm.app.state.hub.streams))
    crm.app.state.hub.close_all()
    return await task


def news(answer: httpx.Response) -> list[dict[str, object]]:
    frames = [frame.split("\n") for frame in answer.text.split("\n\n")]
    return [json.loads(frame[-1].removeprefix("data: ")) for frame in frames if frame[0] == "event: kundig:news"]


async def test_a_change_is_told_without_its_values(crm: Crm) -> None:
    caller = await crm.caller(await crm.user("administrator"))
    id_ = await crm.add("account", {"name": "Stromkunde"})
    await crm.caught_up()  # else the stream may tell of the creation, too
    task = await opened(crm, caller, f"/live?record=account/{id_}&object=account")
    async with crm.system() as scope:
        await Change(scope).write("account", [Update(id_, {"name": "Geheimer Name"})])
    answer = await ended(crm, task)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    [told] = news(answer)
    assert told["here"] == ["record"]
    assert told["changed"] == {"account": [str(id_)]}
    assert "Geheimer" not in answer.text


async def test_it_goes_on_where_the_page_was(crm: Crm) -> None:
    caller = await crm.caller(await crm.user("administrator"))
    page = (await caller.pages.get("/o/account")).text
    address = page.partition('hx-sse:connect="')[2].partition('"')[0].replace("&amp;", "&")
    assert address.startswith("/live?from=")
    id_ = await crm.add("account", {"name": "Zwischendurch"})
    [told] = news(await ended(crm, await opened(crm, caller, address)))
    assert told["created"] == {"account": [str(id_)]}


async def test_only_for_those_who_are_signed_in_and_only_from_our_own_pages(crm: Crm) -> None:
    caller = await crm.caller(await crm.user("administrator"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=crm.app), base_url="http://kundig.test") as nobody:  # type: ignore[arg-type] # the same protocol under another name
        assert (await nobody.get("/live?object=account")).status_code == 401
    foreign = await caller.pages.get("/live?object=account", headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    assert crm.app.state.hub.streams == []


async def test_those_who_are_here_are_named_in_html(crm: Crm) -> None:
    one, other = [await crm.caller(await crm.user("administrator")) for _ in range(2)]
    id_ = await crm.add("account", {"name": "Besucht"})
    first = await opened(crm, one, f"/live?record=account/{id_}")
    second = await opened(crm, other, f"/live?record=account/{id_}")
    await until(lambda: all(stream._known_present for stream in crm.app.state.hub.streams))
    crm.app.state.hub.close_all()
    text = (await first).text
    await second
    assert '<hx-partial hx-target="#here"' in text
    assert "event: kundig:unread\ndata: 0" in text
