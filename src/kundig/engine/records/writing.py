"""The write door: everything that changes a record goes through `Change.write`, in one transaction with all that follows from it.

A change validates, checks rights, asks the hooks, writes rows and what is derived from them (contact points, stages, timelines,
roll-ups, search, audience) and the journal. It takes lists; a single write is a list of one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kundig.base.errors import Denied, FieldError, Invalid, KundigError, Stale
from kundig.base.i18n import t
from kundig.base.uuid7 import uuid7
from kundig.engine.history.entries import ChangeHead, write_head
from kundig.engine.policy.scope import Scope
from kundig.engine.records.audiences import set_audience
from kundig.engine.records.checks import check_required, check_tree, check_unique, set_label
from kundig.engine.records.derive import keep_derived
from kundig.engine.records.draft import Create, Delete, Draft, Item, Restore, Update
from kundig.engine.records.drafting import Place, Unknown, draft_items
from kundig.engine.records.external_ids import check_external_ids
from kundig.engine.records.families import Family, split_owned
from kundig.engine.records.foretelling import foretell
from kundig.engine.records.hooks import call_hooks
from kundig.engine.records.journaling import journal_drafts, values_before
from kundig.engine.records.layouts import check_asked
from kundig.engine.records.numbers import give_numbers
from kundig.engine.records.owned import with_owned
from kundig.engine.records.rollups import lock_parents
from kundig.engine.records.series import prepare_series
from kundig.engine.records.series_writes import follow_series
from kundig.engine.records.stages import apply_stage
from kundig.engine.records.stamps import set_owners, stamp
from kundig.engine.records.store import insert_rows, update_rows, write_sides
from kundig.engine.records.unseen import note_unseen
from kundig.engine.records.worth import follow_standing, set_worth
from kundig.engine.schema.bound import BoundObject

MAX_ITEMS = 1000
"""Items of one list; longer work goes in chunks under one change."""
MAX_DEPTH = 5
"""How deep writes of hooks may cause further writes."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a write did. `change` is None when nothing changed."""

    change: UUID | None
    ids: list[UUID]
    created: int = 0
    updated: int = 0
    deleted: int = 0


@dataclass(frozen=True, slots=True)
class Above:
    """What the drafts belong to that are made of a family's entries."""

    family: Family
    parents: Sequence[Draft]


