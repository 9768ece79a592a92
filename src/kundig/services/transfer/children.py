"""Children in the same file: one record of the child object per row, unless the parent has exactly such a child already.

What the parent owns is written with it in one go, other children right after it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from kundig.engine.policy.scope import Scope
from kundig.engine.records.families import families_of
from kundig.engine.records.reading import ListQuery, list_records
from kundig.services.transfer.lines import Line
from kundig.services.transfer.plan import Child, Plan


async def new_children(scope: Scope, plan: Plan, lines: Sequence[Line]) -> dict[int, dict[str, Any]]:
    """The values of the children to make, by the index of their line."""
    child = plan.child
    if child is None:
        return {}
    existing = await _existing(scope, child, [line.record for line in lines if line.record and line.child])
    return {
        index: line.child
        for index, line in enumerate(lines)
        if line.child and not any(_same(line.child, current) for current in existing.get(str(line.record), ()))
    }


def is_owned(scope: Scope, plan: Plan) -> bool:
    """Whether children are written as what their parents own."""
    child = plan.child
    return child is not None and any(
        family.object.name == child.object.name and family.link.name == child.link for family in families_of(scope, plan.object)
    )


async def _existing(scope: Scope, child: Child, parents: Sequence[UUID]) -> dict[str, list[Mapping[str, Any]]]:
    """The children of existing records, by parent, with the fields that the file fills."""
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    if not parents:
        return found
    names = sorted({child.link, *(target.name for target in child.targets)})
    where = {"field": child.link, "op": "in", "value": [str(parent) for parent in parents]}
    cursor = None
    while True:
        page = await list_records(scope, ListQuery(child.object.name, where, names, limit=1000, cursor=cursor))
        for record in page.records():
            found[record[child.link]["id"]].append(record)
        cursor = page.next_cursor
        if cursor is None:
            return found


def _same(given: Mapping[str, Any], current: Mapping[str, Any]) -> bool:
    return all(_equal(value, current.get(name)) for name, value in given.items())


def _equal(given: Any, current: Any) -> bool:
    """Whether a value as given is the one that is there: links by id, figures by size, of money what is given."""
    if isinstance(current, Mapping) and "id" in current:
        return bool((given.get("id") if isinstance(given, Mapping) else given) == current["id"])
    if isinstance(given, Mapping) and isinstance(current, Mapping):
        return all(_equal(value, current.get(name)) for name, value in given.items())
    if isinstance(given, list) and isinstance(current, list):
        return len(given) == len(current) and all(map(_equal, given, current))
    if isinstance(given, Mapping) or isinstance(current, Mapping):
        return False
    return given == current or _figure(given) == _figure(current) is not None


def _figure(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value)) if isinstance(value, str | int | float) and not isinstance(value, bool) else None
    except InvalidOperation:
        return None
