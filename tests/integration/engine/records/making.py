"""Making records and asking for lists in few words."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import ListQuery, list_records
from kundig.engine.records.writing import Create, Delete, write


async def make(scope: Scope, object_: str, **values: Any) -> UUID:
    """A record."""
    [id_] = (await write(scope, object_, [Create(plain(values))])).ids
    return id_


async def make_all(scope: Scope, object_: str, *values: dict[str, Any]) -> list[UUID]:
    """Several records at once."""
    return list((await write(scope, object_, [Create(plain(value)) for value in values])).ids)


async def trash(scope: Scope, object_: str, id_: UUID) -> None:
    """Move a record to the trash."""
    await write(scope, object_, [Delete(id_)])


async def names(scope: Scope, object_: str, where: Any = None, *, field: str = "name", **query: Any) -> list[Any]:
    """One field of the records that a list of up to 1,000 gives, in its order."""
    page = await list_records(scope, ListQuery(object_, where, fields=[field], limit=1000, **query))
    return [record[field] for record in page.records()]


async def walked(scope: Scope, object_: str, where: Any = None, *, field: str = "name", limit: int = 3, **query: Any) -> list[Any]:
    """The same, page by page."""
    found: list[Any] = []
    cursor = None
    while True:
        page = await list_records(scope, ListQuery(object_, where, fields=[field], limit=limit, cursor=cursor, **query))
        found += [record[field] for record in page.records()]
        cursor = page.next_cursor
        if cursor is None:
            return found


def leaf(path: str, op: str, *value: Any) -> dict[str, Any]:
    """A condition of a filter."""
    return {"field": path, "op": op} | ({"value": value[0]} if value else {})


def plain(value: Any) -> Any:
    """Ids as texts, as JSON has them."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return str(value) if isinstance(value, UUID) else value
