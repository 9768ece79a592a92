"""Series that end because what began them is taken back: what the program has made of them since goes too."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any
from uuid import UUID

from kundig.engine.history.entries import DELETED
from kundig.engine.policy.scope import Scope
from kundig.engine.records.draft import Delete, Item, Update
from kundig.engine.records.series import lock_series, occurrences, within_series
from kundig.engine.schema.bound import BoundObject
from kundig.engine.schema.fields.recurrence import parts_of_series

if TYPE_CHECKING:
    from kundig.engine.records.writing import Change

CHUNK = 500
_BEGUN = """
select distinct e.record from {ws}.change_entry e
 where e.change = %(change)s and e.object = %(object)s and e.record = any(%(firsts)s)
   and (e.new ->> %(series)s = e.record::text or (e.record = any(%(named)s) and (
     e.action = 'create' or (e.old ->> %(deleted)s is not null and not exists (
       select from {ws}.change_entry f join {ws}.change_entry m on m.change = f.change and m.object = f.object
         join {ws}."{table}" o on o.id = m.record
        where f.object = e.object and f.record = e.record and f.action = 'create' and m.action = 'create'
          and o."{column}" = e.record::text and o.deleted_at is null)))))
"""
"""The first records of series that a change began, or brought back from the trash with all that was made with them."""
_WITHIN = """
select distinct record from {ws}.change_entry where change = %(change)s and object = %(object)s and record = any(%(ids)s)"""
_UNTOUCHED = """
select e.record from {ws}.change_entry e join {ws}.change c on c.id = e.change
 where e.object = %(object)s and e.record = any(%(ids)s)
 group by e.record having bool_and(c.by_kind = 'system') and bool_or(e.action = 'create')"""


async def end_begun_series(undoing: Change, object_name: str, records: Collection[UUID]) -> None:
    """End the series that the undone change began, once `records` of it are taken back.

    What the program has made of them in changes of its own goes to the trash; what somebody has changed since stays, as a record
    without a rule.
    """
    scope, object_ = undoing.scope, undoing.scope.model.objects[object_name]
    if object_.recurrence is None:
        return
    for first in await _begun(scope, object_, undoing.head.undoes, records):
        await lock_series(scope, object_, str(first))
        how, found = await occurrences(scope, object_, str(first))
        left = [one for one in found if one.live]
        params = {"object": object_name, "ids": [one.id for one in left], "change": undoing.head.undoes}
        taken_back = set(await scope.connection.values(_WITHIN, params))
        untouched = set(await scope.connection.values(_UNTOUCHED, params))
        items: list[Item] = [
            Delete(one.id) if one.id in untouched and not one.changed else Update(one.id, how.free())
            for one in left
            if one.id not in taken_back
        ]
        with within_series(undoing):
            for at in range(0, len(items), CHUNK):
                await undoing.write_trusted(object_name, items[at : at + CHUNK])


async def _begun(scope: Scope, object_: BoundObject, change: Any, records: Collection[UUID]) -> list[UUID]:
    """The first records of the series that a change began, of those that some of its records are or were in."""
    assert object_.recurrence is not None
    column = parts_of_series(object_.recurrence)["series"]
    of = f'select distinct "{column}" from {{ws}}."{object_.name}" where id = any(%(ids)s) and "{column}" is not null'
    named = [UUID(one) for one in await scope.connection.values(of, {"ids": list(records)})]
    statement = _BEGUN.replace("{table}", object_.name).replace("{column}", column)
    params = {
        "change": change,
        "object": object_.name,
        "firsts": sorted({*records, *named}),
        "named": named,
        "series": f"{object_.recurrence.name}_series",
        "deleted": DELETED,
    }
    return sorted(await scope.connection.values(statement, params))
