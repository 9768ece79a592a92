"""Filters that are part of the model (of roles, sharing rules, roll-ups) as SQL: the same for whoever reads or writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.sql import visitors

from kundig.base.context import Context
from kundig.engine.policy.predicates import FullReading
from kundig.engine.policy.scope import Scope
from kundig.engine.schema.bound import BoundObject
from kundig.engine.schema.fields.contract import Reading
from kundig.engine.schema.filters import compile_filter, parse_filter
from kundig.engine.schema.model import Model


def condition(scope: Scope, bound: BoundObject, where: Any, row: sa.FromClause, *, prefix: str) -> sa.ColumnElement[bool]:
    """The condition that a stored row matches, its values in it; `prefix` keeps them apart from those of other filters."""
    return matching(scope.model, scope.context, bound, where, row, FullReading(scope.model), prefix=prefix)


def matching(
    model: Model,
    context: Context,
    bound: BoundObject,
    where: Mapping[str, Any],
    row: sa.FromClause,
    reading: Reading,
    *,
    prefix: str,
) -> sa.ColumnElement[bool]:
    """The same, looking through links and at children as `reading` lets be seen."""
    # days begin in the workspace's time zone: what belongs to the model must not depend on who happens to ask
    own = replace(context, time_zone=ZoneInfo(context.workspace.time_zone))
    parsed = parse_filter(where, bound, model=model, context=own, prefix=prefix)
    compiled = compile_filter(parsed, row, reading)

    def fill(bind: sa.BindParameter[Any]) -> None:
        if bind.key in parsed.values:
            bind.value = parsed.values[bind.key]
            bind.required = False

    visitors.traverse(compiled, {}, {"bindparam": fill})
    return compiled
