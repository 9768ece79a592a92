"""Sharing single records, never more than one has."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.integration.world import World

from kundig.base.errors import Denied, Missing
from kundig.engine.policy import principals
from kundig.engine.policy.decisions import allowed, visible_ids
from kundig.engine.policy.shares import end_expired, grant_share, revoke_share, shares


async def test_a_share_opens_and_its_end_closes(world: World) -> None:
    owner, guest = await world.user("level_own"), await world.user("level_own")
    house = await world.create("house", name="x", owner=owner)
    async with world.scope(owner) as scope:
        await grant_share(scope, "house", house, principals.user(guest), "read")
    async with world.scope(guest) as scope:
        assert await visible_ids(scope, "house", [house]) == {house}
        assert await allowed(scope, "edit", "house", [house]) == set()
    async with world.scope(owner) as scope:
        await grant_share(scope, "house", house, principals.user(guest), "edit")
    async with world.scope(guest) as scope:
        assert await allowed(scope, "edit", "house", [house]) == {house}
        assert await allowed(scope, "share", "house", [house]) == set()
    async with world.scope(owner) as scope:
        assert [(share["ref"], share["level"]) for share in await shares(scope, "house", house)] == [(str(guest), "edit")]
        await revoke_share(scope, "house", house, principals.user(guest))
    async with world.scope(guest) as scope:
        assert await visible_ids(scope, "house", [house]) == set()


async def test_shares_reach_members_of_teams_and_holders_of_roles(world: World) -> None:
    team = await world.team()
    owner, member, holder = await world.user("level_own"), await world.user("level_own", teams=(team,)), await world.user("in_rome")
    house = await world.create("house", name="x", owner=owner)
    async with world.scope(owner) as scope:
        await grant_share(scope, "house", house, principals.members(team), "read")
        await grant_share(scope, "house", house, principals.role("in_rome"), "read")
    for user in (member, holder):
        async with world.scope(user) as scope:
            assert await visible_ids(scope, "house", [house]) == {house}


async def test_nobody_shares_what_is_not_theirs_to_share(world: World) -> None:
    owner, reader, stranger = await world.user("level_own"), await world.user("sees"), await world.user("level_own")
    house = await world.create("house", name="x", owner=owner)
    async with world.scope(reader) as scope:
        with pytest.raises(Denied):
            await grant_share(scope, "house", house, principals.user(stranger), "read")
    async with world.scope(stranger) as scope:
        with pytest.raises(Missing):
            await grant_share(scope, "house", house, principals.user(stranger), "read")
        with pytest.raises(Missing):
            await shares(scope, "house", house)


async def test_a_read_only_role_is_not_raised_by_a_share(world: World) -> None:
    owner, reader = await world.user("level_own"), await world.user("sees")
    house = await world.create("house", name="x", owner=owner)
    async with world.scope(owner) as scope:
        await grant_share(scope, "house", house, principals.user(reader), "edit")
    async with world.scope(reader) as scope:
        assert await allowed(scope, "edit", "house", [house]) == set()


async def test_a_share_with_a_time_limit_ends(world: World) -> None:
    owner, guest = await world.user("level_own"), await world.user("level_own")
    house = await world.create("house", name="x", owner=owner)
    async with world.scope(owner) as scope:
        await grant_share(scope, "house", house, principals.user(guest), "edit", until=datetime.now(UTC) + timedelta(days=1))
    async with world.system() as scope:
        await scope.connection.execute("update {ws}.share set until = now() where record = %(id)s", {"id": house})
    async with world.scope(guest) as scope:
        assert await allowed(scope, "edit", "house", [house]) == set(), "editing ends on the minute"
    async with world.system() as scope:
        assert await end_expired(scope) == 1
    async with world.scope(guest) as scope:
        assert await visible_ids(scope, "house", [house]) == set()


@pytest.mark.parametrize("ending", ["taken back", "over"])
async def test_what_was_passed_on_ends_with_the_right_to_it(world: World, ending: str) -> None:
    owner, first, second, third = [await world.user("level_own") for _ in range(4)]
    house = await world.create("house", name="x", owner=owner)
    async with world.system() as scope:
        await grant_share(scope, "house", house, principals.user(first), "read")
        await grant_share(scope, "house", house, principals.user(second), "read")
        await grant_share(scope, "house", house, principals.user(third), "read")
        passed_on = "update {ws}.share set created_by = %(by)s where record = %(house)s and principal = %(to)s"
        numbers = await principals.numbers(scope.connection, [principals.user(user) for user in (first, second, third)])
        await scope.connection.execute(passed_on, {"by": first, "house": house, "to": numbers[principals.user(second)]})
        await scope.connection.execute(passed_on, {"by": owner, "house": house, "to": numbers[principals.user(third)]})
        if ending == "over":
            over = "update {ws}.share set until = now() where record = %(house)s and principal = %(to)s"
            await scope.connection.execute(over, {"house": house, "to": numbers[principals.user(first)]})
            await end_expired(scope)
    if ending == "taken back":
        async with world.scope(owner) as scope:
            await revoke_share(scope, "house", house, principals.user(first))
    for user, seen in ((first, False), (second, False), (third, True)):
        async with world.scope(user) as scope:
            assert (house in await visible_ids(scope, "house", [house])) is seen