class Change:
    """One change set: any number of writes under one id, undone as a whole.

    `trusted` writes (undo, the system itself) may set what the engine keeps and need no rights of their own. A long change
    goes on in another transaction with the same `id`. With `derive_later` search, timelines, figures and filters' audiences are
    left to `bulk.derive`, which must follow in the same transaction: for loading many records in many small changes. With `form_of`
    a person fills a form of this object, and can't leave empty what their layout requires.
    """

    def __init__(
        self,
        scope: Scope,
        *,
        id_: UUID | None = None,
        action: str = "write",
        undoes: UUID | None = None,
        reason: str | None = None,
        trusted: bool = False,
        derive_later: bool = False,
        form_of: str | None = None,
    ) -> None:
        self.scope = scope
        self.head = ChangeHead(id_ or uuid7(), action, undoes, reason)
        self.trusted = trusted
        self.derive_later = derive_later
        self.form_of = form_of
        self.counts: dict[str, int] = defaultdict(int)
        self.recurring: list[Draft] = []
        """Records whose rule was given, changed or taken, until what follows from it is done."""
        self.in_series = False
        self._depth = 0
        self._named = False

    @property
    def id(self) -> UUID:
        """The id of the change set, in the journal once something is written."""
        return self.head.id

    @property
    def written(self) -> bool:
        """Whether anything has been changed in this transaction."""
        return self._named

    def outcome(self, ids: list[UUID], *, created: int = 0, updated: int = 0, deleted: int = 0) -> Written:
        """What it did to the records of `ids`."""
        return Written(self.id if self.written else None, ids, created, updated, deleted)

    async def write(self, object_: str, items: Sequence[Item], places: Sequence[Place] | None = None) -> list[UUID]:
        """Write a list of items of one object, with what they own; their ids in order.

        Raises Invalid with all that is wrong, writing nothing then.
        """
        if not items:
            return []
        if len(items) > MAX_ITEMS:
            raise Invalid.one("where", "too_many", t("At most {max} records can be written at once.", max=MAX_ITEMS))
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise KundigError(t("Rules cause each other without end; the change was not made."))
        bound = self.scope.model.objects[object_] if self.trusted else self.scope.object(object_)
        places = places or [None] * len(items)
        try:
            lists, errors = await self._draft(bound, items, places)
        except Unknown as unknown:
            errors = [*unknown.errors, *await self._other_errors(bound, items, places, unknown)]
        if errors:
            raise Invalid(errors)
        if not self.derive_later:
            await foretell(self.scope, lists)
        for drafts in lists:
            await self._store([draft for draft in drafts if draft.writes])
        if self._depth == 1:
            recurring, self.recurring = self.recurring, []
            await follow_series(self, recurring)
        self._depth -= 1
        return [draft.id for draft in lists[0]]

    async def _other_errors(
        self, object_: BoundObject, items: Sequence[Item], places: Sequence[Place], unknown: Unknown
    ) -> Sequence[FieldError]:
        """What else is wrong in a list with records that are not there."""
        told = {(error.list, error.index) for error in unknown.errors}
        known = [(item, place) for item, place in zip(items, places, strict=True) if place not in told]
        if not known:
            return ()
        try:
            return (await self._draft(object_, [item for item, _ in known], [place for _, place in known]))[1]
        except Invalid as error:
            return error.errors
        except (Denied, Stale):
            return ()  # told when the list is sent again without what is not there

    async def _draft(
        self, object_: BoundObject, items: Sequence[Item], places: Sequence[Place], above: Above | None = None
    ) -> tuple[list[list[Draft]], list[FieldError]]:
        """Drafts of the items, then of what they own, ready to be stored in this order; and all that is wrong with them."""
        own, families = split_owned(self, object_, items, places)
        drafts = await draft_items(self, object_, list(zip(places, own, strict=True)), inside=above is not None)
        if above is not None:
            above.family.join(drafts, above.parents)
        lists, errors = [drafts], await self._prepare(drafts, above.parents if above is not None else ())
        for family in families:
            found, wrong = await self._draft_family(family, drafts)
            lists += found
            errors += wrong
        return lists, errors

    async def _draft_family(self, family: Family, parents: Sequence[Draft]) -> tuple[list[list[Draft]], list[FieldError]]:
        if not family.items:
            return [], family.errors
        try:
            found, wrong = await self._draft(family.object, family.items, family.places, Above(family, parents))
        except Unknown as unknown:
            return [], family.told(unknown.errors) + await self._other_entries(family.without(unknown.errors), parents)
        except Invalid as error:
            found, wrong = [], list(error.errors)
        except Stale as error:
            raise Stale(family.told(error.errors)) from None
        return found, family.errors + family.told(wrong)

    async def _other_entries(self, family: Family, parents: Sequence[Draft]) -> list[FieldError]:
        """What else is wrong in a list of entries of which some mean what is not there."""
        try:
            return (await self._draft_family(family, parents))[1]
        except (Denied, Stale):
            return family.errors  # as in `_other_errors`

    async def _prepare(self, drafts: Sequence[Draft], owners: Sequence[Draft]) -> list[FieldError]:
        """Rules and hooks; all that is wrong with the drafts, whose records belong to those of `owners`."""
        written = [draft for draft in drafts if draft.action in ("create", "update")]
        await set_owners(self.scope, written, trusted=self.trusted)
        if written and not self.trusted:
            await note_unseen(self.scope, written)
        for draft in written:
            if draft.action == "create":
                stamp(draft, self.scope)
            for field in draft.object.pipelines:
                if draft.action == "create" or field.name in draft.given or draft.new:
                    apply_stage(draft, field, self.scope.context.now)
        for draft in drafts:
            prepare_series(draft)
        await call_hooks(self.scope, drafts, "before")
        await set_worth(self, written, owners)
        for draft in written:
            check_required(draft)
            set_label(draft)
        if written and not self.trusted and self.form_of == written[0].object.name:
            await check_asked(self.scope, written)
        await check_unique(self.scope, drafts)
        await check_external_ids(self.scope, drafts)
        if not any(draft.errors for draft in drafts):
            await check_tree(self.scope, drafts)
        return [error for draft in drafts for error in draft.errors]

    async def _store(self, drafts: Sequence[Draft]) -> None:
        if not drafts:
            return
        object_ = drafts[0].object
        if not self.derive_later:
            await lock_parents(self.scope, drafts)
        old = await values_before(self.scope, drafts)
        if not self._named:
            await write_head(self.scope.context, self.head)
            self._named = True
        for draft in drafts:
            if draft.action != "create":
                stamp(draft, self.scope)
        by_action = {action: [d for d in drafts if d.action == action] for action in ("create", "update", "delete", "restore")}
        if by_action["create"]:
            await give_numbers(self.scope, by_action["create"])
            await set_audience(self.scope, by_action["create"])
            await insert_rows(self.scope, object_, by_action["create"])
        changed = [draft for draft in drafts if draft.action != "create"]
        if changed:
            await update_rows(self.scope, object_, changed)
        await write_sides(self.scope, object_, by_action["create"] + by_action["update"])
        for object_name, items in with_owned(self.scope, by_action["delete"] + by_action["restore"]):
            await self.write_trusted(object_name, await items)
        await keep_derived(self.scope, object_, drafts, self.id, later=self.derive_later)
        await follow_standing(self, drafts)
        await journal_drafts(self.scope, drafts, self.head, old)
        for action, found in by_action.items():
            self.counts[action] += len(found)
        await call_hooks(self.scope, drafts, "after")
        await self._follow(drafts)

    async def write_trusted(self, object_: str, items: Sequence[Item]) -> None:
        """What follows by rule (owned records, writes of hooks) needs no rights of the actor, and may be any number."""
        trusted, self.trusted = self.trusted, True
        try:
            for start in range(0, len(items), MAX_ITEMS):
                await self.write(object_, items[start : start + MAX_ITEMS])
        finally:
            self.trusted = trusted

    async def _follow(self, drafts: Sequence[Draft]) -> None:
        """Writes that hooks asked for, grouped by object in the order in which they came."""
        followers: dict[str, list[Item]] = defaultdict(list)
        for draft in drafts:
            for object_, item in draft.followers:
                followers[object_].append(item)
        for object_, items in followers.items():
            await self.write_trusted(object_, items)


async def write(scope: Scope, object_: str, items: Sequence[Item]) -> Written:
    """Write a list of items of one object as one change set."""
    change = Change(scope)
    ids = await change.write(object_, items)
    counts = {action: sum(1 for item in items if isinstance(item, kind)) for action, kind in _COUNTED.items()}
    return change.outcome(ids, **counts)


async def write_batch(
    scope: Scope, object_: str, create: Sequence[Create], update: Sequence[Update], delete: Sequence[Delete]
) -> Written:
    """Creates, updates and deletes of one object, all or nothing; errors name list and index. `ids` are the new records'."""
    items: list[Item] = [*create, *update, *delete]
    lists = (("create", create), ("update", update), ("delete", delete))
    places: list[Place] = [(name, index) for name, list_ in lists for index in range(len(list_))]
    change = Change(scope)
    ids = await change.write(object_, items, places)
    return change.outcome(ids[: len(create)], created=len(create), updated=len(update), deleted=len(delete))


_COUNTED: dict[str, Any] = {"created": Create, "updated": Update, "deleted": Delete}

__all__ = ["Change", "Create", "Delete", "Item", "Restore", "Update", "Written", "write", "write_batch"]
