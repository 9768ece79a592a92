"""Reading one change: who made it, when, why, and whether it was undone. Only of those of which the reader sees an entry."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from kundig.base.errors import Missing
from kundig.engine.history.entries import DELETED
from kundig.engine.history.journal import actor_link, fill_labels, told_at
from kundig.engine.policy.predicates import visible
from kundig.engine.policy.scope import Scope
from kundig.engine.policy.statements import statement
from kundig.engine.schema.bound import BoundObject

# A long change has a row for each of its transactions; the first is when it began.
_HEAD = """
select c.at, c.by_kind, c.by_id, c.source, c.undoes, s.state,
       (select u.id from {ws}.change u where u.undoes = c.id order by u.at limit 1) as undone_by
  from {ws}.change c left join {ws}.change_state s on s.change = c.id
 where c.id = %(id)s order by c.at limit 1
"""
_OBJECTS = "select distinct object from {ws}.change_entry where change = %(id)s"
_UNFINISHED = "select exists (select from {ws}.change_state where change = %(id)s and state = 'running')"


async def read_change(scope: Scope, id_: UUID) -> dict[str, Any]:
    """`{"id", "at", "by", "source", "state"}`, with `undoes` and `undone_by` where there is such a change. Raises Missing.

    `state` is applied, undone, or of a long undo running or refused.
    """
    head = await scope.connection.row(_HEAD, {"id": id_})
    if head is None or not await knows(scope, id_):
        raise Missing
    told: dict[str, Any] = {
        "id": str(id_),
        "at": told_at(head["at"]),
        "by": actor_link(scope, head["by_id"]),
        "source": head["source"],
        "state": head["state"] or "applied",
    }
    for name in ("undoes", "undone_by"):
        if head[name] is not None and await knows(scope, head[name]):
            told[name] = str(head[name])
    if "undone_by" in told and not await scope.connection.value(_UNFINISHED, {"id": head["undone_by"]}):
        told["state"] = "undone"
    await fill_labels(scope, [told])
    return told


async def knows(scope: Scope, id_: UUID) -> bool:
    """Whether the journal of any record shows the reader an entry of this change."""
    for name in sorted(await scope.connection.values(_OBJECTS, {"id": id_})):
        object_ = scope.model.objects.get(name)
        if object_ is None or name not in scope.access.objects:
            continue
        compiled = statement(scope, ("knows change", name), partial(_seen, scope, object_))
        if await scope.connection.value(compiled, {**scope.access.parameters, "change": id_}):
            return True
    return False


def _seen(scope: Scope, object_: BoundObject) -> sa.Select[bool]:
    """Whether one of the change's entries is of a visible record, and says more than what hidden fields held."""
    row = object_.table.alias("r")
    columns = ("change", "object", "record", "action", "old", "new")
    entry = sa.table("change_entry", *map(sa.column, columns), schema=object_.table.schema).alias("e")
    known = [DELETED, *(name for name in object_.fields if name not in scope.rights(object_.name).hidden)]
    names = sa.literal(known, sa.ARRAY(sa.Text()))
    tells = [sa.type_coerce(entry.c[part], JSONB).op("?|")(names) for part in ("old", "new")]
    return sa.select(
        sa.exists().where(
            entry.c.change == sa.bindparam("change", type_=sa.Uuid()),
            entry.c.object == sa.literal(object_.name, sa.Text()),
            entry.c.record == row.c.id,
            sa.or_(entry.c.action == sa.literal("create", sa.Text()), *tells),
            visible(scope.access, object_.name, row),
        )
    )
