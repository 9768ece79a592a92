"""What a field is made of: a formula of other fields, a roll-up of children, a stage's status of the stage.

Whoever may not see a source may not see what is made of it either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kundig.engine.policy.timelines import MADE, ways
from kundig.engine.schema.bound import BoundField
from kundig.engine.schema.model import Model

_BRACED = re.compile(r"\{([a-z_][a-z0-9_]*)")


@dataclass(frozen=True, slots=True)
class Source:
    """A field that another is made of; `field` None: the records themselves."""

    object: str
    field: str | None
    many: bool = False
    """From children, so that which of them one may see makes a difference."""
    needed: bool = True
    """Without a right to read it nothing is told; else what is left is told."""


def sources(model: Model, field: BoundField) -> tuple[Source, ...]:
    """All that a field is made of, one step; nothing for a field that holds its own value."""
    return tuple(_sources(model, field))


def _sources(model: Model, field: BoundField) -> Iterator[Source]:
    options = field.options
    if field.pipeline is not None and field.name != field.pipeline.field:
        yield Source(field.object, field.pipeline.field)
    for own in model.objects[field.object].pipelines:
        if any(pipeline.probability == field.name for pipeline in own.pipelines):
            yield Source(field.object, own.name)
    yield from (Source(field.object, name) for name in _braced(getattr(options, "sql", None)))
    if currency := getattr(options, "currency_of", None):
        yield Source(field.object, currency)
    if child := getattr(options, "child", None):
        yield from _of_children(model, child, options)
    if getattr(options, "timeline", None):
        yield from (Source(*told, many=True, needed=False) for told in _of_timeline(model, field.object))


def _of_children(model: Model, path: str, options: Any) -> Iterator[Source]:
    child, _, link = path.partition(".")
    yield Source(child, None, many=True)
    yield Source(child, link, many=True)
    if options.field:
        yield Source(child, options.field, many=True)
    for used in filter_paths(options.where or {}):
        yield from _steps(model, child, used)


def _of_timeline(model: Model, about_object: str) -> Iterator[tuple[str, str | None]]:
    """All that entries tell: of interactions, and of what they came through."""
    for object_ in model.objects.values():
        if interaction := object_.definition.interaction:
            yield from ((object_.name, name) for name in (None, interaction.at, MADE, *interaction.about))
    for name, link in ways(model, about_object):
        yield from ((name, None), (name, link.name))


def filter_paths(where: Any) -> Iterator[str]:
    """The paths of all leaves of a filter; of a child condition, `object.link` (its own leaves are not told)."""
    for part in conditions_of(where):
        yield from (part[key] for key in ("field", "related") if isinstance(part.get(key), str))


def conditions_of(where: Any) -> Iterator[Mapping[str, Any]]:
    """The leaves and child conditions of a filter, without what is asked of the children."""
    if isinstance(where, Mapping):
        if "field" in where or "related" in where:
            yield where
        for key in ("all", "any", "none"):
            yield from conditions_of(where.get(key))
    elif isinstance(where, list | tuple):
        for part in where:
            yield from conditions_of(part)


def _steps(model: Model, object_: str, path: str) -> Iterator[Source]:
    for name in path.split("."):
        yield Source(object_, name, many=True)
        field = model.objects[object_].fields.get(name) if object_ in model.objects else None
        if field is None or field.target is None:
            return
        object_ = field.target


def _braced(sql: str | None) -> Iterator[str]:
    return iter(_BRACED.findall(sql or ""))
