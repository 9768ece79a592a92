"""Users as records: what is accepted, and that nobody raises their own rights."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from tests.integration.world import World

from kundig.base.errors import Denied, Invalid, KundigError
from kundig.engine.records.undo import undo
from kundig.engine.records.writing import Change, Create, Delete, Update
from kundig.services.identity.scopes import own_record


async def changes(world: World, actor: UUID, user: UUID, **values: Any) -> None:
    async with world.scope(actor) as scope:
        await Change(own_record(scope, "user", user)).write("user", [Update(user, values)])


async def role_of(world: World, user: UUID) -> list[str]:
    async with world.system() as scope:
        found: list[str] = await scope.connection.value('select role from {ws}."user" where id = %(id)s', {"id": user})
    return found


def codes(error: Invalid) -> set[tuple[str, str]]:
    return {(item.field, item.code) for item in error.errors}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"email": "no address"}, "email"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"time_zone": "../etc/passwd"}, "time_zone"),
        ({"language": "xx"}, "language"),
        ({"role": ["emperor"]}, "role"),
        ({"role": ["everyone"]}, "role"),
    ],
)
async def test_what_makes_no_sense_is_refused(world: World, values: dict[str, Any], field: str) -> None:
    user = await world.user("level_own")
    with pytest.raises(Invalid) as refused:
        await world.update("user", user, **values)
    assert {name for name, _ in codes(refused.value)} == {field}


async def test_users_change_their_own_name_language_and_time_zone(world: World) -> None:
    user = await world.user("level_own")
    await changes(world, user, user, name="Renamed", language="en", time_zone="America/New_York")
    async with world.scope(user) as scope:
        assert scope.context.language == "en"
        assert scope.context.time_zone.key == "America/New_York"


@pytest.mark.parametrize(
    "values", [{"role": ["administrator"]}, {"email": "evil@example.com"}, {"is_active": False}, {"teams": []}]
)
async def test_users_change_nothing_else_of_themselves(world: World, values: dict[str, Any]) -> None:
    user = await world.user("level_all")
    with pytest.raises(KundigError):
        await changes(world, user, user, **values)
    assert await role_of(world, user) == ["level_all"]


async def test_users_change_nothing_of_others(world: World) -> None:
    user, other = await world.user("level_all"), await world.user("level_own")
    with pytest.raises(Denied):
        await changes(world, user, other, name="Renamed")
    with pytest.raises(Denied):
        async with world.scope(user) as scope:
            await Change(scope).write("user", [Create({"name": "x", "email": "x@example.com", "role": ["administrator"]})])


async def test_the_directory_tells_names_only(world: World) -> None:
    user = await world.user("level_all")
    async with world.scope(user) as scope:
        shown = set(scope.model.objects["user"].fields) - scope.access.objects["user"].hidden
    assert shown == {"name", "version"}


async def test_an_undo_does_not_bring_rights_back(world: World) -> None:
    user = await world.user("level_all")
    async with world.system() as scope:
        change = Change(scope)
        await change.write("user", [Update(user, {"role": ["level_own"]})])
    with pytest.raises(KundigError):
        async with world.scope(user) as scope:
            await undo(own_record(scope, "user", user), change.id)
    assert await role_of(world, user) == ["level_own"]


async def test_administrators_give_roles_but_not_to_themselves(world: World) -> None:
    first, second = await world.user("administrator"), await world.user("level_own")
    await changes(world, first, second, role=["administrator"])
    assert await role_of(world, second) == ["administrator"]
    with pytest.raises(Invalid):
        await changes(world, first, first, role=["level_own"])
    await changes(world, second, first, role=["level_own"])
    assert await role_of(world, first) == ["level_own"]


async def test_users_are_not_deleted(world: World) -> None:
    user = await world.user("level_own")
    with pytest.raises(Invalid):
        async with world.system() as scope:
            await Change(scope).write("user", [Delete(user)])


async def test_a_lost_role_is_lost_with_the_next_request(world: World) -> None:
    user = await world.user("level_all")
    async with world.scope(user) as scope:
        assert scope.access.objects["house"].reads is None
    await world.update("user", user, role=[])
    async with world.scope(user) as scope:
        assert "house" not in scope.access.objects
