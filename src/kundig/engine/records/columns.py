"""The columns of a board: the first records of each value of a choice, all in one statement.

It is a list's own query in segments, one for each value, of which none goes on where another ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from kundig.base.errors import Invalid
from kundig.base.i18n import t
from kundig.engine.policy.scope import Scope
from kundig.engine.policy.statements import statement
from kundig.engine.records.ordering import Key, parse_order
from kundig.engine.records.pages import MOST, Reach, page_statement
from kundig.engine.records.segments import Part, Segment
from kundig.engine.records.selecting import parse_fields
from kundig.engine.records.sight import filter_in


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
    """Up to `most` records for each value in `orders`, in the order given for it. Raises Invalid for what is named wrongly."""
    bound = scope.object(object_)
    shown = parse_fields(scope, bound, fields)
    filter_ = None if where is None else filter_in(scope, bound, where)
    column = parse_order(scope, bound, choice)[0]
    if not column.choices:
        raise Invalid.one(choice, "bad_value", t("A board needs a choice or a pipeline."))
    segments = [(n, _segment(column, value, parse_order(scope, bound, order))) for n, (value, order) in enumerate(orders.items())]
    reach = Reach(scope, bound, filter_, descending=False)
    shape = None if filter_ is None else filter_.shape
    key = ("columns", object_, shown, choice, tuple(orders.items()), shape)
    compiled = statement(scope, key, lambda: page_statement(reach, segments, shown, None).limit(None))
    params = {MOST: most, **scope.access.parameters, **({} if filter_ is None else filter_.values)}
    found: dict[str, list[dict[str, Any]]] = {value: [] for value in orders}
    values = list(orders)
    for row in await scope.connection.rows(compiled, params):
        found[values[row["segment"]]].append(msgspec.json.decode(row["record"]))
    return found


def _segment(column: Key, value: str, keys: Sequence[Key]) -> Segment:
    return (Part(column, "choice", value), *(Part(key, "rest") for key in keys))
