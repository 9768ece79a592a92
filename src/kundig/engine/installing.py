"""Making a database ready for this version of the program, at the first start and after every upgrade."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from kundig.base.context import Workspace
from kundig.base.database import Database, MigrationSource, migrate
from kundig.base.database.address import Address
from kundig.base.database.roles import ensure_roles
from kundig.base.database.workspaces import all_workspaces, ensure_workspace
from kundig.base.jobs import prepare_jobs
from kundig.engine.history.partitions import ensure_partitions
from kundig.engine.policy.applying import refuse_misfit, settle
from kundig.engine.policy.models import Models


async def install(address: Address, data: Path, first: Workspace, sources: Sequence[MigrationSource], models: Models) -> None:
    """Roles, migrations, queue, the first workspace, and the tables of all workspaces by their `models`; safe to repeat.

    Raises OutsideFault, with nothing changed, if `models` and a workspace's own documents don't fit together.
    """
    await ensure_roles(address, data)
    database = Database(address)  # not opened: only the owner's own connections are used
    for workspace in await _here_before(database):
        await refuse_misfit(database, workspace, models)
    await migrate(database, [])
    await prepare_jobs(database)
    await ensure_workspace(database, first)
    await migrate(database, sources)
    async with database.owner() as connection:
        workspaces = await all_workspaces(connection)
    for workspace in workspaces:
        await settle(database, workspace, models)
        async with database.owner(workspace) as connection:
            await ensure_partitions(connection, datetime.now(UTC).date())


async def _here_before(database: Database) -> list[Workspace]:
    """The workspaces of a database that may be older, by what their table has always told; none in one that is new."""
    async with database.owner() as connection:
        if not await connection.value("select to_regclass('kundig.workspace') is not null"):
            return []
        return [Workspace(**row) for row in await connection.rows("select name, schema from kundig.workspace order by name")]
