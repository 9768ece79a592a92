"""Filters of roles and sharing rules as SQL on stored records: the same for whoever writes, whatever they may see."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.sql import visitors

from kundig.engine.policy.predicates import FullReading
from kundig.engine.policy.scope import Scope
from kundig.engine.schema.bound import BoundObject
from kundig.engine.schema.filters import compile_filter, parse_filter


def condition(scope: Scope, bound: BoundObject, where: Any, row: sa.FromClause, *, prefix: str) -> sa.ColumnElement[bool]:
    """The condition with its values; `prefix` keeps its parameters apart from those of other filters in the statement."""
    # days begin in the workspace's time zone: an audience must not depend on who happened to write
    context = replace(scope.context, time_zone=ZoneInfo(scope.context.workspace.time_zone))
    parsed = parse_filter(where, bound, model=scope.model, hidden=lambda _: frozenset(), context=context)
    compiled = compile_filter(parsed, row, FullReading(scope.model))

    def named(element: Any, **_: Any) -> Any:
        if isinstance(element, sa.BindParameter) and element.key in parsed.values:
            return sa.bindparam(f"{prefix}_{element.key}", parsed.values[element.key], type_=element.type)
        return None

    return visitors.replacement_traverse(compiled, {}, named)
