"""Workspaces with all shipped objects, called in-process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.integration.rights.crm import Crm
from tests.integration.rights.twin_answers import World
from tests.integration.rights.twins import TAGGED, furnish

from kundig.base.context import Workspace
from kundig.base.database import Database
from kundig.interfaces.web import edge


@pytest.fixture(scope="module")
async def new_crm(
    database: Database, new_workspace: Callable[[], Awaitable[Workspace]], data: Path
) -> AsyncIterator[Callable[[], Awaitable[Crm]]]:
    async with AsyncExitStack() as stack:
        # The same form token on every page of a session, so that pages can be compared.
        stack.enter_context(pytest.MonkeyPatch.context()).setattr(edge, "token_hex", lambda size: "5a" * size)

        async def make() -> Crm:
            return await Crm.opened(database, await new_workspace(), data, stack)

        yield make


@pytest.fixture(scope="module")
async def worlds(new_crm: Callable[[], Awaitable[Crm]]) -> tuple[World, World]:
    """Two that differ in what a clerk may not see, each with the clerk at work."""
    first, second = [await furnish(await new_crm(), name) for name in TAGGED]
    return await World.of(first), await World.of(second)
