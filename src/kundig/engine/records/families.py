"""What a record owns, written together with it: `{"name": …, "opportunity_line": [{…}, {"id": …, …}, {"id": …, "delete": true}]}`.

A list under the name of an owned object holds entries. One without an id makes a record, one with an id changes it, with
`delete` it goes to the trash; records that are not named stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from kundig.base.errors import FieldError
from kundig.base.i18n import Text, t
from kundig.engine.policy.scope import Scope
from kundig.engine.records.draft import Create, Delete, Draft, Item, Update
from kundig.engine.records.drafting import Place
from kundig.engine.records.lookup import parse_id
from kundig.engine.records.owned import owned_objects
from kundig.engine.schema.bound import BoundField, BoundObject

if TYPE_CHECKING:
    from kundig.engine.records.writing import Change

DELETE = "delete"
"""The key of an entry that says that its record goes to the trash."""
MOST = 1000
"""Entries of one owned object in one write."""
_MARKS = ("id", "version", DELETE)


@dataclass(frozen=True, slots=True)
class _At:
    """Where an entry stands: in the list of which item, and at which place of it."""

    parent: int
    position: int


@dataclass(slots=True)
class Family:
    """The entries of one owned object in a list of writes. `errors` are those of entries that can't be read at all."""

    object: BoundObject
    link: BoundField
    parents: Sequence[Place]
    """Where the items stand that the entries belong to."""
    items: list[Item] = field(default_factory=list)
    errors: list[FieldError] = field(default_factory=list)
    _at: list[_At] = field(default_factory=list)

    @property
    def places(self) -> list[Place]:
        """A place for each entry, by which `told` finds it again."""
        return [(self.object.name, index) for index in range(len(self.items))]

    def take(self, parent: int, given: Any) -> None:
        """Read the list under one item."""
        if not isinstance(given, list):
            self._refuse(_At(parent, -1), "", "bad_type", t("Give a list here."))
            return
        for position, entry in enumerate(given):
            at = _At(parent, position)
            item = self._read(at, entry)
            if item is not None:
                self.items.append(item)
                self._at.append(at)
        if len(self.items) > MOST:
            del self.items[MOST:], self._at[MOST:]
            self._refuse(_At(parent, -1), "", "too_many", t("At most {max} records can be written at once.", max=MOST))

    def _read(self, at: _At, entry: Any) -> Item | None:
        """An entry as a write; None if it can't be read, with the error noted."""
        fault = _fault(entry, self.link.name)
        if fault is not None:
            self._refuse(at, *fault)
            return None
        values = {name: value for name, value in entry.items() if name not in _MARKS}
        if "id" not in entry:
            return Create(values)
        id_, version = UUID(entry["id"]), entry.get("version")
        return Delete(id_, version) if entry.get(DELETE) else Update(id_, values, version)

    def join(self, drafts: Sequence[Draft], parents: Sequence[Draft]) -> None:
        """Tie drafts of the entries to the drafts of what they belong to. An entry can't be about somebody else's record."""
        for draft, at in zip(drafts, self._at, strict=True):
            parent = parents[at.parent]
            if draft.action == "create":
                draft.new[self.link.column] = parent.id
                draft.given |= {self.link.name}
                draft.labels[self.link.name] = str(parent.new.get("label") or parent.old.get("label") or "")
            elif draft.old[self.link.column] != parent.id:
                draft.refuse("id", "not_found", t("There is no such record, or you may not see it."))

    def told(self, errors: Sequence[FieldError]) -> list[FieldError]:
        """Errors of entries under the names that their givers know: `opportunity_line[1].quantity`, at their item's place."""
        return [error if error.index is None else self._placed(self._at[error.index], error) for error in errors]

    def without(self, errors: Sequence[FieldError]) -> Family:
        """The entries that none of these errors is about."""
        told = {error.index for error in errors}
        rest = [index for index in range(len(self.items)) if index not in told]
        return replace(self, items=[self.items[index] for index in rest], _at=[self._at[index] for index in rest])

    def _refuse(self, at: _At, name: str, code: str, text: Text) -> None:
        self.errors.append(self._placed(at, FieldError(name, code, text)))

    def _placed(self, at: _At, error: FieldError) -> FieldError:
        list_, index = self.parents[at.parent] or (None, None)
        place = f"[{at.position}]" if at.position >= 0 else ""
        name = f"{self.object.name}{place}" + (f".{error.field}" if error.field else "")
        return replace(error, field=name, list=list_, index=index)


def split_owned(
    change: Change, object_: BoundObject, items: Sequence[Item], places: Sequence[Place]
) -> tuple[list[Item], list[Family]]:
    """The items without the lists of what they own, and these lists by object. What the writer may not know of stays a field."""
    owned = {family.object.name: family for family in families_of(change.scope, object_, places, trusted=change.trusted)}
    if not owned:
        return list(items), []
    bare: list[Item] = []
    for index, item in enumerate(items):
        if isinstance(item, Create | Update) and not owned.keys().isdisjoint(item.values):
            for name in owned.keys() & item.values.keys():
                owned[name].take(index, item.values[name])
            item = replace(item, values={name: value for name, value in item.values.items() if name not in owned})  # noqa: PLW2901
        bare.append(item)
    return bare, [family for family in owned.values() if family.items or family.errors]


def families_of(scope: Scope, object_: BoundObject, parents: Sequence[Place] = (), *, trusted: bool = False) -> Iterator[Family]:
    """What may be written with records of an object, each still without entries; a field of the same name goes first."""
    for child, _ in owned_objects(scope, object_):
        if child.name not in object_.fields and (trusted or child.name in scope.access.objects):
            yield Family(child, child.fields[child.definition.parent or ""], parents)


def _fault(entry: Any, link: str) -> tuple[str, str, Text] | None:
    """What makes an entry unreadable: field, code and text; None if it can be read."""
    if not isinstance(entry, dict):
        return "", "bad_type", t("Give a JSON object.")
    version, gone = entry.get("version"), entry.get(DELETE, False)
    if link in entry:
        return link, "read_only", t("This follows from the record that the entry stands in.")
    if "id" in entry and (not isinstance(entry["id"], str) or parse_id(entry["id"]) is None):
        return "id", "bad_value", t("Give the id of a record here.")
    if "id" not in entry and (gone or version is not None):
        return "id", "required", t("Give the id of a record here.")
    if not isinstance(gone, bool):
        return DELETE, "bad_type", t("Give true or false here.")
    if gone and not entry.keys() <= set(_MARKS):
        return DELETE, "bad_value", t("A record that goes to the trash can't be changed at the same time.")
    if version is not None and (not isinstance(version, int) or isinstance(version, bool) or not 0 <= version < 2**31):
        return "version", "bad_type", t("Give the version as a whole number.")
    return None
