"""From what a caller wants to drafts: rows are locked and read, values parsed, rights checked, defaults filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from kundig.base.database.connection import compile_statement
from kundig.base.errors import Denied, FieldError, Invalid, Missing, Stale
from kundig.base.i18n import Text, t
from kundig.base.uuid7 import uuid7
from kundig.engine.policy.decisions import Deed, allowed
from kundig.engine.policy.predicates import visible
from kundig.engine.policy.scope import Scope
from kundig.engine.policy.statements import statement
from kundig.engine.records.draft import Create, Delete, Draft, DraftAction, Item, Restore, Update
from kundig.engine.records.lookup import Records
from kundig.engine.records.store import read_sides
from kundig.engine.records.unseen import keep_unseen_links, keep_unseen_rows
from kundig.engine.schema.bound import BoundField, BoundObject
from kundig.engine.schema.fields.contract import Reference, Refused
from kundig.engine.schema.kinds import Kind

if TYPE_CHECKING:
    from kundig.engine.records.writing import Change

Place = tuple[str, int] | None


class Unknown(Invalid):
    """Items of a list that mean records which are not there, or which the writer does not see."""


_NEEDED: tuple[tuple[Deed, DraftAction], ...] = (("edit", "update"), ("delete", "delete"), ("delete", "restore"))


async def draft_items(
    change: Change, object_: BoundObject, items: Sequence[tuple[Place, Item]], *, inside: bool = False
) -> list[Draft]:
    """Drafts of all items, in their order; raises Missing, Denied, Stale. Bad values are collected in the drafts' errors.

    New records `inside` another one that is written with them need no right of their own.
    """
    rows = await _lock(change, object_, [item for _, item in items])
    drafts = _begin_all(change, object_, items, rows)
    _check_once(drafts)
    await _check_rights(change, object_, drafts, inside=inside)
    records = await _look_up(change, object_, drafts, items)
    named_by = _title_links(object_)
    for draft, (_, item) in zip(drafts, items, strict=True):
        if isinstance(item, Create | Update):
            _fill(change, draft, item.values, records)
            draft.external_ids = tuple(item.external_ids)
            draft.lost_ids = tuple(item.lost_ids) if isinstance(item, Update) else ()
            for name in named_by:
                draft.labels[name] = records.labels.get(draft.get(name), "")
    if not change.trusted:
        await keep_unseen_links(change.scope, drafts)
    await _settle_sides(change, drafts)
    await _check_parents(change, object_, drafts)
    return drafts


async def draft_typed(change: Change, object_: BoundObject, values: Mapping[str, Any], id_: UUID | None = None) -> Draft:
    """A draft of what is being typed into a form, only to look at: nothing is locked, what can't be read yet stays as it was.

    Raises Missing for a record that the actor may not see.
    """
    scope, rights = change.scope, change.scope.rights(object_.name)
    old: dict[str, Any] = {}
    if id_ is not None:
        read = statement(scope, ("typed", object_.name), lambda: _reading(scope, object_))
        found = await scope.connection.row(read, {"id": id_, **scope.access.parameters})
        if found is None:
            raise Missing
        old = found
    fixed = rights.hidden | rights.fixed | (rights.fixed_later if id_ else frozenset())
    known = {name: value for name, value in values.items() if name in object_.fields and name not in fixed}
    draft = Draft(change, object_, "update" if id_ else "create", id_ or uuid7(), old=old)
    records = await _look_up(change, object_, [draft], [(None, Create(known))])
    _fill(change, draft, known, records)
    return draft


def _reading(scope: Scope, object_: BoundObject) -> sa.Select[Any]:
    table = object_.table
    seen = visible(scope.access, object_.name, table)
    return sa.select(*table.c).where(table.c.id == sa.bindparam("id", type_=sa.UUID()), table.c.deleted_at.is_(None), seen)


async def _settle_sides(change: Change, drafts: Sequence[Draft]) -> None:
    """Rows of side tables that are there already are no change; links to what the actor does not see stay."""
    written = [draft for draft in drafts if draft.sides and draft.action == "update"]
    for name, current in (await read_sides(change.scope.connection, written) if written else {}).items():
        if not change.trusted:
            await keep_unseen_rows(change.scope, written[0].object.fields[name], written, current)
        for draft in written:
            if draft.sides.get(name) == current.get(draft.id, []):
                del draft.sides[name]


async def _check_parents(change: Change, object_: BoundObject, drafts: Sequence[Draft]) -> None:
    """Whoever adds an owned record to another, or moves it there, must be allowed to edit that one."""
    link = object_.definition.parent
    if link is None or change.trusted:
        return
    parents = {draft.get(link) for draft in drafts if draft.action in ("create", "update") and draft.changes(link)} - {None}
    if parents and len(await allowed(change.scope, "edit", object_.fields[link].target or "", parents)) < len(parents):
        raise Denied(t("Your role does not allow this change to {object}.", object=object_.definition.label_plural))


async def _lock(change: Change, object_: BoundObject, items: Sequence[Item]) -> dict[UUID, dict[str, Any]]:
    """The current rows of records that exist, locked in the order of their ids."""
    ids = sorted({item.id for item in items if not isinstance(item, Create)})
    if not ids:
        return {}
    key = ("lock", object_.name, "trusted" if change.trusted else change.scope.access.shape)
    kept = change.scope.policies.compiled
    if key not in kept:
        kept[key] = compile_statement(_locking(change, object_))
    params = {"ids": ids, **change.scope.access.parameters}
    return {row["id"]: row for row in await change.scope.connection.rows(kept[key], params)}


def _locking(change: Change, object_: BoundObject) -> sa.Select[Any]:
    table = object_.table
    seen = sa.true() if change.trusted else visible(change.scope.access, object_.name, table)
    return (
        sa.select(*table.c, sa.func.coalesce(seen, sa.false()).label("_seen"))
        .where(table.c.id == sa.any_(sa.bindparam("ids", type_=sa.ARRAY(sa.UUID()))))
        .order_by(table.c.id)
        .with_for_update(of=table)
    )


def _begin_all(
    change: Change, object_: BoundObject, items: Sequence[tuple[Place, Item]], rows: Mapping[UUID, dict[str, Any]]
) -> list[Draft]:
    drafts: list[Draft] = []
    unknown: list[FieldError] = []
    stale: list[FieldError] = []
    for place, item in items:
        try:
            drafts.append(_begin(change, object_, place, item, rows))
        except Invalid as error:
            unknown += error.errors
        except Stale as error:
            if place is None:
                raise
            stale += error.errors
    if unknown:
        raise Unknown(unknown)
    if stale:
        raise Stale(stale)
    return drafts


def _begin(change: Change, object_: BoundObject, place: Place, item: Item, rows: Mapping[UUID, dict[str, Any]]) -> Draft:
    if isinstance(item, Create):
        return Draft(change, object_, "create", item.id or uuid7(), place)
    row = rows.get(item.id)
    wanted_live = not isinstance(item, Restore)
    found = row is not None and (row["deleted_at"] is None) == wanted_live
    if found and row is not None and not change.trusted:
        found = row["_seen"]
    if row is None or not found:
        if place is None:
            raise Missing
        raise Invalid([FieldError("id", "not_found", t("There is no such record, or you may not see it."), *place)])
    action: DraftAction = "update" if isinstance(item, Update) else "delete" if isinstance(item, Delete) else "restore"
    draft = Draft(change, object_, action, item.id, place, old={k: v for k, v in row.items() if k != "_seen"})
    version = None if isinstance(item, Restore) else item.version
    if version is not None and version != row["version"]:
        raise Stale([] if place is None else [FieldError("version", "stale", t("The record was changed in the meantime."), *place)])
    return draft


def _check_once(drafts: Sequence[Draft]) -> None:
    seen: set[UUID] = set()
    twice = []
    for draft in drafts:
        if draft.id in seen:
            twice.append(FieldError("id", "twice", t("The same record is named more than once."), *(draft.place or (None, None))))
        seen.add(draft.id)
    if twice:
        raise Invalid(twice)


async def _check_rights(change: Change, object_: BoundObject, drafts: Sequence[Draft], *, inside: bool) -> None:
    """Create by the object's right; edit and delete by the full policy on the named records."""
    if change.trusted:
        return
    rights = change.scope.rights(object_.name)
    if not inside and any(draft.action == "create" for draft in drafts) and not rights.create:
        raise Denied(t("Your role does not allow creating {object}.", object=object_.definition.label_plural))
    for deed, action in _NEEDED:
        ids = [draft.id for draft in drafts if draft.action == action]
        if ids and len(await allowed(change.scope, deed, object_.name, ids, trashed=action == "restore")) < len(ids):
            raise Denied(t("Your role does not allow this change to {object}.", object=object_.definition.label_plural))


