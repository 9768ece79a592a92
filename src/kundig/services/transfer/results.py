"""What an import has made, to go there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import read_many

SHOWN = 24
"""Records of each object that are named."""
_LOOKED_AT = 500
_MADE = """
select object, record from {ws}.change_entry where change = %(change)s and action = any(%(actions)s) limit %(limit)s
"""


async def made_by(scope: Scope, change: UUID) -> dict[str, list[dict[str, Any]]]:
    """Some of the records that a change has made, by object, as links: those that the reader sees. Else some that it changed."""
    for actions in (["create"], ["update"]):
        rows = await scope.connection.rows(_MADE, {"change": change, "actions": actions, "limit": _LOOKED_AT})
        ids: dict[str, list[UUID]] = {}
        for row in rows:
            if row["object"] in scope.access.objects and len(ids.setdefault(row["object"], [])) < SHOWN:
                ids[row["object"]].append(row["record"])
        if ids:
            return {name: await _links(scope, name, records) for name, records in ids.items()}
    return {}


async def _links(scope: Scope, object_: str, ids: list[UUID]) -> list[dict[str, Any]]:
    found = await read_many(scope, object_, ids, ["label"])
    return [{"id": str(id_), "label": msgspec.json.decode(found[id_])["label"]} for id_ in ids if id_ in found]
