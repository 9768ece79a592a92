"""Comments, followers and notifications reach those who may know, and nobody else."""

from __future__ import annotations

import asyncio
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.integration.world import World

from kundig.base.context import SYSTEM
from kundig.base.errors import Denied, Missing
from kundig.base.jobs import JobRun
from kundig.base.settings import Settings
from kundig.engine.records.writing import Change, Create, Update
from kundig.services.collaboration.comments import add_comment, change_comment, comments_of, remove_comment
from kundig.services.collaboration.following import follow, follows, unfollow
from kundig.services.collaboration.jobs import collaboration_jobs
from kundig.services.collaboration.notifications import forget_invisible, mark_read, notifications_of, place_of
from kundig.services.collaboration.preferences import Preferences, desk_of, set_preferences
from kundig.services.delivery.post import post_of

runs = count(10_000_000)


async def do_jobs(world: World, names: set[str]) -> None:
    """Run what is queued for the workspace, like a worker."""
    post = post_of(Settings(data=Path(), secret_key=b"only for tests, never for people"))
    jobs = {job.name: job for job in collaboration_jobs(world.scopes, post)}
    while True:
        async with world.database.owner() as connection:
            await connection.execute("set local search_path = jobs")
            rows = await connection.rows(
                "delete from jobs.procrastinate_jobs where task_name = any(%(names)s) and args ->> 'workspace' = %(schema)s"
                " returning task_name, args -> 'payload' as payload",
                {"names": sorted(names), "schema": world.workspace.schema},
            )
        for row in rows:
            await jobs[row["task_name"]].run(JobRun(next(runs), world.database, world.workspace, SYSTEM, row["payload"], 0))
        if not rows:
            return


async def watch(world: World) -> None:
    now = "select pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
    async with world.database.transaction(None) as connection:
        end = await connection.value(now)
    async with asyncio.timeout(60):  # the feed ends below every transaction on this server, those of other tests beside us too
        while True:
            async with world.database.transaction(None) as connection:
                if await connection.value(now.replace("xmax", "xmin")) >= end:
                    break
            await asyncio.sleep(0.05)
    [job] = [job for job in collaboration_jobs(world.scopes) if job.name == "collaboration.watch"]
    await job.run(JobRun(next(runs), world.database, world.workspace, SYSTEM, {}, 0))
    await do_jobs(world, {"collaboration.told"})


async def told(world: World, user: UUID) -> list[tuple[str, UUID]]:
    async with world.scope(user) as scope:
        return [(item.kind, item.record) for item in await notifications_of(scope)]


async def house(world: World, owner: UUID | None = None, **values: Any) -> UUID:
    return await world.create("house", name="A house", **({"owner": owner} if owner else {}), **values)


async def write(world: World, user: UUID, record: UUID, text: str) -> UUID:
    async with world.scope(user) as scope:
        return await add_comment(scope, "house", record, text)


async def name_of(world: World, user: UUID) -> str:
    async with world.system() as scope:
        return str(await scope.connection.value('select name from {ws}."user" where id = %(id)s', {"id": user}))


async def change(world: World, user: UUID, record: UUID, **values: Any) -> None:
    async with world.scope(user) as scope:
        await Change(scope).write("house", [Update(record, values)])


async def test_who_sees_the_record_sees_the_comment(world: World) -> None:
    owner, other = await world.user("level_own"), await world.user("level_own")
    record = await house(world, owner)
    await write(world, owner, record, "<p>first</p><script>x</script>")
    async with world.scope(owner) as scope:
        [comment] = await comments_of(scope, "house", record)
        assert (comment.html, comment.own, comment.author) == ("<p>first</p>", True, await name_of(world, owner))
    async with world.scope(other) as scope:
        for attempt in (
            comments_of(scope, "house", record),
            add_comment(scope, "house", record, "x"),
            follow(scope, "house", record),
        ):
            with pytest.raises(Missing):
                await attempt
        with pytest.raises(Missing):
            await comments_of(scope, "window", uuid4())


async def test_only_the_author_changes_a_comment(world: World) -> None:
    author, other = await world.user("level_all"), await world.user("level_all")
    record = await house(world)
    id_ = await write(world, author, record, "mine")
    async with world.scope(other) as scope:
        for attempt in (change_comment(scope, id_, "yours"), remove_comment(scope, id_)):
            with pytest.raises(Denied):
                await attempt
    async with world.scope(author) as scope:
        await change_comment(scope, id_, "changed")
        assert [(c.html, c.edited_at is None) for c in await comments_of(scope, "house", record)] == [("changed", False)]
        await remove_comment(scope, id_)
        assert await comments_of(scope, "house", record) == []