def _title_links(object_: BoundObject) -> list[str]:
    """Fields of the title that are links: their labels make part of the record's."""
    return [name for name in object_.title_fields if name in object_.fields and object_.fields[name].kind is Kind.LINK]


async def _look_up(change: Change, object_: BoundObject, drafts: Sequence[Draft], items: Sequence[tuple[Place, Item]]) -> Records:
    records = Records(change.scope.context)
    written = [item.values for _, item in items if isinstance(item, Create | Update)]
    named_by = _title_links(object_)
    kept = [{name: str(draft.before(name)) for name in named_by if draft.before(name)} for draft in drafts]
    await records.look_up(change.scope, _references(object_, [*written, *kept]), trusted=change.trusted)
    return records


def _references(object_: BoundObject, written: Sequence[Mapping[str, Any]]) -> Iterator[Reference]:
    for values in written:
        for name, value in values.items():
            field = object_.fields.get(name)
            if field is not None and value is not None:
                yield from field.type.references(field, value)


def _fill(change: Change, draft: Draft, values: Mapping[str, Any], records: Records) -> None:
    """Parse what is given; for a new record also the defaults of what is not."""
    fields = draft.object.fields
    known = {name: value for name, value in values.items() if _may_write(change, draft, name)}
    draft.given = frozenset(known)
    for name, value in known.items():
        _parse(draft, fields[name], value, records)
    if draft.action == "create":
        for field in draft.object.defaulted:
            if field.name not in known:
                _parse(draft, field, field.definition.default, records)


