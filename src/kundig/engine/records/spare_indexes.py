"""Loading millions of rows is several times faster without secondary indexes, which are built at the end instead."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Self

from kundig.base.database.connection import Connection

# Of an index over partitions PostgreSQL tells how its empty shell is built (`on only`): the partitions would stay without.
_DROPPABLE = """
select c.oid::regclass::text as name, t.relname as table,
       case when c.relkind = 'I' then replace(pg_get_indexdef(c.oid), ' ON ONLY ', ' ON ') else pg_get_indexdef(c.oid) end
         as definition
  from pg_index i join pg_class c on c.oid = i.indexrelid join pg_class t on t.oid = i.indrelid
  join pg_namespace n on n.oid = t.relnamespace left join pg_constraint k on k.conindid = c.oid
 where n.nspname = %(schema)s and not i.indisunique and k.oid is null and not c.relispartition order by 1"""


@dataclass(slots=True)
class SpareIndexes:
    """Indexes that were dropped in this transaction of the owner. Nobody else sees it: they come back, or never went."""

    connection: Connection
    definitions: dict[str, tuple[str, ...]]

    @classmethod
    async def dropped(cls, connection: Connection) -> Self:
        """Drop all indexes that keep nothing unique."""
        found: dict[str, list[str]] = {}
        for row in await connection.rows(_DROPPABLE, {"schema": connection.schema}):
            await connection.execute(f"drop index {row['name']}")
            found.setdefault(row["table"], []).append(row["definition"])
        await connection.execute("set local maintenance_work_mem = '512MB'; set local work_mem = '128MB'")
        return cls(connection, {table: tuple(definitions) for table, definitions in found.items()})

    async def restore(self, tables: Collection[str] | None = None) -> None:
        """Build the indexes of tables again (None: of all that are left) and tell the planner what is in them now."""
        for table in sorted(self.definitions) if tables is None else sorted(tables):
            for definition in self.definitions.pop(table, ()):
                await self.connection.execute(definition)
            await self.connection.execute(f'analyze {{ws}}."{table}"')
