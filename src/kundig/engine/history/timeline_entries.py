"""Keeping timelines: an entry of each interaction on the records it is about, and on the records above them of that day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from uuid import UUID

from kundig.base.database.connection import Connection
from kundig.engine.schema.bound import BoundField, BoundObject
from kundig.engine.schema.model import Model


async def keep_timeline(connection: Connection, model: Model, object_: BoundObject, ids: Sequence[UUID]) -> None:
    """Bring the entries of interactions in line with what they are about; what stands stays, even if the record above changed."""
    if object_.definition.interaction is None or not ids:
        return
    params = {"ids": list(ids), "object": object_.name}
    for statement in _statements(model, object_.name):
        await connection.execute(statement, params)


async def touched_by(connection: Connection, object_: str, ids: Sequence[UUID]) -> list[tuple[str, UUID]]:
    """The records on whose timelines interactions stand now, as (object, id)."""
    rows = await connection.rows(
        "select distinct about_object, about from {ws}.timeline_entry where object = %(object)s and record = any(%(ids)s)",
        {"object": object_, "ids": list(ids)},
    )
    return [(row["about_object"], row["about"]) for row in rows]


@lru_cache(maxsize=100)
def _statements(model: Model, name: str) -> tuple[str, ...]:
    object_ = model.objects[name]
    targets = " union all ".join(_targets(object_))
    at = _at(object_)
    source = f'{{ws}}."{name}"'
    remove = f"""delete from {{ws}}.timeline_entry e where e.object = %(object)s and e.record = any(%(ids)s)
      and not exists (select from ({targets}) d join {source} i on i.id = d.record
                      where d.record = e.record and d.about = coalesce(e.through, e.about) and i.deleted_at is null)"""
    add = f"""insert into {{ws}}.timeline_entry (about_object, about, at, object, record, through, audience)
      select d.about_object, d.about, {at}, %(object)s, i.id, null, i.audience
        from ({targets}) d join {source} i on i.id = d.record where i.deleted_at is null
      on conflict do nothing"""
    move = f"""update {{ws}}.timeline_entry e set at = {at}, audience = i.audience from {source} i
      where e.object = %(object)s and e.record = any(%(ids)s) and i.id = e.record
        and (e.at, e.audience) is distinct from ({at}, i.audience)"""
    return (remove, add, *_above(model, targets, source, at), move)


def _at(object_: BoundObject) -> str:
    interaction = object_.definition.interaction
    assert interaction is not None
    return f'coalesce(i."{object_.fields[interaction.at].column}", i.created_at)'


def _above(model: Model, targets: str, source: str, at: str) -> Iterator[str]:
    for object_ in model.objects.values():
        link = object_.definition.above
        if link is None:
            continue
        field = object_.fields[link]
        yield f"""insert into {{ws}}.timeline_entry (about_object, about, at, object, record, through, audience)
          select '{field.options.target}', u."{field.column}", {at}, %(object)s, i.id, u.id, i.audience
            from ({targets}) d join {source} i on i.id = d.record join {{ws}}."{object_.name}" u on u.id = d.about
           where d.about_object = '{object_.name}' and u."{field.column}" is not null and i.deleted_at is null
          on conflict do nothing"""


def _targets(object_: BoundObject) -> Iterator[str]:
    """Selects of (record, about_object, about) for each field that says what an interaction is about."""
    interaction = object_.definition.interaction
    for name in interaction.about if interaction else ():
        field = object_.fields[name]
        side = object_.side_tables.get(name)
        if side is None:
            yield _direct(object_, field)
        elif "target_object" in side.c:
            yield f"""select record, target_object as about_object, target as about from {{ws}}."{side.name}"
                       where record = any(%(ids)s)"""
        else:
            yield f"""select record, '{field.options.target}' as about_object, target as about from {{ws}}."{side.name}"
                       where record = any(%(ids)s)"""


def _direct(object_: BoundObject, field: BoundField) -> str:
    return f"""select id as record, '{field.options.target}' as about_object, "{field.column}" as about from {{ws}}."{object_.name}"
                where id = any(%(ids)s) and "{field.column}" is not null"""
