"""Edits by two people, put together field by field: what only one of them changed is kept, what both changed is shown to the later.

A form names the version that it was filled from. Of the fields that others have changed since, those stand that were not touched in
the form; one that was is a clash, until the form says which value is to stay (`_keep.{field}`: mine or theirs) and which version
it saw when it said so (`_seen`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from uuid import UUID

import msgspec

from kundig.base.errors import Conflict, Stale
from kundig.base.i18n import t
from kundig.base.whole import whole
from kundig.engine.history.since import Later, changed_since
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import read_record
from kundig.engine.records.writing import Change, Update, Written
from kundig.engine.schema.bound import BoundField, BoundObject
from kundig.interfaces.web.edge import Visit
from kundig.interfaces.web.formats import Formats, formats
from kundig.interfaces.web.pages.values import form_values, made_for_links, of_field
from kundig.interfaces.web.widgets.filling import fill
from kundig.interfaces.web.widgets.reading import Form, read

_TRIES = 3
Save = Callable[[Update], Awaitable[Written]]


@dataclass(frozen=True, slots=True)
class Clash:
    """A field that somebody else has changed too: their value (contract JSON) stands, ours is in the form."""

    value: Any
    by: str
    at: str
    keep: str = ""
    """What the form has decided so far: mine, theirs or nothing."""


@dataclass(frozen=True, slots=True)
class Merge:
    """A form put together with the record as it is now."""

    record: Mapping[str, Any]
    version: int
    """Of the record as it is now."""
    values: Mapping[str, Any]
    """What is to be written."""
    form: Form
    """The form with the others' values where it had touched nothing."""
    clashes: Mapping[str, Clash] = field(default_factory=dict)
    theirs: frozenset[str] = frozenset()
    """Fields where the others' values stand."""


class Clashed(Conflict):
    """Both have changed the same fields; nothing was written."""

    code = "clashed"

    def __init__(self, merge: Merge) -> None:
        """`merge` says which fields, and holds all that was typed."""
        super().__init__(t("Somebody else has changed the same fields meanwhile. Choose what is to stay."))
        self.merge = merge


async def write_merged(
    scope: Scope,
    visit: Visit,
    object_: BoundObject,
    id_: UUID,
    *,
    only: str | None = None,
    also: Mapping[str, Any] = MappingProxyType({}),
    save: Save | None = None,
) -> tuple[Written, Merge]:
    """Write what a form changes, or `only` one field of it, beside what others have changed meanwhile.

    `also` is written with it (what the record owns), `save` writes in another way than for the one record. Raises Clashed,
    Invalid, Missing.
    """
    named = visit.form if only is None else of_field(only, visit.form)
    for attempt in range(1, _TRIES + 1):
        change = Change(scope, form_of=object_.name)  # one for the record and for those that its links name for the first time
        try:
            async with scope.connection.savepoint():
                made = await made_for_links(change, object_, named)
                merge = await _merged(scope, visit, object_, id_, only, made)
                if any(not clash.keep for clash in merge.clashes.values()):
                    raise Clashed(merge)
                if not merge.values and not also:
                    return Written(None, [id_]), merge
                item = Update(id_, {**merge.values, **also}, merge.version)
                return await (_written(change, object_, item) if save is None else save(item)), merge
        except Stale:
            if attempt == _TRIES:
                raise
    raise AssertionError


async def _written(change: Change, object_: BoundObject, item: Update) -> Written:
    return change.outcome(await change.write(object_.name, [item]))


async def _merged(scope: Scope, visit: Visit, object_: BoundObject, id_: UUID, only: str | None, made: Mapping[str, str]) -> Merge:
    values = form_values(scope, object_, visit.form)
    if only is not None:
        bound = object_.fields[only]
        values = {only: read(bound, visit.form, scope.context.language, scope.context.time_zone)}
    values |= made
    text, version = await read_record(scope, object_.name, id_, [*dict.fromkeys([*values, "label", "version"])])
    record: dict[str, Any] = msgspec.json.decode(text)
    seen = whole(visit.value("version"))
    if seen is None or seen >= version:
        return Merge(record, version, values, visit.form)
    later = await changed_since(scope, object_.name, id_, seen)
    fields = [object_.fields[name] for name in values if name in later]
    return _put_together(visit, _Reader(scope, formats(visit.frame.language, visit.frame.zone)), fields, later, values, record)


def _put_together(
    visit: Visit,
    reader: _Reader,
    fields: Sequence[BoundField],
    later: Mapping[str, Later],
    values: Mapping[str, Any],
    record: Mapping[str, Any],
) -> Merge:
    kept, form, clashes, theirs = dict(values), dict(visit.form), {}, set()
    for bound in fields:
        name, typed = bound.name, values[bound.name]
        if typed in (reader.again(bound, later[name].before), reader.again(bound, record[name])):
            decided = "theirs"
        else:
            by = later[name].by or t("Somebody").render(visit.frame.language)
            decided = _decided(visit, name, later[name].version)
            clashes[name] = Clash(record[name], by, later[name].at, decided)
        if decided == "theirs":
            theirs.add(name)
            del kept[name]
            form = _refilled(form, name, fill(bound, record[name], reader.shown))
    return Merge(record, record["version"], kept, form, clashes, frozenset(theirs))


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads a stored value as the form would send it, untouched: only so can it be compared with what was sent."""

    scope: Scope
    shown: Formats

    def again(self, bound: BoundField, value: Any) -> Any:
        filled = fill(bound, value, self.shown)
        form = {f"{bound.name}.{part}" if part else bound.name: texts for part, texts in filled.items()}
        return read(bound, form, self.scope.context.language, self.scope.context.time_zone)


def _decided(visit: Visit, name: str, version: int) -> str:
    """What the form says about a clash, if it has seen the latest value."""
    seen, keep = whole(visit.value("_seen")), visit.value(f"_keep.{name}")
    return keep if keep in ("mine", "theirs") and seen is not None and seen >= version else ""


def _refilled(form: Mapping[str, list[str]], name: str, filled: Mapping[str, list[str]]) -> dict[str, list[str]]:
    others = {key: texts for key, texts in form.items() if key.rstrip("!") != name and not key.startswith(f"{name}.")}
    return others | {f"{name}.{part}" if part else name: texts for part, texts in filled.items()} | {f"{name}!": [""]}
