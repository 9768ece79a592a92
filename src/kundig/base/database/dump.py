"""Dumping and restoring a database with PostgreSQL's own programs, those of the machine or of the wheel."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from kundig.base.database import binaries
from kundig.base.database.address import Address
from kundig.base.database.connection import Connection
from kundig.base.database.names import OWNER
from kundig.base.database.roles import make_workspace_role
from kundig.base.database.transactions import Database
from kundig.base.errors import Conflict, OutsideFault
from kundig.base.i18n import t

_SCHEMAS = ("kundig", "jobs", "ws_*")


def dump(address: Address, path: Path) -> None:
    """Write one consistent picture of everything into a file, while others go on working."""
    _run("pg_dump", address, ["--format=custom", "--no-owner", f"--file={path}", *(f"--schema={name}" for name in _SCHEMAS)])


async def restore(database: Database, path: Path, schemas: list[str]) -> None:
    """Fill an empty database from a file that `dump` wrote, all or nothing. `schemas` are those of the workspaces."""
    async with database.owner() as connection:
        await _check_empty(connection)
        for schema in schemas:
            await make_workspace_role(connection, schema)
    try:
        _run("pg_restore", database.address, ["--no-owner", "--exit-on-error", "--single-transaction", str(path)])
    except OutsideFault as fault:
        raise OutsideFault(t("The backup could not be restored, and nothing was changed: {reason}", reason=fault.text)) from fault


async def _check_empty(connection: Connection) -> None:
    if await connection.value("select to_regnamespace('kundig') is not null or to_regnamespace('jobs') is not null"):
        raise Conflict(
            t(
                "There is data in this database already. Restore into an empty one: set KUNDIG_DATA to a new folder,"
                " or KUNDIG_DATABASE_URL to a new database."
            )
        )


def _run(program: str, address: Address, arguments: list[str]) -> None:
    parts = conninfo_to_dict(address.login(OWNER))
    # Passwords go through the environment, since everybody on the machine can read arguments.
    password = parts.pop("password", None)
    environment = {**os.environ, "LC_ALL": "C", **({"PGPASSWORD": str(password)} if password else {})}
    done = subprocess.run(  # noqa: S603 - PostgreSQL's programs with our arguments
        [str(_program(program, address)), f"--dbname={make_conninfo('', **parts)}", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if "error:" in line] or done.stderr.splitlines() or [program]
        raise OutsideFault(t("{program} failed: {reason}", program=program, reason=lines[0].split("error: ", 1)[-1]))


def _program(name: str, address: Address) -> Path:
    """The program of the wheel, or of the machine for a server elsewhere: the wheel's knows no TLS."""
    if address.embedded:
        return binaries.folder() / name
    with psycopg.connect(address.login(OWNER)) as connection:
        needed = connection.info.server_version // 10000
    found = shutil.which(name)
    if found:
        version = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603 - found on PATH
        number = re.search(r"(\d+)", version)
        if number and int(number[1]) >= needed:
            return Path(found)
    if needed > binaries.MAJOR:
        raise OutsideFault(t("Install {program} of PostgreSQL {version} on this machine.", program=name, version=needed))
    return binaries.folder() / name
