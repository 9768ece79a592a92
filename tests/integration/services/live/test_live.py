"""Open pages hear of what their readers may see, from where they were; and a page more costs no statement more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest
from tests.integration.world import World

from kundig.base.database import Connection
from kundig.engine.history.feed import MANY
from kundig.engine.records.writing import Change, Create, Delete, Update
from kundig.services.collaboration.comments import add_comment
from kundig.services.identity.sessions import begin_session, end_sessions, living
from kundig.services.identity.signed import Signed, authenticate_session
from kundig.services.live.desk import FAR, Desk
from kundig.services.live.hub import Hub
from kundig.services.live.streams import Follows, News, Stream


async def signed_in(world: World, user: UUID) -> Signed:
    async with world.database.transaction(None) as connection:
        find = "select id from kundig.workspace where schema = %(schema)s"
        number = await connection.value(find, {"schema": world.workspace.schema})
        code = await begin_session(connection, number, user, agent="test", address=None)
    async with world.database.transaction(None) as connection:
        return await authenticate_session(connection, code)


async def page(world: World, desk: Desk, user: UUID, record: UUID | None = None, *, lists: bool = False) -> Stream:
    """An open page of a house, or the lists of houses and rooms; it knows all that happened so far."""
    await settled(world)  # while others' transactions run, what was just made would still be news
    signed = await signed_in(world, user)
    async with world.scope(user) as scope:
        access = scope.access
    follows = Follows(("house", record) if record else None, frozenset({"house", "room"}) if lists else frozenset())
    stream = Stream(signed, access, follows)
    desk.add(stream, signed.position)
    return stream


async def settled(world: World, end: int | None = None) -> None:
    """Until the feed has got to now, or to `end`: it ends below every transaction on this server, those of other tests beside us too."""
    snapshot = "select pg_snapshot_{}(pg_current_snapshot())::text::bigint"
    if end is None:
        async with world.database.transaction(None) as connection:
            end = await connection.value(snapshot.format("xmax"))
    async with asyncio.timeout(120):
        while True:
            async with world.database.transaction(None) as connection:
                if await connection.value(snapshot.format("xmin")) >= end:
                    return
            await asyncio.sleep(0.05)


async def heard(stream: Stream) -> News:
    return await stream.next(0.01) or News()


@pytest.fixture
async def desk(world: World) -> Desk:
    await settled(world)
    return Desk(world.database, world.scopes, world.workspace)


async def write(world: World, *items: Any, object_: str = "house") -> list[UUID]:
    async with world.system() as scope:
        return await Change(scope).write(object_, list(items))


async def test_a_list_hears_of_what_its_reader_may_see_and_of_nothing_else(world: World, desk: Desk) -> None:
    one, other, boss = await world.user("level_own"), await world.user("level_own"), await world.user("level_all")
    pages = [await page(world, desk, user, lists=True) for user in (one, other, boss)]
    [house] = await write(world, Create({"name": "Mine", "owner": str(one)}))
    await settled(world)
    await desk.follow()
    news = [await heard(stream) for stream in pages]
    assert [dict(item.created) for item in news] == [{"house": {house}}, {}, {"house": {house}}]
    await write(world, Update(house, {"city": "Rome"}))
    await settled(world)
    await desk.follow()
    news = [await heard(stream) for stream in pages]
    assert [dict(item.changed) for item in news] == [{"house": {house}}, {}, {"house": {house}}]
    await write(world, Delete(house))
    await settled(world)
    await desk.follow()
    assert [bool((await heard(stream)).changed) for stream in pages] == [True, False, True]


async def test_a_change_of_hidden_fields_alone_is_not_told(world: World, desk: Desk) -> None:
    """FL-09"""
    house = await world.create("house", name="A house", price=100)
    blind, boss = await world.user("no_price"), await world.user("level_all")
    pages = [await page(world, desk, user, house, lists=True) for user in (blind, boss)]
    await write(world, Update(house, {"price": 200}))
    await settled(world)
    await desk.follow()
    assert [(await heard(stream)).any for stream in pages] == [False, True]
    await write(world, Update(house, {"price": 300, "city": "Rome"}))
    await settled(world)
    await desk.follow()
    assert [(await heard(stream)).here for stream in pages] == [{"record"}, {"record"}]


async def test_what_hangs_together_with_a_record_is_told_by_its_list(world: World, desk: Desk) -> None:
    boss, half = await world.user("level_all"), await world.user("sees")
    house, elsewhere = await world.create("house", name="Here"), await world.create("house", name="Elsewhere")
    pages = [await page(world, desk, boss, house), await page(world, desk, half, house), await page(world, desk, boss, elsewhere)]
    await write(world, Create({"name": "Kitchen", "house": str(house)}), object_="room")
    await settled(world)
    await desk.follow()
    assert [(await heard(stream)).here for stream in pages] == [{"room.house"}, set(), set()]


async def test_so_many_that_nobody_wants_to_hear_of_each(world: World, desk: Desk) -> None:
    one, boss = await world.user("level_own"), await world.user("level_all")
    pages = [await page(world, desk, user, lists=True) for user in (one, boss)]
    await write(world, *(Create({"name": f"Row {n}"}) for n in range(MANY + 1)))
    await settled(world)
    await desk.follow()
    news = [await heard(stream) for stream in pages]
    assert [item.many for item in news] == [set(), {"house"}]
    assert not news[1].created


async def test_who_comes_back_misses_nothing(world: World, desk: Desk) -> None:
    boss = await world.user("level_all")
    first = await page(world, desk, boss, lists=True)
    await desk.follow()
    [house] = await write(world, Create({"name": "Meanwhile"}))
    await settled(world)
    await desk.follow()
    back = Stream(first.signed, first.access, first.follows)
    desk.add(back, first.signed.position)
    await desk.follow()
    assert (await heard(back)).created == {"house": {house}}
    behind = Stream(first.signed, first.access, first.follows)
    desk.add(behind, first.signed.position - FAR)
    await desk.follow()
    assert (await heard(behind)).everything


async def test_the_first_page_hears_what_happened_since_it_was_read(world: World, desk: Desk) -> None:
    stream = await page(world, desk, await world.user("level_all"), lists=True)
    [house] = await write(world, Create({"name": "Between"}))
    await settled(world)
    await desk.follow()
    assert (await heard(stream)).created == {"house": {house}}


async def test_a_session_that_ends_closes_its_pages(world: World, desk: Desk) -> None:
    """PE-03"""
    user = await world.user("level_all")
    stream, other = await page(world, desk, user, lists=True), await page(world, desk, await world.user("level_all"), lists=True)
    async with world.database.transaction(world.workspace) as connection:
        await end_sessions(connection, user)
    await desk.look()
    assert (await heard(stream)).over
    assert stream.closed
    assert not other.closed


async def test_who_comes_while_sessions_are_looked_at_stays(world: World, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = await world.user("level_all"), await world.user("level_all")
    await page(world, desk, first, lists=True)
    late = []

    async def meanwhile(connection: Connection, sessions: Collection[UUID]) -> Collection[UUID]:
        late.append(await page(world, desk, second, lists=True))
        return await living(connection, sessions)

    monkeypatch.setattr("kundig.services.live.desk.living", meanwhile)
    await desk.look()
    assert not late[0].closed


async def test_a_user_who_is_deactivated_hears_nothing_more(world: World, desk: Desk) -> None:
    user = await world.user("level_all")
    stream = await page(world, desk, user, lists=True)
    await desk.follow()
    await world.update("user", user, is_active=False)
    await write(world, Create({"name": "Secret"}))
    await settled(world)
    await desk.follow()
    assert stream.closed
    assert not (await heard(stream)).created


async def test_rights_that_are_taken_away_end_following(world: World, desk: Desk) -> None:
    """OA-14, OA-21"""
    one = await world.user("level_own")
    house = await world.create("house", name="Mine", owner=one)
    stream = await page(world, desk, one, house, lists=True)
    await desk.look()
    await heard(stream)
    await write(world, Update(house, {"owner": None}))
    await settled(world)
    await desk.follow()
    await desk.look()
    assert (await heard(stream)).here == {"record"}, "told once that something is gone, as a page that is read anew would tell"
    await write(world, Update(house, {"city": "Rome"}))
    await settled(world)
    await desk.follow()
    assert not (await heard(stream)).any


async def test_who_else_is_here_in_any_process(world: World, desk: Desk) -> None:
    house = await world.create("house", name="Visited")
    boss, colleague, stranger = await world.user("level_all"), await world.user("level_all"), await world.user("level_own")
    elsewhere = Desk(world.database, world.scopes, world.workspace)
    mine, again, theirs = (
        await page(world, desk, boss, house),
        await page(world, desk, boss, house),
        await page(world, elsewhere, colleague, house),
    )
    blind = await page(world, desk, stranger, house)
    for _ in range(2):
        await desk.look()
        await elsewhere.look()
    present = (await heard(mine)).present
    assert present is not None
    assert len(present) == 1, "nobody is told of themselves"
    assert present == (await heard(again)).present
    assert len((await heard(theirs)).present or ()) == 1
    assert (await heard(blind)).present is None
    elsewhere.remove(theirs)
    await elsewhere.look()
    await desk.look()
    assert (await heard(mine)).present == ()


async def test_comments_and_notifications_are_told(world: World, desk: Desk) -> None:
    house = await world.create("house", name="Discussed")
    boss = await world.user("level_all")
    stream = await page(world, desk, boss, house)
    await desk.look()
    assert (await heard(stream)).unread == 0
    async with world.scope(await world.user("level_all")) as scope:
        await add_comment(scope, "house", house, "<p>Look.</p>")
    await desk.look()
    assert (await heard(stream)).here == {"comments"}
    await desk.look()
    assert not (await heard(stream)).any


@asynccontextmanager
async def counted(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[int]]:
    sent = [0]
    send = Connection._send

    async def counting(self: Connection, *args: Any) -> Any:
        sent[0] += 1
        return await send(self, *args)

    with monkeypatch.context() as patch:
        patch.setattr(Connection, "_send", counting)
        yield sent


async def test_a_page_more_is_no_statement_more(world: World, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    house = await world.create("house", name="Popular")
    boss = await world.user("level_all")
    costs = []
    for pages in (1, 24):
        for _ in range(pages):
            await page(world, desk, boss, house, lists=True)
        await desk.follow()
        await desk.look()
        await write(world, Update(house, {"city": f"City {pages}"}))
        await settled(world)
        async with counted(monkeypatch) as sent:
            await desk.follow()
            await desk.look()
            costs.append(sent[0])
        async with world.database.transaction(None) as held:
            # the feed ends below a transaction that goes on, whatever tests beside us do
            await settled(world, await held.value("select pg_current_xact_id()::text::bigint"))
            await desk.follow()
            async with counted(monkeypatch) as sent:
                await desk.follow()
                assert sent[0] == 1, "while nothing happens"
    assert costs[0] == costs[1]


async def test_a_server_that_stops_ends_all_streams(world: World) -> None:
    user = await world.user("level_all")
    signed, stopping = await signed_in(world, user), asyncio.Event()
    async with world.scope(user) as scope:
        access = scope.access
    async with Hub(world.database, world.scopes) as hub:
        stopper = asyncio.create_task(hub.stop_with(stopping))
        stream = hub.open(signed, access, Follows(), None)
        stopping.set()
        await stopper
        assert await stream.next(1) is not None
        assert stream.closed
        hub.close(stream)
        late = hub.open(signed, access, Follows(), None)
        assert late.closed
        hub.close(late)
