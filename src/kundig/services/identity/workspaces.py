"""Bringing a workspace to its model: tables, stages, principals. At every start, and when configuration is applied."""

from __future__ import annotations

from collections.abc import Iterator

from kundig.base.context import Workspace
from kundig.base.database import Connection, Database
from kundig.base.database.workspaces import version_of
from kundig.engine.configuration.store import stored_documents
from kundig.engine.policy import principals
from kundig.engine.policy.models import Models
from kundig.engine.policy.policies import policies_of
from kundig.engine.schema.ddl.applying import apply_model
from kundig.engine.schema.model import Model, build_model


async def bring_up(database: Database, models: Models, workspace: Workspace) -> None:
    """Make or change what the model of the workspace needs; nothing if all is there. Works as the owner."""
    async with database.owner(workspace) as connection:
        version = await version_of(connection, workspace)
        model = build_model(models.define(await stored_documents(connection)), workspace.schema, version)
    await apply_model(database, workspace, model)
    async with database.owner(workspace) as connection:
        await ensure_principals(connection, model)


async def ensure_principals(connection: Connection, model: Model) -> None:
    """Numbers for all roles, and for the filters of roles and rules."""
    await principals.ensure(connection, _principals(model))


def _principals(model: Model) -> Iterator[principals.Principal]:
    policies = policies_of(model)
    yield from map(principals.role, policies.roles)
    for object_ in model.objects.values():
        yield from (found.principal for found in policies.filters(object_.definition))
