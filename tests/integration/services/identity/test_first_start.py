"""The first administrator, once; and never none."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from kundig.base.context import Workspace
from kundig.base.database import Database
from kundig.base.errors import Invalid, Missing
from kundig.engine.policy.applying import settle
from kundig.engine.records.writing import Change, Create, Update
from kundig.services.identity.first_start import claim, first_link_holds, first_start
from kundig.services.identity.links import use_link
from kundig.services.identity.module import MODULE
from kundig.services.identity.scopes import Scopes, user_by_email
from kundig.services.identity.signing_in import sign_in

PASSWORD = "correct horse battery"
NewWorkspace = Callable[[], Awaitable[Workspace]]


@pytest.fixture
async def empty(database: Database, new_workspace: NewWorkspace) -> tuple[Workspace, Scopes]:
    workspace, scopes = await new_workspace(), Scopes([MODULE])
    await settle(database, workspace, scopes.models)
    return workspace, scopes


async def test_a_link_makes_one_administrator(database: Database, empty: tuple[Workspace, Scopes]) -> None:
    workspace, scopes = empty
    old = await first_start(database, scopes, workspace, email=None, password=None)
    new = await first_start(database, scopes, workspace, email=None, password=None)
    assert old is not None
    assert new is not None
    assert not await first_link_holds(database, workspace, old.code, address="192.0.2.1"), "each start prints a new one"
    email = f"boss.{workspace.name}@example.com"
    values = {"name": "Boss", "email": email, "address": "192.0.2.1"}
    with pytest.raises(Missing):
        await claim(database, scopes, workspace, old.code, password=PASSWORD, **values)
    with pytest.raises(Invalid):
        await claim(database, scopes, workspace, new.code, password="short", **values)
    user = await claim(database, scopes, workspace, new.code, password=PASSWORD, **values)
    assert (await sign_in(database, email, PASSWORD, address="192.0.2.1")).user == user
    with pytest.raises(Missing):
        await claim(database, scopes, workspace, new.code, password=PASSWORD, **{**values, "email": "second@example.com"})
    assert await first_start(database, scopes, workspace, email=None, password=None) is None
    async with database.transaction(workspace) as connection:
        scope = await scopes.of_user(connection, workspace, user, "test")
        assert scope.access.everything


async def test_the_administrator_of_the_settings(database: Database, empty: tuple[Workspace, Scopes]) -> None:
    workspace, scopes = empty
    email = f"set.{workspace.name}@example.com"
    made = await first_start(database, scopes, workspace, email=email, password=None)
    assert made is not None
    await use_link(database, made.code, PASSWORD, address="192.0.2.1")
    await sign_in(database, email, PASSWORD, address="192.0.2.1")
    assert await first_start(database, scopes, workspace, email=email, password=PASSWORD) is None


async def test_the_last_administrator_stays(database: Database, empty: tuple[Workspace, Scopes]) -> None:
    workspace, scopes = empty
    email = f"last.{workspace.name}@example.com"
    assert await first_start(database, scopes, workspace, email=email, password=PASSWORD) is None
    async with database.transaction(workspace) as connection:
        user = await user_by_email(connection, email)
    for values in ({"role": []}, {"is_active": False}):
        with pytest.raises(Invalid):
            async with database.transaction(workspace) as connection:
                scope = await scopes.of_system(connection, workspace, "test")
                await Change(scope).write("user", [Update(user, values)])
    async with database.transaction(workspace) as connection:
        scope = await scopes.of_system(connection, workspace, "test")
        second = {"name": "Second", "email": f"second.{workspace.name}@example.com", "role": ["administrator"]}
        await Change(scope).write("user", [Create(second)])
        await Change(scope).write("user", [Update(user, {"role": []})])
