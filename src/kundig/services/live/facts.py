"""From the feed to facts: what happened to which record, and all that decides which pages are concerned and who may know of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa

from kundig.engine.history.feed import Happened, Touched, by_object
from kundig.engine.policy.access import Access
from kundig.engine.policy.scope import Scope
from kundig.engine.policy.statements import statement
from kundig.engine.policy.tables import TIMELINE_ENTRY, UUIDS
from kundig.engine.policy.timelines import ways
from kundig.engine.policy.visibility import sees
from kundig.engine.schema.bound import BoundField, BoundObject
from kundig.engine.schema.model import Model

Record = tuple[str, UUID]
Audience = frozenset[int]
_CHANGES_FIELDS = frozenset({"update", "undo", "merge"})


@dataclass(frozen=True, slots=True)
class Standing:
    """A record on whose timeline an interaction stands, and what one must be able to read to know that."""

    record: Record
    fields: frozenset[tuple[str, str]]
    """What it is about and when; the link of the record that it came through."""
    through: tuple[tuple[str, Audience | None], ...] = ()
    """The record that it came through, by its object and audience; None where it is gone: only who reads all knows of it."""

    def known_to(self, access: Access) -> bool:
        """Whether somebody who may know of the interaction may know that it stands there."""
        rights = access.objects
        if any(object_ not in rights or field in rights[object_].hidden for object_, field in self.fields):
            return False
        return all(
            rights[object_].reads_all if audience is None else sees(access, object_, audience) for object_, audience in self.through
        )


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened to one record of an object, or to so many that nobody wants to hear of each (`record` is None)."""

    object: str
    record: UUID | None
    audiences: frozenset[Audience]
    """Of the records; who sees one of them may know of it."""
    created: bool = False
    fields: frozenset[str] = frozenset()
    """Fields that changed, where nothing else happened: who may not see any of them learns nothing."""
    parents: tuple[tuple[Record, str], ...] = ()
    """The records that this one links to, with the link: it stands in their related lists and figures."""
    about: tuple[Standing, ...] = ()
    """The records in whose timelines it stands."""

    def known_to(self, access: Access) -> bool:
        """Whether somebody may know of it."""
        rights = access.objects.get(self.object)
        if rights is None or (self.fields and self.fields <= rights.hidden):
            return False
        return any(sees(access, self.object, audience) for audience in self.audiences)


async def read_facts(scope: Scope, happened: Sequence[Happened]) -> list[Fact]:
    """The facts of a stretch of the feed, with at most three statements for each object; `scope` is the system's."""
    found: list[Fact] = []
    for name, items in by_object(happened).items():
        object_ = scope.model.objects.get(name)
        if object_ is None:
            continue
        few = [touched for item in items if not item.many for touched in item.touched]
        if few:
            found += await _each(scope, object_, few)
        many = [touched.record for item in items if item.many for touched in item.touched]
        if many:
            rows = await scope.connection.rows(statement(scope, ("audiences", name), partial(_audiences, object_)), {"ids": many})
            found.append(Fact(name, None, frozenset(Audience(row["audience"]) for row in rows)))
    return found


async def _each(scope: Scope, object_: BoundObject, few: Sequence[Touched]) -> Iterator[Fact]:
    by_record: dict[UUID, list[Touched]] = defaultdict(list)
    for touched in few:
        by_record[touched.record].append(touched)
    ids = {"ids": list(by_record)}
    rows = await scope.connection.rows(statement(scope, ("live", object_.name), partial(_rows, object_)), ids)
    about: dict[UUID, list[Standing]] = defaultdict(list)
    if object_.definition.interaction is not None:
        told_in = statement(scope, ("told in", object_.name), partial(_timelines, scope.model, object_))
        for row in await scope.connection.rows(told_in, ids):
            about[row["record"]].append(_standing(scope.model, object_, row))
    return (_fact(object_, row, by_record[row["id"]], about[row["id"]]) for row in rows)


def _fact(object_: BoundObject, row: dict[str, Any], touched: Sequence[Touched], about: Sequence[Standing]) -> Fact:
    only_fields = all(item.action in _CHANGES_FIELDS for item in touched)
    links = ((field, row[field.name]) for field in _links(object_))
    return Fact(
        object_.name,
        row["id"],
        frozenset({Audience(row["audience"])}),
        created=any(item.action == "create" for item in touched),
        fields=frozenset().union(*(item.fields for item in touched)) if only_fields else frozenset(),
        parents=tuple(((field.target or "", target), field.name) for field, target in links if target is not None),
        about=tuple(about),
    )


def _standing(model: Model, object_: BoundObject, row: dict[str, Any]) -> Standing:
    interaction = object_.definition.interaction
    assert interaction is not None
    fields = {(object_.name, name) for name in (interaction.at, *interaction.about)}
    record = (row["about_object"], row["about"])
    if row["through"] is None:
        return Standing(record, frozenset(fields))
    possible = {name: link.name for name, link in ways(model, row["about_object"])}
    found = {name: Audience(row[_by(name)]) for name in possible if row[_by(name)] is not None}
    through: tuple[tuple[str, Audience | None], ...] = tuple(found.items()) or tuple((name, None) for name in possible)
    return Standing(record, frozenset(fields | {(name, possible[name]) for name, _ in through}), through)


def _links(object_: BoundObject) -> list[BoundField]:
    return [field for field in object_.fields.values() if field.target is not None and field.to_one and not field.standard]


def _rows(object_: BoundObject) -> sa.Select[Any]:
    row = object_.table
    links = [row.c[field.column].label(field.name) for field in _links(object_)]
    return sa.select(row.c.id, row.c.audience, *links).where(_named(row.c.id))


def _audiences(object_: BoundObject) -> sa.Select[Any]:
    return sa.select(object_.table.c.audience).where(_named(object_.table.c.id)).distinct()


def _timelines(model: Model, object_: BoundObject) -> sa.Select[Any]:
    """The entries, each with the audience of the record that it came through."""
    entry, source = TIMELINE_ENTRY, cast("sa.FromClause", TIMELINE_ENTRY)
    columns: list[sa.ColumnElement[Any]] = [entry.c.about_object, entry.c.about, entry.c.record, entry.c.through]
    for name, other in model.objects.items():
        if other.definition.above is not None:
            below = other.table.alias()
            source = source.outerjoin(below, below.c.id == entry.c.through)
            columns.append(below.c.audience.label(_by(name)))
    of_object = entry.c.object == sa.literal(object_.name, sa.Text())
    return sa.select(*columns).select_from(source).where(of_object, _named(entry.c.record))


def _by(name: str) -> str:
    return f"by {name}"


def _named(column: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    return column == sa.any_(sa.bindparam("ids", type_=UUIDS))
