"""The indexes of an object's table: what lists, filters, links and rights are found by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from kundig.engine.extension import Object
from kundig.engine.schema.bound import BoundField
from kundig.engine.schema.identifiers import shortened
from kundig.engine.schema.kinds import Kind

SORTABLE = 500
"""Characters of the longest text that fits into a B-tree, whose entries hold a third of a page at most."""
LARGE_AUDIENCE = 50
"""Principals of the largest audience that an index holds, so that who sees little passes others' records without reading them."""
_LONGEST_BESIDE = 800
"""Bytes of the longest text that an index holds beside such an audience and itself, folded."""


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
            if shows_sight(object_, field):
                yield from _by_sight(field, folded, table, made)
        yield made(f"{field.column}_grams", sa.func.kundig.grams(scalar), gin=True)
    elif field.kind is Kind.LIST:
        yield made(field.name, scalar, gin=True)


def shows_sight(object_: Object, field: BoundField) -> bool:
    """Whether an index in the order of a field says who may see each record: the text that lists are in order of if nobody says."""
    sortable = field.kind is Kind.TEXT and field.type.plain and getattr(field.options, "max_length", 0) <= SORTABLE
    return sortable and _is_indexed(field) and not field.definition.unique and field.name == object_.order.lstrip("-")


def says_who_sees(field: BoundField, row: sa.FromClause) -> sa.ColumnElement[bool]:
    """Whether that index holds a record; those of which it would hold too much stand in another, which does not say it."""
    small, short = sa.func.cardinality(row.c.audience), sa.func.octet_length(row.c[field.column])
    return sa.and_(small <= sa.literal_column(str(LARGE_AUDIENCE)), short <= sa.literal_column(str(_LONGEST_BESIDE)))


def _by_sight(field: BoundField, folded: sa.ColumnElement[str], table: sa.Table, made: _Maker) -> Iterator[sa.Index]:
    value, usual = table.c[field.column], says_who_sees(field, table)
    # Without the column itself PostgreSQL does not see that the index answers for what is made of it.
    yield made(f"{field.column}_sight", folded, table.c.id, include=(value, table.c.audience), among=usual)
    yield made(f"{field.column}_sight_rest", folded, table.c.id, among=sa.not_(usual))


class _Maker:
    def __init__(self, object_: str, live: sa.ColumnElement[bool]) -> None:
        self._object = object_
        self._live = live

    def __call__(
        self,
        name: str,
        *over: sa.ColumnElement[Any],
        gin: bool = False,
        include: Sequence[sa.Column[Any]] = (),
        among: sa.ColumnElement[bool] | None = None,
        **options: str,
    ) -> sa.Index:
        return sa.Index(
            shortened(f"{self._object}__{name}__ix"), *over,
            postgresql_using="gin" if gin else "btree", postgresql_with=options, postgresql_include=include,
            postgresql_where=self._live if among is None else sa.and_(self._live, among),
        )  # fmt: skip


def _ordered(object_: Object) -> frozenset[str]:
    return frozenset(part.lstrip("-") for part in object_.order.split(","))
