"""Migrations: forward, once, one at a time, and never over a newer database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.conftest import NewWorkspace

from kundig.base.context import Workspace
from kundig.base.database import Database, MigrationSource, migrate
from kundig.base.database.migrations import pending
from kundig.base.errors import OutsideFault


@pytest.fixture
async def source(tmp_path: Path, database: Database) -> AsyncIterator[MigrationSource]:
    (tmp_path / "0001_things.sql").write_text("create table kundig.test_thing (n int); insert into kundig.test_thing values (1);")
    (tmp_path / "0002_mine.sql").write_text("create table {ws}.test_mine (name text collate {collation});")
    yield MigrationSource("test", tmp_path)
    async with database.owner() as connection:
        await connection.execute("drop table if exists kundig.test_thing")
        for schema in await connection.values("select schema from kundig.workspace"):
            await connection.execute(f"drop table if exists {schema}.test_mine")
        await connection.execute("delete from kundig.migration where source = 'test'")


async def test_applied_once_per_database_and_per_workspace(
    database: Database, workspace: Workspace, source: MigrationSource, new_workspace: NewWorkspace
) -> None:
    assert await pending(database, [source]) >= 2
    await asyncio.gather(*(migrate(database, [source]) for _ in range(4)))
    assert await migrate(database, [source]) == 0
    assert await pending(database, [source]) == 0
    async with database.transaction(None) as connection:
        assert await connection.value("select count(*) from kundig.test_thing") == 1
    async with database.transaction(workspace) as connection:
        await connection.execute("insert into {ws}.test_mine values ('x')")
    later = await new_workspace()
    assert await migrate(database, [source]) == 1
    async with database.transaction(later) as connection:
        assert await connection.value("select count(*) from {ws}.test_mine") == 0


async def test_a_file_that_fails_leaves_nothing_and_can_be_mended(
    database: Database, workspace: Workspace, source: MigrationSource
) -> None:
    (source.folder / "0003_wrong.sql").write_text("create table kundig.test_half (n int); select * from nowhere;")
    with pytest.raises(Exception, match="nowhere"):
        await migrate(database, [source])
    async with database.owner() as connection:
        assert await connection.value("select to_regclass('kundig.test_half') is null")
    (source.folder / "0003_wrong.sql").unlink()
    await migrate(database, [source])


async def test_an_edited_file_is_noticed(database: Database, source: MigrationSource) -> None:
    await migrate(database, [source])
    (source.folder / "0001_things.sql").write_text("create table kundig.other (n int);")
    with pytest.raises(OutsideFault, match="test/0001_things"):
        await migrate(database, [source])


async def test_a_newer_database_is_left_alone(database: Database, source: MigrationSource) -> None:
    await migrate(database, [source])
    (source.folder / "0002_mine.sql").unlink()
    for look in (migrate, pending):
        with pytest.raises(OutsideFault, match="newer"):
            await look(database, [source])


async def test_an_uninstalled_plug_in_does_not_stop_the_start(database: Database, source: MigrationSource) -> None:
    await migrate(database, [source])
    assert await migrate(database, []) == 0
