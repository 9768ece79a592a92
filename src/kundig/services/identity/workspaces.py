"""Bringing a workspace to its model: tables, stages, principals. At every start; applying configuration does the same."""

from __future__ import annotations

from kundig.base.context import Workspace
from kundig.base.database import Database
from kundig.engine.policy.applying import settle
from kundig.engine.policy.models import Models


async def bring_up(database: Database, models: Models, workspace: Workspace) -> None:
    """Make or change what the model of the workspace needs; nothing if all is there. Works as the owner."""
    await settle(database, workspace, models)
