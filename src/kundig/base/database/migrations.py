"""Migrations: numbered SQL files of the rooms and modules, applied forward, each once, under one lock.

A file that contains `{ws}` is applied in every workspace, any other once per database. `{collation}` stands for the collation
that folds Unicode case on this server. What has been applied is never edited: its hash is checked.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from kundig import __version__
from kundig.base.context import Workspace
from kundig.base.database.connection import Connection
from kundig.base.database.transactions import Database
from kundig.base.database.workspaces import all_workspaces
from kundig.base.errors import OutsideFault
from kundig.base.i18n import t

_LOCK = 7_103_254_391_178_201
_COLLATIONS = ("pg_c_utf8", "und-x-icu", "C.utf8")


@dataclass(frozen=True, slots=True)
class MigrationSource:
    """A folder of files `0001_what.sql`, `0002_…`; `name` is stable and unique among all sources."""

    name: str
    folder: Path


@dataclass(frozen=True, slots=True)
class _File:
    source: str
    name: str
    text: str
    digest: str

    @property
    def per_workspace(self) -> bool:
        return "{ws}" in self.text


SYSTEM = MigrationSource("kundig", Path(__file__).parent / "sql")


async def migrate(database: Database, sources: Sequence[MigrationSource]) -> int:
    """Bring database and workspaces to what the program expects; how many files were applied. Waits for another migration."""
    files = [file for source in (SYSTEM, *sources) for file in _files(source)]
    async with _alone(database):
        async with database.owner() as connection:
            applied = await _applied(connection)
        _check(files, applied)
        count = 0
        for file in files:
            if not file.per_workspace and (file.source, file.name, "") not in applied:
                await _apply(database, file, None)
                count += 1
        async with database.owner() as connection:
            workspaces = await all_workspaces(connection)
        for workspace in workspaces:
            count += await _fill(database, files, workspace, applied)
        return count


async def pending(database: Database, sources: Sequence[MigrationSource]) -> int:
    """How many files are still to be applied; raises like `migrate` if the database is newer than the program."""
    files = [file for source in (SYSTEM, *sources) for file in _files(source)]
    async with database.owner() as connection:
        applied = await _applied(connection)
        workspaces = await all_workspaces(connection) if applied else []
    _check(files, applied)
    places = {file: [workspace.schema for workspace in workspaces] if file.per_workspace else [""] for file in files}
    return sum((file.source, file.name, schema) not in applied for file in files for schema in places[file])


async def _fill(database: Database, files: Sequence[_File], workspace: Workspace, applied: dict[tuple[str, str, str], str]) -> int:
    missing = [file for file in files if file.per_workspace and (file.source, file.name, workspace.schema) not in applied]
    for file in missing:
        await _apply(database, file, workspace)
    return len(missing)


@asynccontextmanager
async def _alone(database: Database) -> AsyncIterator[None]:
    async with database.owner_autocommit() as connection:
        await connection.execute("select pg_advisory_lock(%(key)s)", {"key": _LOCK})
        yield


async def _apply(database: Database, file: _File, workspace: Workspace | None) -> None:
    async with database.owner(workspace) as connection:
        text = file.text
        if "{collation}" in text:
            text = text.replace("{collation}", f'"{await _collation(connection)}"')
        await connection.execute(text)
        await connection.execute(
            "insert into kundig.migration (source, name, schema, digest, program)"
            " values (%(source)s, %(name)s, %(schema)s, %(digest)s, %(program)s)",
            {
                "source": file.source,
                "name": file.name,
                "schema": workspace.schema if workspace else "",
                "digest": file.digest,
                "program": __version__,
            },
        )


async def _applied(connection: Connection) -> dict[tuple[str, str, str], str]:
    if await connection.value("select to_regclass('kundig.migration') is null"):
        return {}
    rows = await connection.rows("select source, name, schema, digest from kundig.migration")
    return {(row["source"], row["name"], row["schema"]): row["digest"] for row in rows}


def _check(files: Sequence[_File], applied: dict[tuple[str, str, str], str]) -> None:
    """Refuse a database that a newer program has migrated, and a program whose applied files were edited."""
    known = {(file.source, file.name): file.digest for file in files}
    sources = {file.source for file in files}
    for (source, name, _), digest in applied.items():
        if source in sources and (source, name) not in known:
            raise OutsideFault(
                t(
                    "The database was made by a newer Kundig ({migration}). Install that version, or restore a backup of this one.",
                    migration=f"{source}/{name}",
                )
            )
        if source in sources and known[source, name] != digest:
            raise OutsideFault(
                t(
                    "The migration {migration} was changed after it had been applied. Install an unchanged Kundig.",
                    migration=f"{source}/{name}",
                )
            )


def _files(source: MigrationSource) -> list[_File]:
    paths = sorted(source.folder.glob("[0-9]*.sql"))
    texts = [(path.name, path.read_text(encoding="utf-8")) for path in paths]
    return [_File(source.name, name, text, hashlib.sha256(text.encode()).hexdigest()) for name, text in texts]


async def _collation(connection: Connection) -> str:
    available = await connection.values(
        "select collname from pg_collation where collname = any(%(names)s) and collnamespace = 'pg_catalog'::regnamespace",
        {"names": list(_COLLATIONS)},
    )
    for name in _COLLATIONS:
        if name in available:
            return name
    raise OutsideFault(t("The database has no collation for Unicode. Use PostgreSQL 17 or newer, or one built with ICU."))
