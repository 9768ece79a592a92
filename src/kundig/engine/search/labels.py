"""What hits are called, as far as the actor may know what their names are made of."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from psycopg.types.json import Jsonb

from kundig.base.database.connection import Compiled, compile_statement
from kundig.engine.policy.predicates import AccessReading
from kundig.engine.policy.scope import Scope

_Hit = tuple[str, UUID]


async def labels_of(scope: Scope, objects: Sequence[str], hits: Sequence[_Hit]) -> dict[_Hit, str]:
    """The names of records of the given objects; those that are not there any more are left out."""
    if not hits:
        return {}
    key, kept = ("labels of hits", tuple(objects), scope.access.shape), scope.policies.compiled
    if key not in kept:
        kept[key] = _statement(scope, objects)
    named = Jsonb([{"object": object_, "record": str(record)} for object_, record in hits])
    rows = await scope.connection.rows(kept[key], {"hits": named, **scope.access.parameters})
    return {(row["object"], row["record"]): row["label"] for row in rows if row["label"] is not None}


def _statement(scope: Scope, objects: Sequence[str]) -> Compiled:
    """One look-up for each object. With so many its plan is kept: it does not depend on what is looked for."""
    labels = " ".join(f"when '{name}' then ({_label(scope, name)})" for name in objects)
    text = f"""/* {scope.model.schema} {scope.model.version} */ select h.object, h.record, case h.object {labels} end as label
      from jsonb_to_recordset(%(hits)s) as h(object text, record uuid)"""
    return Compiled(text, prepare=True)


def _label(scope: Scope, object_: str) -> str:
    row = scope.model.objects[object_].table.alias("o")
    name = AccessReading.of(scope).name(object_, row)
    found = sa.select(name).where(row.c.id == sa.literal_column("h.record"), row.c.deleted_at.is_(None))
    return compile_statement(found).text
