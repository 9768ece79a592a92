"""What becomes of what others own when something of a series changes in what one of its records owns: the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from kundig.engine.policy.scope import Scope
from kundig.engine.records.families import DELETE
from kundig.engine.records.lookup import parse_id
from kundig.engine.records.owned import owned_objects
from kundig.engine.schema.bound import BoundObject


async def families_alike(
    scope: Scope, object_: BoundObject, values: Mapping[str, Any], others: Sequence[UUID]
) -> dict[UUID, dict[str, list[dict[str, Any]]]]:
    """The families to write to other records: what is new to one is new to all, what goes from one goes from all by its name."""
    found: dict[UUID, dict[str, list[dict[str, Any]]]] = defaultdict(dict)
    for child, column in owned_objects(scope, object_):
        given = values.get(child.name)
        if not others or not isinstance(given, list) or child.name in object_.fields:
            continue
        entries = [entry for entry in given if isinstance(entry, dict)]
        new = [entry for entry in entries if "id" not in entry]
        gone = [id_ for entry in entries if entry.get(DELETE) and (id_ := parse_id(str(entry.get("id")))) is not None]
        for other in others if new else ():
            found[other][child.name] = list(new)
        statement = f"""select id, "{column}" as parent from {{ws}}."{child.name}" where "{column}" = any(%(others)s)
            and deleted_at is null and label in (select label from {{ws}}."{child.name}" where id = any(%(gone)s))"""
        for row in await scope.connection.rows(statement, {"others": list(others), "gone": gone}) if gone else ():
            found[row["parent"]].setdefault(child.name, []).append({"id": str(row["id"]), DELETE: True})
    return found