async def test_mentions_reach_those_who_may_see_the_record_once(world: World) -> None:
    author, may, may_not = await world.user("level_all"), await world.user("sees"), await world.user("level_own")
    record = await house(world)
    names = [await name_of(world, user) for user in (may, may_not, author)]
    id_ = await write(world, author, record, " ".join(f"@{name}" for name in names))
    await do_jobs(world, {"collaboration.commented"})
    async with world.scope(author) as scope:
        await change_comment(scope, id_, " ".join(f"@{name}" for name in names) + " again")
    await do_jobs(world, {"collaboration.commented"})
    assert await told(world, may) == [("mention", record)]
    assert await told(world, may_not) == []
    assert await told(world, author) == []
    async with world.scope(may) as scope:
        assert await follows(scope, "house", record)


async def test_followers_learn_of_comments_and_changes_but_not_of_their_own(world: World) -> None:
    follower, other = await world.user("level_all"), await world.user("level_all")
    record = await house(world)
    await watch(world)
    async with world.scope(follower) as scope:
        await follow(scope, "house", record)
    await write(world, other, record, "news")
    await do_jobs(world, {"collaboration.commented"})
    await change(world, other, record, city="Rome")
    await change(world, other, record, city="Paris")
    await change(world, follower, record, city="London")
    await watch(world)
    await watch(world)
    assert sorted(await told(world, follower)) == [("changed", record), ("comment", record)]
    async with world.scope(follower) as scope:
        await unfollow(scope, "house", record)
        await mark_read(scope)
    await change(world, other, record, city="Oslo")
    await watch(world)
    assert len(await told(world, follower)) == 2


async def test_a_change_of_hidden_fields_is_not_told(world: World) -> None:
    follower, other = await world.user("no_price"), await world.user("level_all")
    record = await house(world, price=100)
    async with world.scope(follower) as scope:
        await follow(scope, "house", record)
    await watch(world)
    await change(world, other, record, price=200)
    await watch(world)
    assert await told(world, follower) == []
    await change(world, other, record, price=300, city="Rome")
    await watch(world)
    assert await told(world, follower) == [("changed", record)]


async def test_losing_access_ends_following_and_hides_what_was_told(world: World) -> None:
    follower, other = await world.user("level_own"), await world.user("level_all")
    record = await house(world, follower)
    async with world.scope(follower) as scope:
        await follow(scope, "house", record)
    await watch(world)
    await change(world, other, record, city="Rome")
    await watch(world)
    assert ("changed", record) in await told(world, follower)
    await world.update("house", record, owner=other)
    await watch(world)
    assert await told(world, follower) == []
    async with world.scope(follower) as scope:
        assert not await follows(scope, "house", record)
        await forget_invisible(scope)
        assert (await desk_of(scope.connection, follower)).unread == 0


async def test_who_gets_a_record_learns_of_it(world: World) -> None:
    giver, taker = await world.user("level_all"), await world.user("level_own")
    await watch(world)
    async with world.scope(giver) as scope:
        [made] = await Change(scope).write("house", [Create({"name": "New", "owner": str(taker)})])
        [own] = await Change(scope).write("house", [Create({"name": "Own"})])
    record = await house(world, giver)
    await watch(world)
    await change(world, giver, record, owner=str(taker))
    await watch(world)
    assert {kind for kind, _ in await told(world, taker)} == {"assigned"}
    assert {id_ for _, id_ in await told(world, taker)} == {made, record}
    assert own not in {id_ for _, id_ in await told(world, giver)}


