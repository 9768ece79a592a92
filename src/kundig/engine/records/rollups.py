"""Roll-ups: figures of a record's children, recomputed under lock in the child's own transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from kundig.base.database.connection import Compiled, compile_statement
from kundig.engine.policy.audience import renew
from kundig.engine.policy.scope import Scope
from kundig.engine.records.draft import Draft
from kundig.engine.records.figures import (
    FigureKey,
    figure_columns,
    figures_over,
    rollup_values,
    rollups_of_children,
    timeline_rollups,
)
from kundig.engine.records.store import insert_values
from kundig.engine.schema.bound import BoundField, BoundObject
from kundig.engine.schema.model import Model

Parents = dict[tuple[str, str], list[UUID]]


async def lock_parents(scope: Scope, drafts: Sequence[Draft]) -> None:
    """Lock the roll-up rows that the drafts will change, in the order of object and id, before the first write."""
    await _lock_figures(scope, drafts[0].object.name, _parents(scope.model, drafts))


async def _lock_figures(scope: Scope, child: str, parents: Parents) -> None:
    wanted: dict[str, set[UUID]] = defaultdict(set)
    for (parent, link), ids in parents.items():
        wanted[parent].update(ids)
        if _written_into(scope.model, parent, child, link):
            for (above, _), found in (await _above(scope, parent, ids)).items():
                wanted[above].update(found)
    for parent, records in sorted(wanted.items()):
        await _lock(scope, parent, in_order(records))


async def _lock(scope: Scope, parent: str, ids: Sequence[UUID]) -> None:
    await scope.connection.execute(
        f'select record from {{ws}}."{parent}_rollup" where record = any(%(ids)s) order by record for update', {"ids": list(ids)}
    )


def _written_into(model: Model, parent: str, child: str, link: str) -> set[str]:
    """The fields of the parent that these figures are written into: other figures may add them up, rights may hang on them."""
    return {field.options.into for field in figures_over(model, parent, child, link)} - {None}


async def _above(scope: Scope, object_: str, ids: Sequence[UUID]) -> Parents:
    """The records with figures over stored records, by object and link."""
    found: Parents = {}
    bound = scope.model.objects[object_]
    for parent, link in _parent_links(scope.model, bound):
        column = f'"{bound.fields[link].column}"'
        found[parent, link] = await scope.connection.values(
            f'select distinct {column} from {{ws}}."{object_}" where id = any(%(ids)s) and {column} is not null order by {column}',
            {"ids": list(ids)},
        )
    return {key: records for key, records in found.items() if records}


def _parents(model: Model, drafts: Sequence[Draft]) -> Parents:
    """The parents that drafts belong or belonged to, by parent object and link."""
    object_ = drafts[0].object
    found: dict[tuple[str, str], set[UUID]] = defaultdict(set)
    for parent, link in _parent_links(model, object_):
        column = object_.fields[link].column
        for draft in drafts:
            if (parent, link) in draft.counted:
                continue
            found[(parent, link)].update(id_ for values in (draft.old, draft.new) if (id_ := values.get(column)) is not None)
    return {key: in_order(ids) for key, ids in found.items() if ids}


def in_order(ids: Iterable[UUID]) -> list[UUID]:
    """Ids in the order in which records are locked: by their number, which is cheaper to compare than the ids themselves."""
    return sorted(ids, key=attrgetter("int"))


def _parent_links(model: Model, child: BoundObject) -> Iterator[tuple[str, str]]:
    return iter(sorted({(field.object, link) for field, link in rollups_of_children(model, child.name)}))


async def new_rollup_rows(
    scope: Scope, object_: BoundObject, ids: Sequence[UUID], foretold: Mapping[UUID, Mapping[str, Any]] | None = None
) -> None:
    """A new record starts with a row of empty figures, but for those that were foretold."""
    if object_.rollups is None or not ids:
        return
    if foretold:
        await insert_values(scope.connection, object_.rollups, [{"record": id_, **foretold.get(id_, {})} for id_ in ids])
    else:
        await scope.connection.execute(
            f'insert into {{ws}}."{object_.name}_rollup" (record) select unnest(%(ids)s::uuid[])', {"ids": list(ids)}
        )


async def keep_rollups(scope: Scope, object_: BoundObject, drafts: Sequence[Draft]) -> None:
    """Recompute the figures of all parents that the drafts belong or belonged to, and what follows from these figures."""
    for (parent, link), ids in sorted(_parents(scope.model, drafts).items()):
        await _keep(scope, parent, object_.name, link, ids)


async def renew_figures_over(scope: Scope, object_: str, ids: Sequence[UUID]) -> None:
    """Recompute the figures over stored records, whose values have changed but not what they belong to."""
    parents = await _above(scope, object_, ids)
    await _lock_figures(scope, object_, parents)
    for (above, link), records in sorted(parents.items()):
        await _keep(scope, above, object_, link, records)


async def fill_rollups(scope: Scope, object_: str, ids: Sequence[UUID]) -> None:
    """Make the figures of stored records, and the rows for them: their object has got other roll-ups, or its first ones."""
    bound = scope.model.objects[object_]
    if bound.rollups is None or not ids:
        return
    records = in_order(ids)
    await scope.connection.execute(
        f'insert into {{ws}}."{object_}_rollup" (record) select unnest(%(ids)s::uuid[]) on conflict do nothing', {"ids": records}
    )
    await _lock(scope, object_, records)
    for child in scope.model.objects:
        for link in sorted({link for field, link in rollups_of_children(scope.model, child) if field.object == object_}):
            await _keep(scope, object_, child, link, records)
    await keep_timeline_rollups(scope, [(object_, record) for record in records])


async def _keep(scope: Scope, parent: str, child: str, link: str, ids: Sequence[UUID]) -> None:
    changed = await recompute(scope, parent, child, link, ids)
    if changed:
        await renew(scope, parent, ids, changed=changed, beside=True)
    if not changed.isdisjoint(_written_into(scope.model, parent, child, link)):
        for (above, via), records in sorted((await _above(scope, parent, ids)).items()):
            await _lock(scope, above, records)  # a parent may have come to another one since
            await _keep(scope, above, parent, via, records)


async def recompute(scope: Scope, parent: str, child: str, link: str, ids: Sequence[UUID]) -> set[str]:
    """Recompute what `parent` records roll up from `child.link`; the fields by which any of them differs now."""
    changed: set[str] = set()
    for statement, names in _statements(FigureKey(scope), parent, child, link):
        if await scope.connection.execute(statement, {"ids": list(ids)}):
            changed |= names
    return changed


async def keep_timeline_rollups(scope: Scope, about: Sequence[tuple[str, UUID]]) -> None:
    """Recompute last and next activity of records on whose timelines something changed, and who may see them by these."""
    ids: dict[str, list[UUID]] = defaultdict(list)
    for object_, record in about:
        ids[object_].append(record)
    for object_, found in sorted(ids.items()):
        columns = timeline_rollups(scope.model, object_)
        if columns:
            moved = await scope.connection.values(_timeline_statement(object_, columns), {"ids": found, "object": object_})
            fields = scope.model.objects[object_].fields
            await renew(scope, object_, moved, changed={name for name in fields if fields[name].column in columns}, beside=True)


def _timeline_statement(object_: str, columns: Mapping[str, str]) -> str:
    kept, new = (", ".join(f'{row}."{name}"' for name in columns) for row in "rf")
    sets = ", ".join(f'"{name}" = f."{name}"' for name in columns)
    wanted = ", ".join(f'{expression} as "{name}"' for name, expression in columns.items())
    return f"""update {{ws}}."{object_}_rollup" r set {sets} from (
                 select i.id, {wanted} from unnest(%(ids)s::uuid[]) i (id)
                   left join {{ws}}.timeline_entry e on e.about_object = %(object)s and e.about = i.id group by i.id) f
               where r.record = f.id and ({kept}) is distinct from ({new}) returning r.record"""


@lru_cache(maxsize=500)
def _statements(key: FigureKey, parent: str, child: str, link: str) -> tuple[tuple[Compiled, frozenset[str]], ...]:
    """Updates of the roll-up table, and of the parent itself for figures written `into` its fields; each with what it changes."""
    model = key.scope.model
    fields = figures_over(model, parent, child, link)
    rollups = model.objects[parent].rollups
    assert rollups is not None
    values: dict[str, sa.ColumnElement[Any]] = {}
    row = model.objects[child].table.alias("c")
    for place, field in enumerate(fields):
        values |= rollup_values(key.scope, field, row, place)
    wanted = (
        sa.func.unnest(sa.bindparam("ids", type_=sa.ARRAY(sa.UUID()))).table_valued(sa.column("id", sa.UUID())).render_derived("i")
    )
    joined = sa.and_(row.c[model.objects[child].fields[link].column] == wanted.c.id, row.c.deleted_at.is_(None))
    figures = (
        sa.select(wanted.c.id, *(value.label(name) for name, value in values.items()))
        .select_from(wanted.outerjoin(row, joined))
        .group_by(wanted.c.id)
        .subquery("f")
    )
    differs = sa.or_(*(rollups.c[name].is_distinct_from(figures.c[name]) for name in values))
    stored = sa.update(rollups).where(rollups.c.record == figures.c.id, differs).values({name: figures.c[name] for name in values})
    return ((compile_statement(stored), frozenset(field.name for field in fields)), *_into(model, fields))


def _into(model: Model, fields: Sequence[BoundField]) -> Iterator[tuple[Compiled, frozenset[str]]]:
    """While there are children a figure takes the place of an own field; what stood there before comes back after the last."""
    for field in fields:
        into = field.options.into
        if into is None:
            continue
        object_ = model.objects[field.object]
        yield from _into_statements(object_, field, object_.fields[into])


def _into_statements(object_: BoundObject, field: BoundField, target: BoundField) -> Iterator[tuple[Compiled, frozenset[str]]]:
    figure = {name.removeprefix(field.column): f'"{name}"' for name in figure_columns(field, target)}
    before = {part: f'"{field.column}__before{part}"' for part in figure}
    own = {part: f'"{target.column}{part}"' for part in figure}
    source, rollup, into = f'{{ws}}."{object_.name}"', f'{{ws}}."{object_.name}_rollup"', f'"{field.column}__into"'
    joined = "r.record = o.id and o.id = any(%(ids)s)"
    has = f"r.{figure['']} is not null"
    keep = ", ".join(f"{before[part]} = o.{own[part]}" for part in figure)
    clear = ", ".join(f"{before[part]} = null" for part in figure)
    take = ", ".join(f"{own[part]} = r.{figure[part]}" for part in figure)
    none, it = frozenset[str](), frozenset({target.name})
    differ = " or ".join(f"o.{own[part]} is distinct from r.{figure[part]}" for part in figure)
    give_back = ", ".join(f"{own[part]} = r.{before[part]}" for part in figure)
    yield Compiled(f"update {rollup} r set {into} = true, {keep} from {source} o where {joined} and {has} and not {into}"), none
    yield Compiled(f"update {source} o set {take} from {rollup} r where {joined} and {has} and ({differ})"), it
    yield Compiled(f"update {source} o set {give_back} from {rollup} r where {joined} and not ({has}) and {into}"), it
    yield Compiled(f"update {rollup} r set {into} = false, {clear} where r.record = any(%(ids)s) and not ({has}) and {into}"), none
