"""What a workspace's schema holds now, as PostgreSQL's catalogs tell it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from kundig.base.database.connection import Connection


@dataclass(frozen=True, slots=True)
class PresentColumn:
    """A column: its type as PostgreSQL writes it, and its comment."""

    type: str
    comment: str | None


@dataclass(frozen=True, slots=True)
class PresentTable:
    """A table with its columns and about how many rows it has."""

    columns: Mapping[str, PresentColumn]
    rows: int


@dataclass(frozen=True, slots=True)
class PresentIndex:
    """An index: its table, and whether it is valid (a broken CREATE INDEX CONCURRENTLY leaves one that isn't)."""

    table: str
    valid: bool
    unique: bool = False
    """Forbids the same value twice; the primary key's does not count."""
    options: frozenset[str] = frozenset()
    """Storage parameters as `name=value`."""


@dataclass(frozen=True, slots=True)
class Present:
    """Everything by name; constraints with whether they have been checked for the rows that are there."""

    tables: Mapping[str, PresentTable]
    indexes: Mapping[str, PresentIndex]
    constraints: Mapping[str, bool]
    sequences: frozenset[str]


async def read_present(connection: Connection) -> Present:
    """Read the catalogs for the schema of the connection's workspace."""
    schema = {"schema": connection.schema}
    columns: dict[str, dict[str, PresentColumn]] = defaultdict(dict)
    rows: dict[str, int] = {}
    for row in await connection.rows(_COLUMNS, schema):
        columns[row["table"]][row["column"]] = PresentColumn(row["type"], row["comment"])
        rows[row["table"]] = max(int(row["rows"]), 0)
    return Present(
        tables={name: PresentTable(found, rows[name]) for name, found in columns.items()},
        indexes={
            row["name"]: PresentIndex(row["table"], row["valid"], row["unique"], frozenset(row["options"] or ()))
            for row in await connection.rows(_INDEXES, schema)
        },
        constraints={row["name"]: row["valid"] for row in await connection.rows(_CONSTRAINTS, schema)},
        sequences=frozenset(await connection.values(_SEQUENCES, schema)),
    )


_COLUMNS = """
select c.relname as "table", a.attname as "column", format_type(a.atttypid, a.atttypmod) as type,
       col_description(c.oid, a.attnum) as comment, greatest(c.reltuples, pg_relation_size(c.oid) / 500) as rows
  from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
 where n.nspname = %(schema)s and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped"""
_INDEXES = """
select c.relname as name, t.relname as "table", i.indisvalid as valid, i.indisunique and not i.indisprimary as unique,
       c.reloptions as options
  from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
       join pg_class t on t.oid = i.indrelid
 where n.nspname = %(schema)s"""
_CONSTRAINTS = """
select k.conname as name, k.convalidated as valid
  from pg_constraint k join pg_namespace n on n.oid = k.connamespace
 where n.nspname = %(schema)s"""
_SEQUENCES = """
select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where n.nspname = %(schema)s and c.relkind = 'S'"""
