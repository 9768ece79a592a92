"""Who sees which records: the predicate on real rows, after every kind of change that decides about it."""

from __future__ import annotations

from uuid import UUID

import pytest
from tests.integration.world import World

from kundig.base.errors import Denied
from kundig.engine.policy.decisions import allowed, visible_ids
from kundig.engine.records.writing import Change, Create, Delete, Update


async def sees(world: World, user: UUID, *ids: UUID, object_: str = "house") -> list[bool]:
    async with world.scope(user) as scope:
        found = await visible_ids(scope, object_, ids)
    return [id_ in found for id_ in ids]


async def may(world: World, user: UUID, deed: str, *ids: UUID, object_: str = "house") -> list[bool]:
    async with world.scope(user) as scope:
        found = await allowed(scope, deed, object_, ids)  # type: ignore[arg-type]
    return [id_ in found for id_ in ids]


async def test_levels_reach_own_team_below_and_all(world: World) -> None:
    top = await world.team()
    below = await world.team(top)
    other = await world.team()
    somebody = await world.user("level_own")
    houses = [
        await world.create("house", name="of the team", owner=somebody, team=top),
        await world.create("house", name="of the team below", owner=somebody, team=below),
        await world.create("house", name="of another team", owner=somebody, team=other),
    ]
    expected = {
        "level_own": [False, False, False],
        "level_team": [True, False, False],
        "level_team_below": [True, True, False],
        "level_all": [True, True, True],
    }
    for role, seen in expected.items():
        user = await world.user(role, teams=(top,))
        own = await world.create("house", name="own", owner=user)
        assert await sees(world, user, *houses, own) == [*seen, True], role
        assert await may(world, user, "edit", *houses, own) == [*seen, True], role
        assert await may(world, user, "delete", *houses, own) == [*seen, True], role


async def test_a_new_owner_or_team_acts_at_once(world: World) -> None:
    team = await world.team()
    first, second, member = (
        await world.user("level_own"),
        await world.user("level_own"),
        await world.user("level_team", teams=(team,)),
    )
    house = await world.create("house", name="x", owner=first, team=None)
    assert [await sees(world, user, house) for user in (first, second, member)] == [[True], [False], [False]]
    await world.update("house", house, owner=second, team=team)
    assert [await sees(world, user, house) for user in (first, second, member)] == [[False], [True], [True]]


async def test_leaving_a_team_acts_at_once(world: World) -> None:
    team = await world.team()
    member = await world.user("level_team", teams=(team,))
    house = await world.create("house", name="x", team=team)
    assert await sees(world, member, house) == [True]
    await world.update("user", member, teams=[])
    assert await sees(world, member, house) == [False]


async def test_moving_a_team_in_the_tree_acts_at_once(world: World) -> None:
    top, other = await world.team(), await world.team()
    below = await world.team(top)
    chief = await world.user("level_team_below", teams=(top,))
    house = await world.create("house", name="x", team=below)
    assert await sees(world, chief, house) == [True]
    await world.update("team", below, parent=other)
    assert await sees(world, chief, house) == [False]


async def test_a_new_team_in_the_tree_acts_at_once(world: World) -> None:
    top = await world.team()
    lead, somebody = await world.user("level_team_below", teams=(top,)), await world.user("level_own")
    assert await sees(world, lead, await world.create("house", name="x", owner=somebody)) == [False]
    house = await world.create("house", name="y", owner=somebody, team=await world.team(top))
    assert await sees(world, lead, house) == await may(world, lead, "edit", house) == [True]


async def test_a_filter_of_a_role_follows_the_values(world: World) -> None:
    user = await world.user("in_rome")
    house = await world.create("house", name="x", city="Oslo")
    assert await sees(world, user, house) == [False]
    await world.update("house", house, city="Rome")
    assert await sees(world, user, house) == [True]
    assert await may(world, user, "edit", house) == [False], "a filter opens for reading, the level of editing stays own"
    await world.update("house", house, city="Paris")
    assert await sees(world, user, house) == [False]


async def test_a_forbid_wins_over_every_other_role(world: World) -> None:
    house = await world.create("house", name="x", price=50)
    assert await sees(world, await world.user("level_all"), house) == [True]
    user = await world.user("level_all", "not_cheap")
    assert await sees(world, user, house) == [False]
    assert await may(world, user, "edit", house) == [False]
    await world.update("house", house, price=500)
    assert await sees(world, user, house) == [True]


async def test_owned_records_follow_their_parent(world: World) -> None:
    first, second = await world.user("level_own"), await world.user("level_own")
    room = await world.create("room", name="x", owner=first)
    window = await world.create("window", name="y", room=room)
    assert [await sees(world, user, window, object_="window") for user in (first, second)] == [[True], [False]]
    await world.update("room", room, owner=second)
    assert [await sees(world, user, window, object_="window") for user in (first, second)] == [[False], [True]]
    assert [await may(world, user, "delete", window, object_="window") for user in (first, second)] == [[False], [True]]
    reader = await world.user("sees")
    assert await may(world, reader, "edit", window, object_="window") == [False]


async def test_what_lies_in_the_trash_is_not_seen(world: World) -> None:
    user = await world.user("level_all")
    house = await world.create("house", name="x")
    async with world.system() as scope:
        await Change(scope).write("house", [Delete(house)])
    assert await sees(world, user, house) == [False]
    async with world.scope(user) as scope:
        assert await allowed(scope, "delete", "house", [house], trashed=True) == {house}


async def test_an_object_without_a_grant_does_not_exist(world: World) -> None:
    user = await world.user("in_rome")
    async with world.scope(user) as scope:
        assert "room" not in scope.access.objects
        assert "window" not in scope.access.objects
        assert {"user", "team", "house"} <= set(scope.access.objects)


async def test_who_may_not_edit_the_parent_adds_nothing_to_it(world: World) -> None:
    user = await world.user("reads_all_edits_own")
    theirs, own = await world.create("room", name="x"), await world.create("room", name="y", owner=user)
    async with world.scope(user) as scope:
        [window] = await Change(scope).write("window", [Create({"name": "z", "room": str(own)})])
    for item in (Create({"name": "z", "room": str(theirs)}), Update(window, {"room": str(theirs)})):
        with pytest.raises(Denied):
            async with world.scope(user) as scope:
                await Change(scope).write("window", [item])
