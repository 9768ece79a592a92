"""A resolved filter as an SQL condition on a row. Only names of the model get into the text; values are bind parameters."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from kundig.engine.schema.fields.contract import Reading
from kundig.engine.schema.filters.conditions import condition
from kundig.engine.schema.filters.links import points_here
from kundig.engine.schema.filters.paths import exists_along
from kundig.engine.schema.filters.tree import Branch, Filter, Leaf, Node, Related

_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "is": operator.eq,
    "is_not": operator.ne,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


def compile_filter(filter: Filter, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[bool]:
    """The condition that a row of the filter's object matches; run it with `filter.values`.

    `row` is the object's table or an alias of it. What the condition looks at through links and children is what `reading`
    lets be seen. The result may be null, which counts as false.
    """
    return _node(filter.root, row, reading)


def _node(node: Node, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[bool]:
    if isinstance(node, Leaf):
        return _leaf(node, row, reading)
    if isinstance(node, Related):
        return _related(node, row, reading)
    return _branch(node, row, reading)


def _branch(branch: Branch, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[bool]:
    parts = [_node(part, row, reading) for part in branch.parts]
    if branch.join == "all":
        return sa.and_(sa.true(), *parts)
    if branch.join == "any":
        return sa.or_(sa.false(), *parts)
    return sa.and_(sa.true(), *(_not(part) for part in parts))


def _leaf(leaf: Leaf, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[bool]:
    holds = exists_along(leaf.path.links, row, reading, lambda last: condition(leaf.test, leaf.path.field, last, reading))
    return _not(holds) if leaf.negated else holds


def _not(holds: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """The opposite, true as well where the condition is null (an empty field matches a negative operator)."""
    return sa.not_(holds) if isinstance(holds, sa.Exists) else holds.is_not(sa.true())


def _related(related: Related, row: sa.FromClause, reading: Reading) -> sa.ColumnElement[bool]:
    child = reading.table(related.child.object).alias()
    conditions = [points_here(related.link, related.target, row, child), reading.seen(related.child.object, child)]
    if related.where is not None:
        conditions.append(_node(related.where, child, reading))
    one: sa.ColumnElement[int] = sa.literal_column("1")
    found = sa.select(one.label("one")).select_from(child).where(*conditions)
    if related.operator == "some":
        return sa.exists(found)
    if related.operator == "no":
        return sa.not_(sa.exists(found))
    # More than one above the number is never asked for, so counting stops there.
    number = sa.bindparam(related.bind, type_=sa.BigInteger())
    counted = sa.select(sa.func.count()).select_from(found.limit(number + 1).correlate(row).subquery())
    return _COMPARE[related.operator](counted.scalar_subquery(), number)  # type: ignore[no-any-return]
