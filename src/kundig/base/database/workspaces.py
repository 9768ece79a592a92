"""The directory of workspaces: which companies there are and where their data is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kundig.base.context import Workspace
from kundig.base.database.connection import Connection
from kundig.base.database.names import schema_name
from kundig.base.database.roles import make_workspace_schema
from kundig.base.database.transactions import Database
from kundig.base.errors import Conflict, Missing
from kundig.base.i18n import t

_COLUMNS = "name, schema, kind, currency, region, language, time_zone"


def workspace_from(row: Mapping[str, Any]) -> Workspace:
    """The workspace of a row of the directory."""
    return Workspace(
        name=row["name"],
        schema=row["schema"],
        kind=row["kind"],
        currency=row["currency"],
        region=row["region"],
        language=row["language"],
        time_zone=row["time_zone"],
    )


async def all_workspaces(connection: Connection) -> list[Workspace]:
    """All workspaces, by name. The transaction must be in none."""
    return [workspace_from(row) for row in await connection.rows(f"select {_COLUMNS} from kundig.workspace order by name")]


async def workspace_named(connection: Connection, name: str) -> Workspace:
    """One workspace by its name, else `Missing`. The transaction must be in none."""
    row = await connection.row(f"select {_COLUMNS} from kundig.workspace where name = %(name)s", {"name": name})
    if row is None:
        raise Missing
    return workspace_from(row)


async def create_workspace(connection: Connection, workspace: Workspace) -> None:
    """Make a workspace's schema, role and directory entry, as the owner; `migrate` fills the schema. Its name must be free."""
    if await connection.value("select true from kundig.workspace where name = %(name)s", {"name": workspace.name}):
        raise Conflict(t("There is a workspace “{name}” already.", name=workspace.name))
    await make_workspace_schema(connection, schema_name(workspace.name))
    await connection.execute(
        "insert into kundig.workspace (name, schema, kind, currency, region, language, time_zone)"
        " values (%(name)s, %(schema)s, %(kind)s, %(currency)s, %(region)s, %(language)s, %(time_zone)s)",
        {
            "name": workspace.name,
            "schema": schema_name(workspace.name),
            "kind": workspace.kind,
            "currency": workspace.currency,
            "region": workspace.region,
            "language": workspace.language,
            "time_zone": workspace.time_zone,
        },
    )


async def drop_workspace(connection: Connection, name: str) -> None:
    """Remove a workspace with all its data, as the owner. There is no way back."""
    schema = schema_name(name)
    await connection.execute(f"drop schema if exists {schema} cascade")
    await connection.execute("delete from kundig.migration where schema = %(schema)s", {"schema": schema})
    await connection.execute("delete from kundig.workspace where name = %(name)s", {"name": name})


async def version_of(connection: Connection, workspace: Workspace) -> int:
    """The version of the workspace's model and policy; caches made under another one are stale."""
    version: int = await connection.value("select kundig.version_of(%(schema)s)", {"schema": workspace.schema})
    return version


async def bump_version(connection: Connection, workspace: Workspace) -> int:
    """Tell all processes that model or policy of the workspace changed, from the end of this transaction on."""
    version: int = await connection.value("select kundig.bump_version(%(schema)s)", {"schema": workspace.schema})
    return version


async def ensure_workspace(database: Database, workspace: Workspace) -> None:
    """Make this workspace if there is none at all."""
    async with database.owner() as connection:
        if await connection.value("select not exists (select from kundig.workspace)"):
            await create_workspace(connection, workspace)


async def mark_restored(database: Database) -> None:
    """Make all live workspaces copies: what they would send stays in the house."""
    async with database.owner() as connection:
        await connection.execute("update kundig.workspace set kind = 'restored' where kind = 'live'")
