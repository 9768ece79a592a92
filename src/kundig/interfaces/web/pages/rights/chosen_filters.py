"""A filter that is chosen in a dialog and stands in a form: its value there, in words, and how many records match today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from kundig.base.errors import Invalid
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import count_records
from kundig.engine.schema.bound import BoundObject
from kundig.interfaces.web.formats import formats
from kundig.interfaces.web.pages.arrangement import parts_of
from kundig.interfaces.web.pages.filter_texts import filter_from, filter_text
from kundig.interfaces.web.pages.wording import wording

LONGEST_FILTER = 20_000
MOST = 10_001
"""Counts end here."""


@dataclass(frozen=True, slots=True)
class FilterView:
    """The name of its value in the form, the value, the sentence, how many match ("" if that can't be asked)."""

    name: str
    object: str
    value: str = ""
    sentence: str = ""
    count: str = ""
    known: bool = True
    """Whether the reader knows of the object: only then is it shown."""


def filter_in(text: str) -> dict[str, Any] | None:
    """The filter that a value of a form holds, if it holds one."""
    return filter_from(text[:LONGEST_FILTER])


def kept_filter(object_: BoundObject, name: str, where: Mapping[str, Any] | None) -> FilterView:
    """A filter that only stays in its form."""
    return FilterView(name, object_.name, filter_text(where))


async def filter_view(scope: Scope, object_: BoundObject, name: str, where: Mapping[str, Any] | None) -> FilterView:
    """How a filter is told to the reader."""
    if object_.name not in scope.access.objects:
        return FilterView(name, object_.name, known=False)
    kept = kept_filter(object_, name, where)
    if where is None:
        return kept
    return replace(kept, sentence=await sentence_of(scope, object_, where), count=await _matching(scope, object_.name, where))


async def sentence_of(scope: Scope, object_: BoundObject, where: Mapping[str, Any]) -> str:
    """What a filter says, in the reader's language."""
    parts = parts_of(dict(where))
    return (await wording(scope, object_, parts)).sentence(parts)


async def _matching(scope: Scope, object_: str, where: Mapping[str, Any]) -> str:
    try:
        return capped(scope, await count_records(scope, object_, dict(where), MOST))
    except Invalid:
        return ""


def capped(scope: Scope, many: int) -> str:
    """A number of records in the reader's way of writing."""
    number = formats(scope.context.language, str(scope.context.time_zone)).number
    return f"{number(MOST - 1)}+" if many >= MOST else str(number(many))
