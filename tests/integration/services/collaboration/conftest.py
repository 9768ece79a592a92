"""A small world to test rights in, for all tests of this folder."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from tests.integration.world import World

from kundig.base.context import Workspace
from kundig.base.database import Database


@pytest.fixture(scope="session")
async def world(database: Database, new_workspace: Callable[[], Awaitable[Workspace]]) -> World:
    return await World.made(database, await new_workspace())
