"""The values of fields as contract JSON, by record: what journal and undo compare. Lists of whole records: `engine.records`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa

from kundig.base.database.connection import Compiled, Connection, compile_statement
from kundig.engine.schema.bound import BoundObject
from kundig.engine.schema.fields.contract import Reading


def values_statement(object_: BoundObject, names: Iterable[str], reading: Reading) -> Compiled:
    """Selects `id` and `values` (JSON text) of the records in `%(ids)s`, in the trash or not."""
    row = object_.table.alias("r")
    shown = [object_.fields[name].type.select(object_.fields[name], row, reading).label(name) for name in names]
    inner = (
        sa.select(row.c.id.label("_id"), *shown)
        .where(row.c.id == sa.any_(sa.bindparam("ids", type_=sa.ARRAY(sa.UUID()))))
        .subquery("v")
    )
    json = sa.cast(sa.func.to_jsonb(inner.table_valued()) - "_id", sa.Text)
    return compile_statement(sa.select(inner.c["_id"].label("id"), json.label("values")))


async def read_values(
    connection: Connection, statement: Compiled, ids: Sequence[UUID], params: Mapping[str, Any] = MappingProxyType({})
) -> dict[UUID, dict[str, Any]]:
    """Run a `values_statement` for some records; `params` holds what its reading binds."""
    rows = await connection.rows(statement, {**params, "ids": list(ids)})
    return {row["id"]: msgspec.json.decode(row["values"]) for row in rows}
