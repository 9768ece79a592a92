"""Which entries of timelines a reader may know of, as SQL.

That an entry stands there tells what the interaction is about, and its place tells when it was: so both fields must be the reader's
to read. An entry that came by a record below (through a contact to the account) tells of that record and of its link, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import sqlalchemy as sa

from kundig.engine.policy.access import Access
from kundig.engine.policy.visibility import visible
from kundig.engine.schema.bound import BoundField, BoundObject
from kundig.engine.schema.model import Model

MADE = "created_at"
"""Where an interaction stands that has no moment of its own."""
_ONE: sa.ColumnElement[int] = sa.literal_column("1")


def told_interactions(model: Model, access: Access) -> Iterator[str]:
    """The objects whose records timelines may tell of: those of which the reader may know when they were and about what."""
    for name, object_ in model.objects.items():
        interaction, rights = object_.definition.interaction, access.objects.get(name)
        if interaction is None or rights is None or interaction.at in rights.hidden:
            continue
        if not rights.hidden.issuperset(interaction.about):
            yield name


def ways(model: Model, about_object: str) -> Iterator[tuple[str, BoundField]]:
    """The objects through which interactions come to an object's timelines, each with its link to that."""
    for name, object_ in model.objects.items():
        link = object_.fields.get(object_.definition.above or "")
        if link is not None and link.target == about_object:
            yield name, link


def told(
    model: Model, access: Access, about_object: str, entry: sa.FromClause, kinds: Iterable[str] | None = None
) -> sa.ColumnElement[bool]:
    """The condition that an entry on the timeline of a record of `about_object` may be known: of some kinds, or of all."""
    return sa.or_(
        sa.false(),
        *(
            sa.and_(entry.c.object == sa.literal_column(f"'{name}'"), _entry_told(model, access, about_object, name, entry))
            for name in (told_interactions(model, access) if kinds is None else kinds)
        ),
    )


def _entry_told(model: Model, access: Access, about_object: str, name: str, entry: sa.FromClause) -> sa.ColumnElement[bool]:
    object_, hidden = model.objects[name], access.objects[name].hidden
    interaction = object_.definition.interaction
    assert interaction is not None
    conditions = [visible(access, name, entry)]
    if MADE in hidden:
        conditions.append(_has_moment(object_, object_.fields[interaction.at], entry))
    named = hidden.isdisjoint(interaction.about)
    every = list(ways(model, about_object))
    open_ways = [(other, link) for other, link in every if _may_know(access, other, link)]
    whole = open_ways == every and all(access.objects[other].reads_all for other, _ in every)
    if not (named and whole):
        about = [object_.fields[field] for field in interaction.about if field not in hidden]
        # What costs nothing first: PostgreSQL asks one after the other.
        reasons: list[sa.ColumnElement[bool]] = [entry.c.through.is_(None)] if named else []
        reasons += [_names(object_, field, entry, about_object, entry.c.about) for field in about if _may_name(field, about_object)]
        reasons += [
            _comes_by(model, access, object_, field, entry, other, link)
            for other, link in open_ways
            for field in about
            if _may_name(field, other)
        ]
        conditions.append(sa.or_(sa.false(), *reasons))
    return conditions[0] if len(conditions) == 1 else sa.and_(*conditions)


def _may_know(access: Access, object_: str, link: BoundField) -> bool:
    rights = access.objects.get(object_)
    return rights is not None and rights.readable and link.name not in rights.hidden


def _may_name(field: BoundField, object_: str) -> bool:
    return field.target is None or field.target == object_


def _has_moment(object_: BoundObject, at: BoundField, entry: sa.FromClause) -> sa.ColumnElement[bool]:
    row = object_.table.alias()
    return _exists(entry, row.c.id == entry.c.record, row.c[at.column].is_not(None))


def _names(
    object_: BoundObject, field: BoundField, entry: sa.FromClause, target_object: str, target: sa.ColumnElement[object]
) -> sa.ColumnElement[bool]:
    """Whether a field of the interaction links to a record."""
    return _exists(entry, *_link(object_, field, entry, target_object, target))


def _comes_by(
    model: Model, access: Access, object_: BoundObject, field: BoundField, entry: sa.FromClause, other: str, link: BoundField
) -> sa.ColumnElement[bool]:
    """Whether a field links to a visible record below: that of the day when it was written, or one that stands below today.

    An entry keeps only one of those it came by, which may be a hidden one beside others.
    """
    below = model.objects[other].table.alias()
    here = sa.or_(below.c.id == entry.c.through, below.c[link.column] == entry.c.about)
    return _exists(entry, *_link(object_, field, entry, other, below.c.id), here, visible(access, other, below))


def _link(
    object_: BoundObject, field: BoundField, entry: sa.FromClause, target_object: str, target: sa.ColumnElement[object]
) -> Iterator[sa.ColumnElement[bool]]:
    side = object_.side_tables.get(field.name)
    if side is None:
        row = object_.table.alias()
        yield from (row.c.id == entry.c.record, row.c[field.column] == target)
        return
    row = side.alias()
    yield from (row.c.record == entry.c.record, row.c.target == target)
    if "target_object" in row.c:
        yield row.c.target_object == sa.literal(target_object, sa.Text())


def _exists(entry: sa.FromClause, *conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists(sa.select(_ONE).where(*conditions).correlate(entry))