def _parse(draft: Draft, field: BoundField, value: Any, records: Records) -> None:
    name = field.name
    try:
        parsed = field.type.parse(field, value, records)
    except Refused as refused:
        draft.refuse(f"{name}{refused.place}", refused.code, refused.text)
        return
    if name in draft.object.side_tables and name in parsed:
        draft.sides[name] = parsed[name]
        parsed = {column: part for column, part in parsed.items() if column != name}
    draft.new.update(parsed)


def _may_write(change: Change, draft: Draft, name: str) -> bool:
    """Whether a field may be written here; if not, the draft says why."""
    field = draft.object.fields.get(name)
    rights = change.scope.access.objects.get(draft.object.name)
    if name in ("id", "object", "label") or (field is not None and field.read_only and not change.trusted):
        draft.refuse(name, "read_only", t("This is kept by Kundig and can't be set."))
    elif field is None or (not change.trusted and rights is not None and name in rights.hidden):
        draft.refuse(name, "unknown_field", unknown_field(name))
    elif (
        not change.trusted
        and rights is not None
        and (name in rights.fixed or (draft.action == "update" and name in rights.fixed_later))
    ):
        raise Denied(t("Your role does not allow changing the field {field}.", field=field.definition.label))
    else:
        return True
    return False


def unknown_field(name: str) -> Text:
    """What is said about a field that isn't there, or isn't the reader's to know."""
    return t("There is no field {field} here.", field=name)
