"""Partitions of the journal: made ahead, append-only like their parent, never over rows that are there."""

from __future__ import annotations

from datetime import UTC, date, datetime

import psycopg
import pytest
from tests.integration.world import World

from kundig.base.database import Database
from kundig.engine.history.partitions import AHEAD, ensure_partitions
from kundig.engine.records.writing import Create, write


async def test_months_are_made_ahead_once(database: Database, world: World) -> None:
    """This month and the next ones; a second run finds nothing to do."""
    async with database.owner(world.workspace) as connection:
        assert await ensure_partitions(connection, date(2031, 11, 23)) == 2 * (AHEAD + 1)
        assert await ensure_partitions(connection, date(2031, 11, 23)) == 0
        names = await connection.values("select relname from pg_class where relname like 'change_203%' order by relname")
    assert {"change_2031_11", "change_2032_02"} <= set(names)


async def test_a_partition_is_append_only_for_the_servers(database: Database, world: World) -> None:
    """The workspace's role may not change what happened, not even in the partition itself."""
    async with database.owner(world.workspace) as connection:
        await ensure_partitions(connection, date(2033, 1, 1))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with database.transaction(world.workspace) as connection:
            await connection.execute("delete from {ws}.change_2033_01")


async def test_a_month_with_rows_stays_where_it_is(database: Database, world: World) -> None:
    """Rows in the default partition keep their month there; writing goes on."""
    async with world.system() as scope:
        object_ = next(o.name for o in scope.model.objects.values() if o.definition.storage == "record" and not o.definition.system)
        first = next(f.name for f in scope.model.objects[object_].fields.values() if f.definition.required)
        await write(scope, object_, [Create({first: "vorher"})])
    async with database.owner(world.workspace) as connection:
        await ensure_partitions(connection, datetime.now(UTC).date())
        this_month = f"change_{datetime.now(UTC):%Y_%m}"
        assert not await connection.value("select to_regclass(%(name)s)", {"name": f"{world.workspace.schema}.{this_month}"})
