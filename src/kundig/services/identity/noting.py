"""From the directory of sign-ins into a workspace, to note there in the audit trail what has just happened."""

from __future__ import annotations

from uuid import UUID

from kundig.base.context import Actor, Context, Workspace
from kundig.base.database import Connection

NOBODY = Actor("nobody")
"""Who has not proved who they are."""


async def in_workspace(connection: Connection, workspace: Workspace, user: UUID | None, address: str | None) -> Context:
    """Go on in a workspace as one of its users, or as somebody unknown; the transaction was in none."""
    connection.enter(workspace, role_set=False)
    await connection.take_role()
    actor = NOBODY if user is None else Actor("user", user, user)
    return Context(connection, workspace, actor, "web", address=address)
