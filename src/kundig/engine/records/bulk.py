"""Many records at once: rows by COPY, and what follows from them by set-based SQL instead of change by change.

For loading thousands or millions of records that are known to be sound: no rule is asked and no right is checked. The result is
the same as the write door's: journal, stages, contact points, search, timelines, figures, audiences.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, LiteralString
from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB

from kundig.engine.history.entries import ChangeHead
from kundig.engine.history.timeline_entries import keep_timeline
from kundig.engine.policy.audience import renew
from kundig.engine.policy.readers import readers_of
from kundig.engine.policy.scope import Scope
from kundig.engine.records.figures import rollups_of_children
from kundig.engine.records.rollups import keep_timeline_rollups, new_rollup_rows, recompute
from kundig.engine.records.stages import derived_names
from kundig.engine.records.store import contact_fields
from kundig.engine.schema.bound import BoundField, BoundObject
from kundig.engine.schema.contact_points import contact_kind
from kundig.engine.schema.model import Model
from kundig.engine.search.entries import keep_entries

CHUNK = 50_000
"""Records of one statement: enough to cost little each, few enough to keep lists and locks small."""


async def store_rows(scope: Scope, object_: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], head: ChangeHead) -> None:
    """Add whole rows of an object (`id` first, owner's and team's principals in `audience`) to a change that has been named.

    `derive` must follow in the same transaction when all rows are there.
    """
    bound = scope.model.objects[object_]
    await scope.connection.copy_text(f'{{ws}}."{object_}"', columns, "".join(map(_line, rows)))
    ids: list[UUID] = [row[0] for row in rows]
    params = {"ids": ids, "object": object_, "change": head.id, "at": scope.context.now}
    await new_rollup_rows(scope, bound, ids)
    for field in contact_fields(bound):
        await scope.connection.execute(_contact_points(bound, field), params)
    for field in bound.pipelines:
        await scope.connection.execute(_first_stage(bound, field), params)
    await scope.connection.execute(
        """insert into {ws}.change_entry (change, at, object, record, version, action)
           select %(change)s, %(at)s, %(object)s, id, 1, 'create' from unnest(%(ids)s::uuid[]) id""",
        params,
    )


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _line(row: Sequence[Any]) -> str:
    """A row in the text format of COPY."""
    return "\t".join(map(_text, row)) + "\n"


def _text(value: Any) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    if isinstance(value, list):
        return ("{" + ",".join(map(_element, value)) + "}").translate(_ESCAPES)
    return str(value)


def _element(value: Any) -> str:
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


async def derive(scope: Scope, where: LiteralString) -> None:
    """Bring in line what follows from live records, `where` a condition over standard columns. Safe to repeat."""
    objects = scope.model.objects
    for parent, child, link in _figures(scope.model):
        async for ids in _ids(scope, parent, where):
            await recompute(scope, parent, child, link, ids)
    for object_ in objects:  # after the figures, which filters may look at
        async for ids in _ids(scope, object_, where):
            await renew(scope, object_, ids, created=not any(readers_of(scope.model, scope.model.objects[object_])))
    for object_, bound in objects.items():
        if bound.definition.interaction is not None:
            async for ids in _ids(scope, object_, where):
                await keep_timeline(scope.connection, scope.model, bound, ids)
    for object_ in objects:
        async for ids in _ids(scope, object_, where):
            await keep_timeline_rollups(scope, [(object_, id_) for id_ in ids])
            await keep_entries(scope, object_, ids)


async def _ids(scope: Scope, object_: str, where: LiteralString) -> AsyncIterator[list[UUID]]:
    statement = (
        f"""select id from {{ws}}."{object_}" where {where} and deleted_at is null and id > %(last)s order by id limit {CHUNK}"""
    )
    last = UUID(int=0)
    while ids := list(await scope.connection.values(statement, {"last": last})):
        yield ids
        last = ids[-1]


def _figures(model: Model) -> Iterator[tuple[str, str, str]]:
    """Parent, child and link of all figures; those written into fields of the parent first, since others add those up."""
    found = {
        (field.object, child, link): field.options.into is None
        for child in model.objects
        for field, link in rollups_of_children(model, child)
    }
    return iter(sorted(found, key=lambda key: (found[key], key)))


def _contact_points(object_: BoundObject, field: BoundField) -> str:
    column = object_.table.c[field.column]
    if isinstance(column.type, JSONB):
        items, value = f'jsonb_array_elements(o."{field.column}")', "item ->> 'value'"
    else:
        items, value = f'unnest(o."{field.column}")', "item"
    unique = "true" if field.definition.unique else "false"
    return f"""insert into {{ws}}.contact_point (object, field, record, position, kind, value, is_unique)
      select %(object)s, '{field.name}', o.id, i.n - 1, '{contact_kind(field)}', {value}, {unique}
        from {{ws}}."{object_.name}" o cross join lateral {items} with ordinality i (item, n) where o.id = any(%(ids)s)"""


def _first_stage(object_: BoundObject, field: BoundField) -> str:
    """The stage that a record is in, as the first of its history."""
    names = derived_names(field)
    pipeline = field.pipeline
    columns = {name: object_.fields[own].column for name in ("status", "changed_at") if (own := names[name]) in object_.fields}

    def kept(name: str | None) -> str:
        return f'o."{object_.fields[name].column}"' if name is not None and name in object_.fields else "null"

    amount, close_date = (kept(pipeline.amount), kept(pipeline.close_date)) if pipeline else ("null", "null")
    return f"""insert into {{ws}}.stage_history
        (object, record, field, position, pipeline, stage, status, entered_at, amount, close_date, change)
      select %(object)s, o.id, '{field.name}', 1, o."{field.column}__pipeline", o."{field.column}", o."{columns["status"]}",
             o."{columns["changed_at"]}", {amount}, {close_date}, %(change)s
        from {{ws}}."{object_.name}" o where o.id = any(%(ids)s)"""
