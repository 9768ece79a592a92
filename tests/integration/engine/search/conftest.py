"""The CRM's objects in a workspace of their own, for tests of the doors."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import count

import pytest
from tests.integration.world import World

from kundig import wiring
from kundig.base.context import Workspace
from kundig.base.database import Database
from kundig.engine.policy.applying import settle
from kundig.engine.policy.scope import Scope
from kundig.services.identity.scopes import Scopes


@pytest.fixture(scope="session")
async def crm(database: Database, new_workspace: Callable[[], Awaitable[Workspace]]) -> World:
    """All shipped modules."""
    workspace = await new_workspace()
    scopes = Scopes(wiring.modules())
    await settle(database, workspace, scopes.models)
    return World(database, workspace, scopes, count(1))


class _Undo(Exception):
    pass


@pytest.fixture
async def scope(crm: World) -> AsyncIterator[Scope]:
    """All rights, in a transaction that is undone at the end of the test."""
    try:
        async with crm.system() as opened:
            yield opened
            raise _Undo
    except _Undo:
        pass


@pytest.fixture(scope="session")
async def world(database: Database, new_workspace: Callable[[], Awaitable[Workspace]]) -> World:
    """Houses and rooms, and a role for each level of rights."""
    return await World.made(database, await new_workspace())
