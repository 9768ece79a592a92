"""Pipelines are documents; their stages are projected into a table, so that records can point to them."""

from __future__ import annotations

from typing import Any

from kundig.base.database.connection import Connection
from kundig.base.database.names import quoted
from kundig.base.errors import FieldError, Invalid
from kundig.base.i18n import t
from kundig.engine.schema.bound import BoundField
from kundig.engine.schema.model import Model


async def project_stages(connection: Connection, model: Model) -> frozenset[str]:
    """Make table `stage` what the pipelines say; the objects of which some records are open, won or lost now and were not before.

    A stage that is gone must not be in use; raises Invalid if it is.
    """
    rows = [_row(pipeline.name, n, stage) for pipeline in model.pipelines.values() for n, stage in enumerate(pipeline.stages)]
    present = {(row["pipeline"], row["key"]): row for row in await connection.rows("select * from {ws}.stage for update")}
    wanted = {(row["pipeline"], row["key"]): row for row in rows}
    await connection.execute_many(_UPSERT, [row for key, row in wanted.items() if present.get(key) != row])
    await _remove(connection, model, sorted(set(present) - set(wanted)))
    restated: set[str] = set()
    for key, row in wanted.items():
        if key in present and present[key]["status"] != row["status"]:
            restated |= await _restate(connection, model, row)
    return frozenset(restated)


def _row(pipeline: str, position: int, stage: Any) -> dict[str, Any]:
    return {
        "pipeline": pipeline,
        "key": stage.key,
        "position": position,
        "status": stage.status,
        "probability": stage.probability,
        "rot_days": stage.rot_days,
        "retired": stage.retired,
    }


async def _remove(connection: Connection, model: Model, gone: list[tuple[str, str]]) -> None:
    """Refuse what records stand in; keep as retired what only the history knows; delete the rest."""
    in_use: list[FieldError] = []
    for pipeline, key in gone:
        params = {"pipeline": pipeline, "key": key}
        count = sum([int(await connection.value(_count(field), params)) for field in _fields(model)])
        if count:
            text = t('{count} records are in the stage "{stage}": retire it, or move them first.', count=count, stage=key)
            in_use.append(FieldError(f"{pipeline}.{key}", "in_use", text))
        elif await connection.value(_IN_HISTORY, params):
            await connection.execute("update {ws}.stage set retired = true where pipeline = %(pipeline)s and key = %(key)s", params)
        else:
            await connection.execute("delete from {ws}.stage where pipeline = %(pipeline)s and key = %(key)s", params)
    if in_use:
        raise Invalid(in_use)


async def _restate(connection: Connection, model: Model, row: dict[str, Any]) -> set[str]:
    """A stage has another status now: its records too, which are closed by it or open again; the objects that have some."""
    restated = set()
    for field in _fields(model):
        status, closed = quoted(f"{field.column}__status"), quoted(f"{field.column}__closed_at")
        closing = "null" if row["status"] == "open" else f"coalesce({closed}, {_CLOSED}, now())"
        statement = f"""update {{ws}}.{quoted(field.object)} r set {status} = %(status)s, {closed} = {closing}
                         where {_standing(field)} and {status} <> %(status)s"""
        if await connection.execute(statement, {**row, "object": field.object, "field": field.name}):
            restated.add(field.object)
    return restated


def _fields(model: Model) -> list[BoundField]:
    return [field for object_ in model.objects.values() for field in object_.pipelines]


def _count(field: BoundField) -> str:
    return f"select count(*) from {{ws}}.{quoted(field.object)} where {_standing(field)}"


def _standing(field: BoundField) -> str:
    return f"{quoted(field.column)} = %(key)s and {quoted(f'{field.column}__pipeline')} = %(pipeline)s"


_UPSERT = """
insert into {ws}.stage (pipeline, key, position, status, probability, rot_days, retired)
values (%(pipeline)s, %(key)s, %(position)s, %(status)s, %(probability)s, %(rot_days)s, %(retired)s)
on conflict (pipeline, key) do update set position = excluded.position, status = excluded.status,
  probability = excluded.probability, rot_days = excluded.rot_days, retired = excluded.retired"""
_IN_HISTORY = "select exists (select from {ws}.stage_history where pipeline = %(pipeline)s and stage = %(key)s)"
_CLOSED = """(
  select min(entered_at) from {ws}.stage_history h
   where h.object = %(object)s and h.record = r.id and h.field = %(field)s and h.position > coalesce((
     select max(o.position) from {ws}.stage_history o
      where o.object = h.object and o.record = h.record and o.field = h.field and o.status = 'open'), 0))"""
"""When a record came into closed stages, as these were then: so it comes back where a stage was taken for open for a while."""
