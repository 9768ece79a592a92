"""Filters of a role while it is edited: what stands in the form, what is missing, and how each is told.

In the form `account.where` holds the filter of a grant, `never` the places of forbids, and each has its own values
(`never.0.object`, `never.0.where`). Filters on objects that the reader does not know of are neither shown nor touched.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kundig.base.errors import Invalid
from kundig.base.i18n import Text, label_in, t
from kundig.engine.extension import Forbid
from kundig.engine.policy.scope import Scope
from kundig.engine.schema.bound import BoundObject
from kundig.interfaces.web.pages.rights.chosen_filters import FilterView, filter_in, filter_view

if TYPE_CHECKING:
    from kundig.interfaces.web.pages.rights.drafts import RoleDraft

Form = Mapping[str, list[str]]
NEVER = "never"
BY_FILTER = "filter"
"""The level of those who see nothing but what matches the filter."""
MOST_FORBIDS = 100


@dataclass
class ForbidDraft:
    """Records of an object that are never seen; without a filter until one is chosen."""

    object: str
    where: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ForbidView:
    """One thing that is forbidden: its place among those of the form, the object's name, icon, and the filter."""

    place: int
    label: str
    icon: str
    filter: FilterView


def forbids_from(form: Form, stored: Sequence[Forbid], known: Collection[str]) -> list[ForbidDraft]:
    """What the form forbids, besides what it does not show."""
    given = []
    for place in list(dict.fromkeys(form.get(NEVER, ())))[:MOST_FORBIDS]:
        object_ = next(iter(form.get(f"{NEVER}.{place}.object", ())), "")
        if object_ in known:
            given.append(ForbidDraft(object_, filter_in(next(iter(form.get(f"{NEVER}.{place}.where", ())), ""))))
    before = forbids_of(stored)
    if given == [item for item in before if item.object in known]:
        return before
    return [*(item for item in before if item.object not in known), *given]


def forbids_of(stored: Sequence[Forbid]) -> list[ForbidDraft]:
    """The forbids of a role as they are."""
    return [ForbidDraft(item.object, dict(item.where)) for item in stored]


def filterable(object_: BoundObject) -> bool:
    """Whether people can set filters on the records of an object: on those of the platform only documents do."""
    return object_.definition.storage == "record" and not object_.definition.system


def missing(draft: RoleDraft) -> dict[str, Text]:
    """Filters that are not chosen yet, by the names of their values."""
    text = t("Say which records.")
    found = {
        f"{key}.where": text for key, grant in draft.grants.items() if grant.levels["read"] == BY_FILTER and grant.where is None
    }
    return found | {f"{NEVER}.{place}.where": text for place, item in enumerate(draft.forbids) if item.where is None}


def placed(draft: RoleDraft, stored: RoleDraft, role: str, refused: Invalid) -> dict[str, Text]:
    """What is wrong, at the filters that are meant: of several on one object, at those that were changed."""
    found: dict[str, Text] = {}
    for error in refused.errors:
        place = error.field.partition(":")[0]
        for name, meant in _changed(draft, stored, role):
            if meant == place:
                found.setdefault(name, error.text)
    return found


def _changed(draft: RoleDraft, stored: RoleDraft, role: str) -> Iterator[tuple[str, str]]:
    """The names of the values that were changed, and how the check of a role calls the places of their filters."""
    for key, grant in draft.grants.items():
        if grant.where is not None and (key not in stored.grants or stored.grants[key].where != grant.where):
            yield f"{key}.where", f"role {role}.{key}"
    for place, item in enumerate(draft.forbids):
        if item not in stored.forbids:
            yield f"{NEVER}.{place}.where", f"role {role}.forbids {item.object}"


async def forbid_views(scope: Scope, draft: RoleDraft, objects: Sequence[BoundObject]) -> tuple[ForbidView, ...]:
    """All that a draft forbids and the reader may know of, in the order in which it stands."""
    known, found = {object_.name: object_ for object_ in objects}, []
    for place, item in enumerate(draft.forbids):
        if item.object in scope.access.objects and item.object in known:
            definition = known[item.object].definition
            view = await filter_view(scope, known[item.object], f"{NEVER}.{place}.where", item.where)
            found.append(ForbidView(place, label_in(definition.label_plural, scope.context.language), definition.icon, view))
    return tuple(found)
