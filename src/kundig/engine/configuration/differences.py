"""What a plan would change, readable: per document, per key, lists of named things item by item."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from kundig.engine.configuration.documents import Document
from kundig.engine.configuration.store import Revision

_MISSING: Any = object()


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that is added, changed or removed; `place` as in `fields.budget.required`, empty for the whole document."""

    kind: str
    name: str
    place: str
    action: Literal["add", "change", "remove"]
    old: Any = None
    new: Any = None

    def line(self) -> str:
        """The difference as a line: `+ field account.budget`, `~ object project: fields.name.required: false → true`."""
        sign = {"add": "+", "change": "~", "remove": "-"}[self.action]
        head = f"{sign} {self.kind} {self.name}"
        if not self.place:
            return head
        shown = {
            "add": _shown(self.new),
            "remove": _shown(self.old),
            "change": f"{_shown(self.old)} → {_shown(self.new)}",
        }[self.action]
        return f"{head}: {self.place}: {shown}"


def revisions_between(old: Sequence[Document], new: Sequence[Document]) -> list[Revision]:
    """What has to be done to the documents, in their order; those that stay as they are left out."""
    before = {document.key: document.body for document in old}
    after = {document.key: document.body for document in new}
    keys = list(dict.fromkeys([*after, *before]))
    return [Revision(*key, before.get(key), after.get(key)) for key in keys if before.get(key) != after.get(key)]


def differences(revisions: Sequence[Revision]) -> list[Difference]:
    """All differences of a plan."""
    return [difference for revision in revisions for difference in _of(revision)]


def _of(revision: Revision) -> Iterator[Difference]:
    if revision.old is None:
        yield Difference(revision.kind, revision.name, "", "add", new=revision.new)
    elif revision.new is None:
        yield Difference(revision.kind, revision.name, "", "remove", old=revision.old)
    else:
        for place, old, new in _changes("", revision.old, revision.new):
            if old is _MISSING:
                yield Difference(revision.kind, revision.name, place, "add", new=new)
            elif new is _MISSING:
                yield Difference(revision.kind, revision.name, place, "remove", old=old)
            else:
                yield Difference(revision.kind, revision.name, place, "change", old, new)


def _changes(place: str, old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    before, after = _items(old), _items(new)
    if before is None or after is None:
        if old != new:
            yield place, old, new
        return
    for key in dict.fromkeys([*before, *after]):
        inner = f"{place}.{key}" if place else key
        if key in before and key in after:
            yield from _changes(inner, before[key], after[key])
        else:
            yield inner, before.get(key, _MISSING), after.get(key, _MISSING)
    shared = [[key for key in side if key in before and key in after] for side in (before, after)]
    if isinstance(old, list) and shared[0] != shared[1]:
        yield f"{place} (order)", shared[0], shared[1]


def _items(value: Any) -> dict[str, Any] | None:
    """A mapping's values, or a list's items by their name or key; None for anything else."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, list):
        for key in ("name", "key"):
            if value and all(isinstance(item, Mapping) and isinstance(item.get(key), str) for item in value):
                return {item[key]: item for item in value}
    return None


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= 120 else f"{text[:119]}…"
