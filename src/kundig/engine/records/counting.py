"""Counting what matches, guessing it, and refusing orders that would sort too much."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.visitors import iterate

from kundig.base.database.connection import Compiled
from kundig.base.errors import Invalid
from kundig.base.i18n import t
from kundig.engine.policy.predicates import AccessReading
from kundig.engine.policy.statements import statement
from kundig.engine.records.ordering import Joined, Key, sorted_value
from kundig.engine.records.pages import Reach
from kundig.engine.schema.bound import BoundObject
from kundig.engine.schema.kinds import Kind

CAP = 10_001
"""Where counts that nobody needs exactly stop: shown as “10.000+”."""

NO_INDEX = "no_index"
"""The code of a refused order."""
MOST_SORTED = 100_000
"""An order without an index is refused above so many records."""


async def count_matching(reach: Reach, cap: int | None) -> int:
    """How many records match; counting stops at `cap`."""
    compiled = statement(
        reach.scope, ("count", *_key(reach), cap is not None), lambda: _count_statement(reach, capped=cap is not None)
    )
    counted: int = await reach.scope.connection.value(compiled, _params(reach) | ({} if cap is None else {"cap": cap}))
    return counted


async def estimate(reach: Reach) -> int:
    """About how many match. Only who reads all is told what the database guesses; for others it is counted up to a cap."""
    return await (_planned_rows(reach) if _guess_may_be_told(reach) else count_matching(reach, CAP))


async def refuse_if_slow(reach: Reach, keys: Sequence[Key]) -> None:
    """Raise Invalid if the order's first key has no index and there is too much to sort."""
    if not keys or _is_indexed(reach, keys[0]):
        return
    if _guess_may_be_told(reach):
        rows = await _planned_rows(reach)
    elif _is_worked_out(reach, keys[0]) and await count_matching(replace(reach, where=None), MOST_SORTED + 1) <= MOST_SORTED:
        return  # the filter likely asks for the same figure, which need not be worked out once more to count by it
    else:
        rows = await count_matching(reach, MOST_SORTED + 1)
    if rows > MOST_SORTED:
        text = t(
            "Sorting more than {most} records by “{field}” would be slow. Narrow the list by a filter, or let an administrator"
            " put the field among the main fields, which get an index.",
            most=MOST_SORTED,
            field=keys[0].path.name,
        )
        raise Invalid.one("order", NO_INDEX, text)


def _is_worked_out(reach: Reach, key: Key) -> bool:
    """Whether the figure is not the stored one but that of this reader."""
    return not AccessReading.of(reach.scope).stored_rollup(key.path.field)


def _is_indexed(reach: Reach, key: Key) -> bool:
    """The same, found out once for each version of the model: it compares texts of SQL."""
    if _is_worked_out(reach, key):
        return False
    name, kept = ("has index", reach.object.name, key.name), reach.scope.policies.compiled
    if name not in kept:
        kept[name] = has_index(reach.object, key)
    return bool(kept[name])


def has_index(object_: BoundObject, key: Key) -> bool:
    """Whether an index of the object's table, or of that of its roll-ups, serves an order by this key."""
    field, links, rollups = key.path.field, key.path.links, object_.rollups
    if field.type.rollup_columns(field):
        # Those of linked records are looked up one by one.
        return not links and rollups is not None and _leads(rollups.indexes, key, rollups)
    if links or field.kind is Kind.LINK:
        # By the index on the link, driven by the one on the target's label or field.
        return True
    return bool(field.type.columns(field)) and _leads(object_.indexes, key, object_.table)


def _leads(indexes: Iterable[sa.Index], key: Key, table: sa.Table) -> bool:
    field = key.path.field
    wanted = str(sorted_value(key, table)) if not key.choices else str(field.type.scalar(field, table))
    return any(str(next(iter(index.expressions))) == wanted for index in indexes)


def _guess_may_be_told(reach: Reach) -> bool:
    """Whether the actor reads all of every table that is asked: a guess leans on what stands in them, seen or not.

    The engine's own tables (contact points, timelines …) hold something of every object.
    """
    objects, rights = reach.scope.model.objects, reach.scope.access.objects
    read = {name for name in objects if name in rights and rights[name].reads_all}
    if reach.object.name not in read:
        return False
    if reach.where is None or len(read) == len(objects):
        return True
    whole = {table for name in read for table in (objects[name].table, objects[name].rollups, *objects[name].side_tables.values())}
    return all(part in whole for part in iterate(_matching(reach)) if isinstance(part, sa.TableClause))


async def _planned_rows(reach: Reach) -> int:
    compiled = statement(reach.scope, ("matching", *_key(reach)), lambda: _matching(reach))
    explained = Compiled(f"explain (format json) {compiled.text}", compiled.fixed, compiled.adapters)
    plan: Any = await reach.scope.connection.value(explained, _params(reach))
    return int(plan[0]["Plan"]["Plan Rows"])


def _key(reach: Reach) -> tuple[Any, ...]:
    return (reach.object.name, None if reach.where is None else reach.where.shape)


def _params(reach: Reach) -> dict[str, Any]:
    return {**reach.scope.access.parameters, **({} if reach.where is None else reach.where.values)}


def _matching(reach: Reach) -> sa.Select[Any]:
    joined = Joined(reach.object.table.alias(), AccessReading.of(reach.scope))
    conditions = reach.conditions(joined)
    return sa.select(joined.row.c.id).select_from(joined.source).where(*conditions)


def _count_statement(reach: Reach, *, capped: bool) -> sa.Select[Any]:
    matching = _matching(reach)
    found = matching.limit(sa.bindparam("cap", type_=sa.Integer())) if capped else matching
    return sa.select(sa.func.count()).select_from(found.subquery())
