"""What became of a record since a version that somebody has seen: from it two people's edits are put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kundig.engine.history.journal import actor_link, fill_labels, told_at
from kundig.engine.history.telling import tells
from kundig.engine.policy.scope import Scope

_LATER = """
select o.key as field, o.value as old, e.new -> o.key as new, e.version, c.by_id, e.at
  from {ws}.change_entry e join {ws}.change c on c.id = e.change and c.at = e.at, jsonb_each(e.old) o
 where e.object = %(object)s and e.record = %(record)s and e.version > %(version)s
 order by e.version
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
    kept = [row for row in rows if row["field"] in fields and row["field"] not in hidden]
    steps: list[dict[str, Any]] = [{"old": row["old"], "new": row["new"], "by": actor_link(scope, row["by_id"])} for row in kept]
    await fill_labels(scope, steps)
    found: dict[str, Later] = {}
    for row, step in zip(kept, steps, strict=True):
        if tells(step["old"], step["new"]):
            before = found[row["field"]].before if row["field"] in found else step["old"]
            found[row["field"]] = Later(before, row["version"], step["by"] and step["by"]["label"], told_at(row["at"]))
    scope.has_read(object_, found, [id_])
    return found
