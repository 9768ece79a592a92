"""Rows in and out: inserts, updates, side tables, contact points of a list of drafts of one object."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from psycopg.types.json import Jsonb

from kundig.base.database.connection import Connection
from kundig.engine.policy.scope import Scope
from kundig.engine.records.draft import Draft
from kundig.engine.schema.bound import BoundField, BoundObject
from kundig.engine.schema.contact_points import contact_kind, contact_values

COPY_FROM = 50
"""From this many new rows on, COPY is faster than INSERT."""


async def insert_rows(scope: Scope, object_: BoundObject, drafts: Sequence[Draft]) -> None:
    """Write the rows of new records."""
    await insert_values(scope.connection, object_.table, [draft.new for draft in drafts])


async def insert_values(connection: Connection, table: sa.Table, given: Sequence[Mapping[str, Any]]) -> None:
    """Write new rows of one of the model's tables, with the columns that any of them has a value for."""
    columns = sorted({column for values in given for column, value in values.items() if value is not None})
    takers = [(name, _taker(table.c[name])) for name in columns]
    rows = [[take(values.get(name)) for name, take in takers] for values in given]
    if len(rows) >= COPY_FROM:
        await connection.copy_in(f'{{ws}}."{table.name}"', columns, rows)
        return
    names = ", ".join(f'"{column}"' for column in columns)
    places = ", ".join(f"%(v{number})s" for number in range(len(columns)))
    statement = f'insert into {{ws}}."{table.name}" ({names}) values ({places})'
    numbered = [{f"v{number}": value for number, value in enumerate(row)} for row in rows]
    if len(numbered) == 1:
        await connection.execute(statement, numbered[0])
    else:
        await connection.execute_many(statement, numbered)


def _taker(column: sa.Column[Any]) -> Callable[[Any], Any]:
    """How a column takes the values of new rows; one that some rows leave out needs its default where null is not allowed."""
    empty: Any = None
    if not column.nullable:
        empty = {bool: False, list: []}.get(column.type.python_type)
    is_json = isinstance(column.type, sa.JSON)
    return lambda value: empty if value is None else Jsonb(value) if is_json else value


async def update_rows(scope: Scope, object_: BoundObject, drafts: Sequence[Draft]) -> None:
    """Write changed columns; drafts that change the same columns go together."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for draft in drafts:
        changed = draft.changed
        row = {f"v{number}": stored(changed[column], object_.table.c[column]) for number, column in enumerate(sorted(changed))}
        groups[tuple(sorted(changed))].append(row | {"id": draft.id})
    for columns, rows in groups.items():
        sets = ", ".join(f'"{column}" = %(v{number})s' for number, column in enumerate(columns))
        statement = f'update {{ws}}."{object_.name}" set {sets} where id = %(id)s'
        if len(rows) == 1:
            await scope.connection.execute(statement, rows[0])
        else:
            await scope.connection.execute_many(statement, rows)


def stored(value: Any, column: sa.Column[Any]) -> Any:
    """A column value as the driver takes it: JSON must say that it is JSON."""
    return Jsonb(value) if value is not None and isinstance(column.type, sa.JSON) else value


async def write_sides(scope: Scope, object_: BoundObject, drafts: Sequence[Draft]) -> None:
    """Replace the rows of side tables."""
    for name, table in object_.side_tables.items():
        written = [draft for draft in drafts if name in draft.sides]
        old = [draft.id for draft in written if draft.action != "create"]
        if old:
            await scope.connection.execute(f'delete from {{ws}}."{table.name}" where record = any(%(ids)s)', {"ids": old})
        rows = [{"record": d.id, "position": n, **row} for d in written for n, row in enumerate(d.sides[name])]
        if rows:
            columns = sorted(rows[0])
            await scope.connection.copy_in(f'{{ws}}."{table.name}"', columns, [[row[c] for c in columns] for row in rows])


async def read_sides(connection: Connection, drafts: Sequence[Draft]) -> dict[str, dict[UUID, list[dict[str, Any]]]]:
    """The current rows of those side tables that the drafts write, by field and record."""
    found: dict[str, dict[UUID, list[dict[str, Any]]]] = {}
    for name, table in drafts[0].object.side_tables.items():
        ids = [draft.id for draft in drafts if name in draft.sides and draft.action == "update"]
        if ids:
            statement = f'select * from {{ws}}."{table.name}" where record = any(%(ids)s) order by record, position'
            by_record: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
            for row in await connection.rows(statement, {"ids": ids}):
                by_record[row["record"]].append({k: v for k, v in row.items() if k not in ("record", "position")})
            found[name] = by_record
    return found


def contact_fields(object_: BoundObject) -> list[BoundField]:
    """Fields whose items are contact points."""
    return [field for field in object_.fields.values() if contact_kind(field) is not None]


async def write_contact_points(scope: Scope, object_: BoundObject, drafts: Sequence[Draft]) -> None:
    """Keep `contact_point` like the e-mails, phones and domains of the drafts' records."""
    for field in contact_fields(object_):
        touched = [d for d in drafts if d.action in ("create", "update") and d.changes(field.name)]
        old = [d.id for d in touched if d.action == "update"]
        if old:
            await scope.connection.execute(
                "delete from {ws}.contact_point where object = %(object)s and field = %(field)s and record = any(%(ids)s)",
                {"object": object_.name, "field": field.name, "ids": old},
            )
        rows = list(_contact_rows(field, touched))
        if rows:
            await scope.connection.copy_in("{ws}.contact_point", _CONTACT_COLUMNS, rows)


_CONTACT_COLUMNS = ("object", "field", "record", "position", "kind", "value", "is_unique")


def _contact_rows(field: BoundField, drafts: Iterable[Draft]) -> Iterable[tuple[Any, ...]]:
    kind = contact_kind(field)
    for draft in drafts:
        for position, value in enumerate(contact_values(draft.get(field.name))):
            yield (field.object, field.name, draft.id, position, kind, value, field.definition.unique)


async def switch_live(scope: Scope, object_: BoundObject, ids: Sequence[UUID], *, live: bool) -> None:
    """Take contact points and external ids of records out of use, or back in."""
    params = {"object": object_.name, "ids": list(ids), "live": live}
    await scope.connection.execute(
        """with points as (update {ws}.contact_point set live = %(live)s where object = %(object)s and record = any(%(ids)s))
           update {ws}.external_id set live = %(live)s where object = %(object)s and record = any(%(ids)s)""",
        params,
    )
