"""Roles: what the program may not do even if its code is wrong."""

from __future__ import annotations

import pytest
from psycopg import errors as pg
from tests.conftest import NewWorkspace

from kundig.base.context import Workspace
from kundig.base.database import Database
from kundig.base.database.roles import make_append_only
from kundig.base.database.workspaces import all_workspaces, bump_version, create_workspace, version_of, workspace_named
from kundig.base.errors import Conflict, Invalid, Missing


async def test_no_role_is_superuser_or_passes_by_rights(database: Database) -> None:
    async with database.transaction(None) as connection:
        rows = await connection.rows(
            "select rolname, rolsuper, rolbypassrls, rolcreatedb from pg_roles where rolname like 'kundig\\_%'"
        )
        session = await connection.value("select session_user::text")
    assert session == "kundig_app"
    strong = {row["rolname"] for row in rows if row["rolsuper"] or row["rolbypassrls"] or row["rolcreatedb"]}
    assert strong <= {"kundig_bootstrap"}
    assert {"kundig_owner", "kundig_app", "kundig_read"} <= {row["rolname"] for row in rows}


@pytest.mark.parametrize(
    "statement",
    [
        "create table {ws}.nope (id int)",
        "create schema nope",
        "create table public.nope (id int)",
        "create temporary table nope (id int); alter table kundig.workspace add column nope int",
        "create role nope",
        "drop schema {ws} cascade",
        "set role kundig_owner",
        "update kundig.workspace set kind = 'live'",
        "delete from kundig.migration",
        "copy (select 1) to program 'true'",
        "select pg_read_file('/etc/passwd')",
    ],
)
@pytest.mark.parametrize("inside", [True, False])
async def test_the_application_cannot(database: Database, workspace: Workspace, statement: str, inside: bool) -> None:
    with pytest.raises(pg.InsufficientPrivilege):
        async with database.transaction(workspace if inside else None) as connection:
            connection.enter(workspace)
            await connection.execute(statement)


async def test_a_workspace_does_not_reach_another(database: Database, workspace: Workspace, new_workspace: NewWorkspace) -> None:
    other = await new_workspace()
    for place in (workspace, other):
        async with database.owner(place) as connection:
            await connection.execute("create table if not exists {ws}.reach (id int)")
    async with database.transaction(workspace) as connection:
        assert await connection.value("select count(*) from {ws}.reach") == 0
    for statement in (
        f"select * from {other.schema}.reach",
        f"set local role kundig_{other.schema}; select * from {workspace.schema}.reach",
    ):
        with pytest.raises(pg.InsufficientPrivilege):
            async with database.transaction(workspace) as connection:
                await connection.execute(statement)
    with pytest.raises(pg.InsufficientPrivilege):
        async with database.transaction(workspace) as connection:
            await connection.execute("select * from kundig.workspace")


async def test_without_a_workspace_no_data_is_reached(database: Database, workspace: Workspace) -> None:
    async with database.owner(workspace) as connection:
        await connection.execute("create table if not exists {ws}.reach (id int)")
    with pytest.raises(pg.InsufficientPrivilege):
        async with database.transaction(None) as connection:
            await connection.execute(f"select * from {workspace.schema}.reach")


async def test_a_role_does_not_outlive_its_transaction(database: Database, workspace: Workspace) -> None:
    for _ in range(30):
        async with database.transaction(workspace) as connection:
            assert await connection.value("select current_user::text") == f"kundig_{workspace.schema}"
        async with database.transaction(None) as connection:
            assert await connection.value("select current_user::text") == "kundig_app"


async def test_the_first_statement_can_choose_the_workspace(database: Database, workspace: Workspace) -> None:
    async with database.transaction(None) as connection:
        await connection.row(
            "select name, set_config('role', 'kundig_' || schema, true) from kundig.workspace where name = %(n)s",
            {"n": workspace.name},
        )
        connection.enter(workspace)
        assert await connection.value("select current_user::text") == f"kundig_{workspace.schema}"
        async with connection.directory():
            assert await connection.value("select count(*) from kundig.workspace") >= 1
        assert await connection.value("select current_user::text") == f"kundig_{workspace.schema}"


async def test_a_journal_can_only_be_added_to(database: Database, workspace: Workspace) -> None:
    async with database.owner(workspace) as connection:
        await connection.execute("drop table if exists {ws}.diary; create table {ws}.diary (id int)")
        await make_append_only(connection, "diary")
    async with database.transaction(workspace) as connection:
        await connection.execute("insert into {ws}.diary values (1)")
        assert await connection.value("select id from {ws}.diary") == 1
    for statement in ("update {ws}.diary set id = 2", "delete from {ws}.diary", "truncate {ws}.diary"):
        with pytest.raises(pg.InsufficientPrivilege):
            async with database.transaction(workspace) as connection:
                await connection.execute(statement)


async def test_the_version_is_counted_for_all(database: Database, workspace: Workspace) -> None:
    async with database.transaction(workspace) as connection:
        before = await version_of(connection, workspace)
    async with database.owner(workspace) as connection:
        assert await bump_version(connection, workspace) == before + 1
    async with database.transaction(workspace) as connection:
        assert await version_of(connection, workspace) == before + 1


async def test_the_directory(database: Database, workspace: Workspace) -> None:
    async with database.transaction(None) as connection:
        assert await workspace_named(connection, workspace.name) == workspace
        assert workspace in await all_workspaces(connection)
        with pytest.raises(Missing):
            await workspace_named(connection, "nobody")
    with pytest.raises(Conflict):
        async with database.owner() as connection:
            await create_workspace(connection, workspace)
    with pytest.raises(Invalid):
        async with database.owner() as connection:
            await create_workspace(connection, Workspace('x"; drop schema kundig; --', "ws_x"))
