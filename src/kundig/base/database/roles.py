"""The roles: owner, application, reader, and one per workspace. Made once by whoever may make roles, never superuser."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg import errors as pg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from kundig.base.database.address import Address
from kundig.base.database.connection import Connection
from kundig.base.database.names import APP, OWNER, READ, quoted, workspace_role
from kundig.base.database.pools import connected
from kundig.base.errors import OutsideFault
from kundig.base.i18n import t

_ATTRIBUTES = {
    # The owner makes the role of each new workspace.
    OWNER: "login createrole nosuperuser nobypassrls",
    # NOINHERIT: the rights of a workspace only while a transaction has taken its role.
    APP: "login noinherit nosuperuser nobypassrls nocreatedb nocreaterole",
    READ: "login nosuperuser nobypassrls nocreatedb nocreaterole",
}


async def ensure_roles(address: Address, data: Path) -> None:
    """See that all roles can log in; make them if they are missing and the configured user may.

    Otherwise one sentence names a file in the data folder with the SQL that an administrator must run.
    """
    path = data / "roles.sql"
    if await _can_log_in(address):
        path.unlink(missing_ok=True)  # it holds their passwords
        return
    statements = [statement.as_string() for statement in _making(address)]
    try:
        async with connected(address.bootstrap) as raw:
            await _check_server(raw)
            for statement in statements:
                await _once_in_cluster(raw, statement)
    except pg.InsufficientPrivilege as error:
        path.touch(mode=0o600)
        path.write_text("".join(f"{statement};\n" for statement in statements))
        raise OutsideFault(
            t(
                "Kundig needs its own roles in the database {database}, and its user may not make them."
                " Let an administrator run {file} there, then start again.",
                database=address.name,
                file=str(path),
            )
        ) from error
    if not await _can_log_in(address):
        raise OutsideFault(
            t(
                "The role kundig_app in {database} has another password than this installation's."
                " Use the KUNDIG_SECRET_KEY it was made with.",
                database=address.name,
            )
        )


async def renew_passwords(former: Address, address: Address) -> None:
    """Give each role the password that the secret key of today makes, by logging in with the former one."""
    for role, login in address.logins:
        password = sql.Literal(conninfo_to_dict(login).get("password"))
        try:
            async with await psycopg.AsyncConnection.connect(login, connect_timeout=5):
                continue  # done already, before an interruption
        except psycopg.OperationalError:
            pass
        try:
            raw = await psycopg.AsyncConnection.connect(former.login(role), connect_timeout=5, autocommit=True)
        except psycopg.OperationalError as error:
            raise OutsideFault(
                t(
                    "The role {role} in {database} can log in by neither key. Is KUNDIG_SECRET_KEY_OLD that of this installation?",
                    role=role,
                    database=address.name,
                )
            ) from error
        async with raw:
            await raw.execute(sql.SQL("alter role {} password {}").format(sql.Identifier(role), password))


async def _can_log_in(address: Address) -> bool:
    for role in (OWNER, APP):
        try:
            raw = await psycopg.AsyncConnection.connect(address.login(role), connect_timeout=5, autocommit=True)
        except psycopg.OperationalError:
            return False
        async with raw:
            cursor = await raw.execute(
                "select has_database_privilege(current_user, current_database(), 'create'), rolsuper or rolbypassrls"
                " from pg_roles where rolname = current_user"
            )
            may_create, may_everything = await cursor.fetchone() or (False, False)
            if may_everything:
                raise OutsideFault(
                    t(
                        "The role {role} in {database} may do everything, so nothing would keep companies apart."
                        " Let an administrator run: alter role {role} nosuperuser nobypassrls",
                        role=role,
                        database=address.name,
                    )
                )
            if role == OWNER and not may_create:
                return False
    return True


async def _check_server(raw: psycopg.AsyncConnection[Any]) -> None:
    if raw.info.server_version < 150000:
        raise OutsideFault(t("This is PostgreSQL {version}. Kundig needs 15 or newer.", version=raw.info.server_version // 10000))
    if raw.info.parameter_status("server_encoding") != "UTF8":
        raise OutsideFault(t("The database must be made with the encoding UTF8."))


def _making(address: Address) -> list[sql.Composed]:
    """The SQL that makes roles that are missing and gives them this database; it may be run again."""
    statements = []
    for role, attributes in _ATTRIBUTES.items():
        parts: Mapping[str, Any] = conninfo_to_dict(address.login(role))
        create = sql.SQL("create role {} {}").format(sql.Identifier(role), sql.SQL(attributes))
        if parts.get("password"):
            create += sql.SQL(" password {}").format(sql.Literal(parts["password"]))
        exists = sql.SQL("if not exists (select from pg_roles where rolname = {})").format(sql.Literal(role))
        body = sql.SQL("begin {} then {}; end if; end").format(exists, create).as_string()
        statements.append(sql.SQL("do {}").format(sql.Literal(body)))
    database = sql.Identifier(
        str(conninfo_to_dict(address.bootstrap).get("dbname") or conninfo_to_dict(address.bootstrap).get("user") or "postgres")
    )
    statements += [
        sql.SQL("grant create, connect, temporary on database {} to {}").format(database, sql.Identifier(OWNER)),
        sql.SQL("grant connect on database {} to {}, {}").format(database, sql.Identifier(APP), sql.Identifier(READ)),
        sql.SQL("revoke create on schema public from public").format(),
    ]
    return statements


async def make_workspace_role(connection: Connection, schema: str) -> None:
    """Make the role of a workspace, as the owner, if it is not there; the application may take it."""
    name = workspace_role(schema)
    exists = f"if not exists (select from pg_roles where rolname = '{name}')"
    await _once_in_cluster(connection.raw, f"do $$ begin {exists} then create role {quoted(name)} nologin; end if; end $$")
    granted = f"if not pg_has_role('{APP}', '{name}', 'member')"
    await _once_in_cluster(connection.raw, f"do $$ begin {granted} then grant {quoted(name)} to {quoted(APP)}; end if; end $$")


async def _once_in_cluster(raw: psycopg.AsyncConnection[Any], statement: str) -> None:
    """Run what concerns roles. They belong to all databases of a cluster, and installations in it may start at the same moment."""
    for _ in range(5):
        try:
            async with raw.transaction():
                await raw.execute(statement)
        except (pg.DuplicateObject, pg.UniqueViolation, pg.InternalError_):
            await asyncio.sleep(0.05)
        else:
            return
    await raw.execute(statement)


async def make_workspace_schema(connection: Connection, schema: str) -> None:
    """Make the schema of a workspace with its role, as the owner. Tables the owner makes in it later can be used by the role."""
    role, owner, place = quoted(workspace_role(schema)), quoted(OWNER), quoted(schema)
    await make_workspace_role(connection, schema)
    await connection.execute(f"create schema {place}")
    await connection.execute(f"grant usage on schema {place} to {role}")
    for rights in ("select, insert, update, delete on tables", "usage on sequences"):
        await connection.execute(f"alter default privileges for role {owner} in schema {place} grant {rights} to {role}")


async def make_append_only(connection: Connection, table: str) -> None:
    """Let the workspace add to and read a table, but change nothing in it: journal, audit. Call it as the owner after CREATE."""
    await connection.execute(
        f"revoke update, delete on {{ws}}.{quoted(table)} from {quoted(workspace_role(connection.schema or ''))}"
    )
