"""Which roll-ups hang on an object's records, and the SQL of their figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import msgspec
import sqlalchemy as sa

from kundig.engine.policy.figures import figures
from kundig.engine.policy.predicates import FullReading
from kundig.engine.policy.scope import Scope
from kundig.engine.records.draft import columns_of
from kundig.engine.schema.bound import BoundField, BoundObject
from kundig.engine.schema.model import Model


@lru_cache(maxsize=500)
def rollups_of_children(model: Model, child: str) -> tuple[tuple[BoundField, str], ...]:
    """The roll-ups, of any object, over records of `child`, each with the link by which they hang together."""
    return tuple((field, field.options.link) for field in _rollups(model) if field.options.child_object == child)


def figures_over(model: Model, parent: str, child: str, link: str) -> list[BoundField]:
    """The roll-ups of `parent` over the records of `child` that hang on it by `link`."""
    return [field for field, via in rollups_of_children(model, child) if field.object == parent and via == link]


def timeline_rollups(model: Model, object_: str) -> Mapping[str, str]:
    """Columns of last and next interaction, with their SQL over the timeline entries `e` of a record."""
    return {
        field.column: "max(e.at) filter (where e.at <= clock_timestamp())"
        if field.options.timeline == "last"
        else "min(e.at) filter (where e.at > clock_timestamp())"
        for field in _rollups(model)
        if field.object == object_ and field.options.timeline is not None
    }


def _rollups(model: Model) -> Iterator[BoundField]:
    for object_ in model.objects.values():
        if object_.rollups is not None:
            yield from (field for field in object_.fields.values() if field.type.rollup_columns(field))


def figures_recipe(object_: BoundObject) -> str:
    """What an object's roll-ups count, as a text to compare; empty where it has none."""
    found = {name: field.definition.options for name, field in object_.fields.items() if field.type.rollup_columns(field)}
    return msgspec.json.encode(found, order="deterministic").decode() if found else ""


def rollup_values(scope: Scope, field: BoundField, row: sa.FromClause, place: int) -> dict[str, sa.ColumnElement[Any]]:
    """The figures of a roll-up by column, over child rows `row` that are joined from outside: without a child the id is null."""
    return figures(scope.model, scope.context, field, row, FullReading(scope.model), prefix=f"r{place}_")


def figure_columns(field: BoundField, target: BoundField) -> list[str]:
    """The columns of a figure, in the order of those of the own field `target` that it is written into."""
    return [f"{field.column}{column.removeprefix(target.column)}" for column in columns_of(target)]


class FigureKey:
    """The model and currency a compiled statement is for; equal by those, carries the scope that compiling needs."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._identity = (id(scope.model), scope.context.workspace.currency)

    def __hash__(self) -> int:
        return hash(self._identity)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FigureKey) and self._identity == other._identity