async def test_who_is_invited_learns_of_it_and_of_what_changes_then(world: World) -> None:
    host, guest, late = await world.user("level_all"), await world.user("level_own"), await world.user("level_own")
    await watch(world)
    async with world.scope(host) as scope:
        party = {"name": "Party", "visitor": [{"user": str(user)} for user in (host, guest)]}
        [record] = await Change(scope).write("house", [Create(party)])
        await Change(scope).write("house", [Create({"name": "Given", "owner": str(guest), "visitor": [{"user": str(guest)}]})])
    await watch(world)
    assert sorted(kind for kind, _ in await told(world, guest)) == ["assigned", "invited"], "of what is theirs once"
    assert ("invited", record) in await told(world, guest)
    assert await told(world, host) == []
    async with world.scope(host) as scope:
        [visitor] = await scope.connection.values(
            'select id from {ws}.visitor where house = %(id)s and "user" = %(user)s', {"id": record, "user": host}
        )
        await Change(scope).write("visitor", [Update(visitor, {"user": str(late)})])
    await watch(world)
    assert await told(world, late) == [("invited", record)]
    await change(world, host, record, city="Rome")
    await watch(world)
    assert ("changed", record) in await told(world, guest)


async def mails(world: World, user: UUID) -> int:
    async with world.system() as scope:
        to = 'select email from {ws}."user" where id = %(id)s'
        address = await scope.connection.value(to, {"id": user})
        waiting = "select count(*) from {ws}.mail where recipient = %(to)s and purpose = 'notification'"
        return int(await scope.connection.value(waiting, {"to": address}))


async def test_what_is_wanted_by_mail_comes_by_mail_once_until_it_is_read(world: World) -> None:
    giver, taker, other = await world.user("level_all"), await world.user("level_all"), await world.user("level_all")
    record = await house(world)
    for user in (taker, other):
        async with world.scope(user) as scope:
            await follow(scope, "house", record)
    async with world.scope(taker) as scope:
        await set_preferences(scope.connection, taker, Preferences(mailed=frozenset({"changed"})))
        assert (await desk_of(scope.connection, taker)).preferences.mailed == {"changed"}
    await watch(world)
    for city in ("Rome", "Paris"):
        await change(world, giver, record, city=city)
        await watch(world)
    assert (await mails(world, taker), await mails(world, other)) == (1, 0)
    async with world.scope(taker) as scope:
        await mark_read(scope)
    await change(world, giver, record, city="Oslo")
    await write(world, giver, record, "a comment, of which no mail is wanted")
    await watch(world)
    await do_jobs(world, {"collaboration.commented"})
    assert await mails(world, taker) == 2


async def test_nobody_is_mailed_of_what_they_may_not_see_or_do_not_want_to_hear(world: World) -> None:
    giver, blind, deaf = await world.user("level_all"), await world.user("level_own"), await world.user("level_all")
    for user, muted in ((blind, frozenset()), (deaf, frozenset({"mention"}))):
        async with world.scope(user) as scope:
            await set_preferences(scope.connection, user, Preferences(muted=muted, mailed=frozenset({"mention"})))
    record = await house(world)
    await write(world, giver, record, f"@{await name_of(world, blind)} @{await name_of(world, deaf)}")
    await do_jobs(world, {"collaboration.commented"})
    assert (await mails(world, blind), await mails(world, deaf)) == (0, 0)


async def test_muted_kinds_and_other_peoples_notifications(world: World) -> None:
    giver, taker = await world.user("level_all"), await world.user("level_own")
    await watch(world)
    async with world.scope(taker) as scope:
        await set_preferences(scope.connection, taker, Preferences("dark", letter_keys=False, muted=frozenset({"assigned"})))
    async with world.scope(giver) as scope:
        await Change(scope).write("house", [Create({"name": "Muted", "owner": str(taker)})])
    await watch(world)
    assert await told(world, taker) == []
    async with world.scope(taker) as scope:
        desk = await desk_of(scope.connection, taker)
        assert (desk.preferences.theme, desk.preferences.letter_keys, desk.unread) == ("dark", False, 0)
        await set_preferences(scope.connection, taker, Preferences())
    async with world.scope(giver) as scope:
        await Change(scope).write("house", [Create({"name": "Told", "owner": str(taker)})])
    await watch(world)
    async with world.scope(taker) as scope:
        [item] = await notifications_of(scope)
        assert (await desk_of(scope.connection, taker)).unread == 1
    async with world.scope(giver) as scope:
        with pytest.raises(Missing):
            await place_of(scope, item.id)
        await mark_read(scope, only=item.id)
    async with world.scope(taker) as scope:
        assert (await desk_of(scope.connection, taker)).unread == 1
        assert await place_of(scope, item.id) == ("house", item.record)
        await mark_read(scope, only=item.id)
        assert (await desk_of(scope.connection, taker)).unread == 0
