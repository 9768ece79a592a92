"""Indexes that are dropped for the time of a big load come back as they were, on partitions too."""

from __future__ import annotations

from importlib.resources import files

import pytest

from kundig.engine.records.spare_indexes import SpareIndexes

_INDEXES = """
select i.indrelid::regclass::text as table, i.indkey::text as columns, i.indisvalid as valid, i.indpred is not null as partial
  from pg_index i join pg_class c on c.oid = i.indexrelid where c.relnamespace = %(schema)s::regnamespace"""


class _Undo(Exception):
    pass


async def test_indexes_come_back_on_partitions_too(crm):
    with pytest.raises(_Undo):
        async with crm.database.owner(crm.workspace) as connection:
            before = await _indexes(connection)
            spare = await SpareIndexes.dropped(connection)
            assert len(await _indexes(connection)) < len(before)
            await spare.restore()
            assert await _indexes(connection) == before
            raise _Undo


async def test_a_migration_builds_those_that_were_left_out(crm):
    mend = files("kundig.engine").joinpath("sql/0011_journal_indexes.sql").read_text(encoding="utf-8")
    with pytest.raises(_Undo):
        async with crm.database.owner(crm.workspace) as connection:
            before = await _indexes(connection)
            await connection.execute(
                "drop index {ws}.change_entry_change; create index change_entry_change on only {ws}.change_entry (change)"
            )
            assert await _indexes(connection) != before
            await connection.execute(mend)
            assert await _indexes(connection) == before
            raise _Undo


async def _indexes(connection):
    rows = await connection.rows(_INDEXES, {"schema": connection.schema})
    return sorted(tuple(row.values()) for row in rows)
