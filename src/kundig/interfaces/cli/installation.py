"""The installation that a command works on: its settings, database, workspace and how scopes are opened in it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from kundig.base.context import Workspace
from kundig.base.database import Database
from kundig.base.database.faults import NothingSetUp
from kundig.base.database.opening import opened
from kundig.base.database.workspaces import workspace_named
from kundig.base.errors import Missing, OutsideFault
from kundig.base.i18n import t
from kundig.base.settings import Settings
from kundig.engine.policy.scope import Scope
from kundig.interfaces.cli.telling import MAIN
from kundig.services.identity.scopes import Scopes


@dataclass(frozen=True)
class Installation:
    """What a command needs, for as long as it runs."""

    settings: Settings
    database: Database
    workspace: Workspace
    scopes: Scopes

    @asynccontextmanager
    async def system(self) -> AsyncIterator[Scope]:
        """A transaction as the program itself: whoever may use the command line may do everything."""
        async with self.database.transaction(self.workspace, timeout_ms=0) as connection:
            yield await self.scopes.of_system(connection, self.workspace, "cli")


@asynccontextmanager
async def installation(workspace: str = MAIN) -> AsyncIterator[Installation]:
    """Open the installation of the settings; raises NothingSetUp, or OutsideFault for an unknown workspace."""
    from kundig import wiring

    settings = Settings.from_environment(os.environ)
    async with opened(settings) as database:
        async with database.transaction(None) as connection:
            if await connection.value("select to_regclass('kundig.membership') is null"):
                raise NothingSetUp
            try:
                found = await workspace_named(connection, workspace)
            except Missing:
                raise OutsideFault(t("There is no workspace “{name}”.", name=workspace)) from None
        yield Installation(settings, database, found, Scopes(wiring.modules()))


__all__ = ["MAIN", "Installation", "installation"]
