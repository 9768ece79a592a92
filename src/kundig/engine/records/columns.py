"""The columns of a board: the first records of each value of a choice, found together and then read together.

It is a list's own query in segments: those of each value one after another, until its column is full.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from kundig.base.errors import Invalid
from kundig.base.i18n import t
from kundig.engine.policy.scope import Scope
from kundig.engine.policy.sight import filter_in
from kundig.engine.policy.statements import statement
from kundig.engine.records.few import count_few
from kundig.engine.records.ordering import Key, parse_order
from kundig.engine.records.pages import MOST, Reach, ids_statement
from kundig.engine.records.reading import read_many
from kundig.engine.records.segments import Part, Segment, segments_of
from kundig.engine.records.selecting import parse_fields
from kundig.engine.schema.bound import BoundObject

NO_VALUE = "-"
"""The column of the records without a value; no choice is called so."""


async def list_columns(
    scope: Scope,
    object_: str,
    choice: str,
    orders: Mapping[str, str],
    *,
    where: Any = None,
    fields: Sequence[str] = (),
    most: int = 20,
) -> dict[str, list[dict[str, Any]]]:
    """Up to `most` records for each value in `orders` (or NO_VALUE), in the order given for it.

    Raises Invalid for what is named wrongly.
    """
    bound = scope.object(object_)
    shown = parse_fields(scope, bound, fields)
    filter_ = None if where is None else filter_in(scope, bound, where)
    column = parse_order(scope, bound, choice)[0]
    if not column.choices:
        raise Invalid.one(choice, "bad_value", t("A board needs a choice or a pipeline."))
    reach = Reach(scope, bound, filter_, descending=None, seen=await count_few(scope, bound))
    chains = {value: _segments(bound, column, value, parse_order(scope, bound, order)) for value, order in orders.items()}
    ids: dict[str, list[UUID]] = {value: [] for value in orders}
    while open_ := {value: chain.pop(0) for value, chain in chains.items() if chain and len(ids[value]) < most}:
        for value, id_ in await _first(reach, open_, most):
            ids[value].append(id_)
    records = await read_many(scope, object_, [id_ for value in orders for id_ in ids[value][:most]], shown)
    return {value: [msgspec.json.decode(records[id_]) for id_ in found[:most] if id_ in records] for value, found in ids.items()}


def _segments(object_: BoundObject, column: Key, value: str, keys: Sequence[Key]) -> list[Segment]:
    """The column of a value: what has the order's first key, in an index's order, and then the rest; in one go for a choice."""
    own = Part(column, "missing") if value == NO_VALUE else Part(column, "choice", value)
    if keys and keys[0].choices:
        return [(own, *(Part(key, "rest") for key in keys))]
    return [(own, *segment) for segment in segments_of(object_, keys)]


async def _first(reach: Reach, segments: Mapping[str, Segment], most: int) -> list[tuple[str, UUID]]:
    """The first records of one segment of each column."""
    scope, values = reach.scope, list(segments)
    parts = tuple(tuple((part.key.name, part.role, part.choice) for part in segment) for segment in segments.values())
    key = ("columns", reach.object.name, parts, reach.few, None if reach.where is None else reach.where.shape)
    numbered = list(enumerate(segments.values()))
    compiled = statement(scope, key, lambda: ids_statement(reach, numbered, None, None).limit(None))
    params = {MOST: most, **scope.access.parameters, **({} if reach.where is None else reach.where.values)}
    return [(values[row["segment"]], row["id"]) for row in await scope.connection.rows(compiled, params)]
