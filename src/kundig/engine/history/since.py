"""What became of a record since a version that somebody has seen: from it two people's edits are put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kundig.engine.history.journal import actor_link, fill_labels, told_at
from kundig.engine.policy.scope import Scope

_LATER = """
select o.key as field, (array_agg(o.value order by e.version))[1] as before, max(e.version) as version,
       (array_agg(c.by_id order by e.version desc))[1] as by_id, max(e.at) as at
  from {ws}.change_entry e join {ws}.change c on c.id = e.change and c.at = e.at, jsonb_each(e.old) o
 where e.object = %(object)s and e.record = %(record)s and e.version > %(version)s
 group by o.key
"""


@dataclass(frozen=True, slots=True)
class Later:
    """What others did to a field: its value before, and who changed it last, in which version and when."""

    before: Any
    version: int
    by: str | None
    """None where the reader may not know, or for the program itself."""
    at: str


async def changed_since(scope: Scope, object_: str, id_: UUID, version: int) -> dict[str, Later]:
    """The fields that were changed after a version, as far as the reader may know them; the reader must see the record."""
    hidden, fields = scope.rights(object_).hidden, scope.model.objects[object_].fields
    rows = await scope.connection.rows(_LATER, {"object": object_, "record": id_, "version": version})
    told: list[dict[str, Any]] = [
        {**row, "by": actor_link(scope, row["by_id"])} for row in rows if row["field"] in fields and row["field"] not in hidden
    ]
    scope.has_read(object_, (row["field"] for row in told), [id_])
    await fill_labels(scope, told)
    return {
        row["field"]: Later(row["before"], row["version"], row["by"] and row["by"]["label"], told_at(row["at"])) for row in told
    }
