"""The indexes of an object's table: what lists, filters, links and rights are found by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from kundig.engine.extension import Object
from kundig.engine.schema.bound import BoundField
from kundig.engine.schema.identifiers import shortened
from kundig.engine.schema.kinds import Kind

SORTABLE = 500
"""Characters of the longest text that fits into a B-tree, whose entries hold a third of a page at most."""
PLACES = 6
"""Places of an audience by which a list in its usual order is found: who may see a record stands in one of them."""
LARGE_AUDIENCE = 50
"""Principals of the largest audience that an index of labels holds, so that a search passes others' entries unread."""


def object_indexes(object_: Object, fields: Mapping[str, BoundField], table: sa.Table) -> Iterator[sa.Index]:
    """All indexes of a table; each is partial to live records, since lists show no others."""
    id_, live = table.c.id, table.c.deleted_at.is_(None)
    made = _Maker(object_.name, live)
    yield made("created_at", table.c.created_at, id_)
    yield made("updated_at", table.c.updated_at, id_)
    yield made("label_fold", table.c.label_fold, id_)
    yield made("label_grams", sa.func.kundig.grams(table.c.label), gin=True)
    # Written at once and not put off into a list that every reader of a part of the records would have to go through.
    yield made("audience", table.c.audience, gin=True, fastupdate="off")
    yield sa.Index(
        shortened(f"{object_.name}__deleted__ix"), table.c.deleted_at, id_, postgresql_where=table.c.deleted_at.is_not(None)
    )
    for field in fields.values():
        if _is_indexed(field):
            for own in field.parts.values() if field.definition.translated else (field,):
                yield from _field_indexes(object_, own, table, made)


def _is_indexed(field: BoundField) -> bool:
    return field.definition.state != "building" and not field.definition.hidden


def _field_indexes(object_: Object, field: BoundField, table: sa.Table, made: _Maker) -> Iterator[sa.Index]:
    scalar = field.type.scalar(field, table) if field.type.columns(field) else None
    translation = "." in field.name  # read from more than one column
    if scalar is None or not (isinstance(scalar, sa.Column) or translation) or (field.standard and field.read_only):
        return
    if field.definition.unique and field.kind is not Kind.LIST:
        yield sa.Index(
            shortened(f"{object_.name}__{field.name}__key"), scalar, unique=True, postgresql_where=table.c.deleted_at.is_(None)
        )
    wanted = field.definition.main or field.name in _ordered(object_)
    id_ = table.c.id
    if field.kind is Kind.LINK:
        # Also of deleted records: a foreign key looks for all that point to a row.
        yield sa.Index(shortened(f"{object_.name}__{field.name}__ix"), scalar, id_)
    elif field.kind is Kind.CHOICE or (field.kind in (Kind.DATE, Kind.NUMBER) and (wanted or field.kind is Kind.DATE)):
        yield made(field.name, scalar, id_)
    elif field.type.groups:
        yield sa.Index(shortened(f"{object_.name}__{field.name}__ix"), scalar, postgresql_where=scalar.is_not(None))
    elif field.kind is Kind.TEXT and wanted and field.type.plain and not field.definition.unique:
        if getattr(field.options, "max_length", 0) <= SORTABLE:
            folded = sa.func.kundig.fold(scalar).collate("C")
            yield made(field.column, folded, id_)
            if has_places(object_, field):
                yield from _by_place(field, folded, table, made)
        yield made(f"{field.column}_grams", sa.func.kundig.grams(scalar), gin=True)
    elif field.kind is Kind.LIST:
        yield made(field.name, scalar, gin=True)


def has_places(object_: Object, field: BoundField) -> bool:
    """Whether records are found in the order of a field by who may see them: the text that lists are in order of if nobody says."""
    sortable = field.kind is Kind.TEXT and field.type.plain and getattr(field.options, "max_length", 0) <= SORTABLE
    return sortable and _is_indexed(field) and not field.definition.unique and field.name == object_.order.lstrip("-")


def in_place(place: int, row: sa.FromClause) -> sa.ColumnElement[int]:
    """The principal in a place of an audience, counted from 1."""
    principal: sa.ColumnElement[int] = row.c.audience[sa.literal_column(str(place))]
    return principal


def has_place(place: int, row: sa.FromClause) -> sa.ColumnElement[bool]:
    """Whether an audience is so large. The indexes of places and of larger audiences are partial to it."""
    return sa.func.cardinality(row.c.audience) >= sa.literal_column(str(place))


def _by_place(field: BoundField, folded: sa.ColumnElement[str], table: sa.Table, made: _Maker) -> Iterator[sa.Index]:
    for place in range(1, PLACES + 1):
        yield made(f"{field.column}_seen{place}", in_place(place, table), folded, table.c.id, among=has_place(place, table))
    larger = has_place(PLACES + 1, table)
    yield made(f"{field.column}_seen_larger", folded, table.c.id, among=larger)
    yield made("audience_larger", table.c.audience, gin=True, among=larger, fastupdate="off")


class _Maker:
    def __init__(self, object_: str, live: sa.ColumnElement[bool]) -> None:
        self._object = object_
        self._live = live

    def __call__(
        self,
        name: str,
        *over: sa.ColumnElement[Any],
        gin: bool = False,
        among: sa.ColumnElement[bool] | None = None,
        **options: str,
    ) -> sa.Index:
        return sa.Index(
            shortened(f"{self._object}__{name}__ix"), *over,
            postgresql_using="gin" if gin else "btree", postgresql_with=options,
            postgresql_where=self._live if among is None else sa.and_(self._live, among),
        )  # fmt: skip


def _ordered(object_: Object) -> frozenset[str]:
    return frozenset(part.lstrip("-") for part in object_.order.split(","))
