"""The statement of a page: the segments it reads, its keyset condition, and the records as JSON texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, array

from kundig.engine.policy.predicates import AccessReading, reads_numbers, visible
from kundig.engine.policy.scope import Scope
from kundig.engine.records.ordering import Joined, Key, has_value, sorted_value
from kundig.engine.records.segments import Segment
from kundig.engine.records.selecting import record_columns
from kundig.engine.schema.bound import BoundObject
from kundig.engine.schema.filters import Filter, compile_filter
from kundig.engine.schema.filters.sql_types import is_instant, is_whole
from kundig.engine.schema.indexes import PLACES, has_place, has_places, in_place
from kundig.engine.schema.kinds import Kind

MOST = "most"
AFTER = "after"
MOST_PRINCIPALS = 16
"""Who may read by more principals mostly sees much; each of them costs a look into each index of a place."""
HANDFUL = 200
"""So few records are read and sorted sooner than they are found by their places."""
_TYPES: dict[Kind, Any] = {Kind.NUMBER: sa.Numeric(), Kind.BOOLEAN: sa.Boolean(), Kind.CHOICE: sa.Integer(), Kind.DATE: sa.Date()}


@dataclass(frozen=True)
class Reach:
    """What a statement reads: records of an object that match a filter, in an order of keys."""

    scope: Scope
    object: BoundObject
    where: Filter | None
    descending: bool | None
    """The direction of ids, which break ties: that of the first key, so that one index serves both. None: of each segment's own."""
    seen: int | None = None
    """How many records of the object the actor sees, if these are few, so that they are read first and sorted then."""

    def conditions(self, joined: Joined) -> list[sa.ColumnElement[bool]]:
        """Live, visible, matching; what the filter compares may be joined."""
        row, reading = joined.row, joined.reading
        own = [reading.seen(self.object.name, row)]
        return own if self.where is None else [*own, compile_filter(self.where, row, reading)]

    @property
    def few(self) -> bool:
        """Whether the actor sees few records of the object."""
        return self.seen is not None

    @property
    def placed(self) -> bool:
        """Whether records are found by who may see them, in an order that has indexes for it."""
        reads = self.scope.rights(self.object.name).reads
        handful = self.seen is not None and self.seen <= HANDFUL
        return self.where is None and reads is not None and len(reads) <= MOST_PRINCIPALS and not handful

    def finds_by_place(self, segment: Segment) -> bool:
        """Whether a segment is in such an order."""
        if not self.placed or [part.role for part in segment] != ["present"]:
            return False
        path = segment[0].key.path
        return not path.links and has_places(self.object.definition, path.field)

    def demands(self, key: Key) -> bool:
        """Whether the filter lets only records with a value for a key through. False means that this is not certain."""
        return self.where is not None and self.where.demands(key.path)


@dataclass(frozen=True)
class _Sort:
    value: sa.ColumnElement[Any]
    key: Key
    nullable: bool

    @property
    def bound_type(self) -> Any:
        """What the text in a cursor is read as."""
        field = self.key.path.field
        if field.column == "id":
            return sa.Uuid()
        if field.kind is Kind.NUMBER and is_whole(field):
            return sa.BigInteger()
        if field.kind is Kind.DATE and is_instant(field):
            return sa.DateTime(timezone=True)
        return _TYPES.get(field.kind, sa.Text())

    def ordered(self, value: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        """Its place in ORDER BY."""
        directed = value.desc() if self.key.descending else value.asc()
        # Where there is no null, saying where nulls go would only keep the index from serving a descending order.
        return directed.nulls_last() if self.nullable else directed


def page_statement(
    reach: Reach,
    segments: Sequence[tuple[int, Segment]],
    fields: tuple[str, ...] | None,
    after: tuple[bool, ...] | None,
    most: int | None,
) -> sa.Select[Any]:
    """Up to `most` records of the segments in their order: columns `segment`, `id`, `keys` (texts), `record` (JSON text).

    `after` continues within the first segment behind the values bound as `:after0` … and `:after_id`; it says which are null.
    Without a number the limit is bound as `:most`; with one a kept plan knows that it reads few rows.
    """
    page = _page(reach, segments, after, most)
    row = reach.object.table.alias("o")
    joined = Joined(row, AccessReading.of(reach.scope))
    joined.source = page.join(row, row.c.id == page.c.id)
    values = record_columns(reach.scope, reach.object, joined, fields)
    own = [page.c.segment.label("_segment"), page.c.id.label("_id"), page.c["keys"].label("_keys"), page.c.place.label("_place")]
    found = sa.select(*own, *values).select_from(joined.source).subquery("d")
    return (
        sa.select(found.c["_segment"].label("segment"), found.c["_id"].label("id"), found.c["_keys"].label("keys"), as_json(values))
        .select_from(found)
        .order_by(found.c["_segment"], found.c["_place"])
        .limit(_limit(most))
    )


def ids_statement(
    reach: Reach, segments: Sequence[tuple[int, Segment]], after: tuple[bool, ...] | None, most: int | None
) -> sa.Select[Any]:
    """The same without the records: `segment`, `id`, `keys`."""
    if len(segments) == 1:
        # This is planned anew for each filter: what numbers the rows of several segments would be planned for nothing.
        (number, segment), *_ = segments
        found = _found(reach, segment, after, most)
        return sa.select(_constant(number).label("segment"), found.rows.c.id, found.texts.label("keys")).order_by(*found.order)
    page = _page(reach, segments, after, most)
    return sa.select(page.c.segment, page.c.id, page.c["keys"]).order_by(page.c.segment, page.c.place).limit(_limit(most))


def _page(reach: Reach, segments: Sequence[tuple[int, Segment]], after: tuple[bool, ...] | None, most: int | None) -> sa.Subquery:
    """The segments one after the other. A second of two is read only if the first does not fill the page."""
    (number, first), *others = segments
    branch = _branch(reach, number, first, after, most)
    if not others:
        return branch.subquery("page")
    if len(others) > 1:
        further = [_branch(reach, number, segment, None, most) for number, segment in others]
        return sa.union_all(branch, *further).subquery("page")
    begun = branch.cte("begun")
    filled = sa.select(sa.func.count()).select_from(begun).scalar_subquery() >= _limit(most)
    (number, segment), *_ = others
    return sa.union_all(sa.select(begun), _branch(reach, number, segment, None, most, sa.not_(filled))).subquery("page")


def _limit(most: int | None) -> sa.ColumnElement[int]:
    return sa.bindparam(MOST, type_=sa.Integer()) if most is None else sa.literal_column(str(int(most)), sa.Integer())


def as_json(values: Sequence[sa.Label[Any]]) -> sa.Label[str]:
    """The named values of a subquery `d` as a JSON object, as text."""
    names = ", ".join('d."' + value.name.replace('"', '""') + '"' for value in values)
    whole: sa.ColumnElement[str] = sa.literal_column(f"(select row_to_json(r)::text from (select {names}) r)", sa.Text())
    return whole.label("record")


def _branch(
    reach: Reach,
    number: int,
    segment: Segment,
    after: tuple[bool, ...] | None,
    most: int | None,
    *further: sa.ColumnElement[bool],
) -> sa.Select[Any]:
    """The ids of one segment with their sort keys and their places; `further` are conditions on all of it."""
    found = _found(reach, segment, after, most, *further)
    place = sa.func.row_number().over(order_by=found.order)
    return sa.select(_constant(number).label("segment"), found.rows.c.id, place.label("place"), found.texts.label("keys"))


def _constant(number: int) -> sa.ColumnElement[int]:
    return sa.literal_column(str(number), sa.Integer())


@dataclass(frozen=True)
class _Found:
    """The rows of one segment, at most a page: `id` and what they are sorted by."""

    rows: sa.Subquery
    order: Sequence[sa.ColumnElement[Any]]
    texts: sa.ColumnElement[Any]
    """The values they are sorted by, as a cursor holds them."""


def _found(
    reach: Reach, segment: Segment, after: tuple[bool, ...] | None, most: int | None, *further: sa.ColumnElement[bool]
) -> _Found:
    if reach.finds_by_place(segment):
        return _found_by_place(reach, segment[0].key, after, most, *further)
    row: sa.FromClause = reach.object.table.alias()
    joined = Joined(row, AccessReading.of(reach.scope, unguessed=reach.few), looked_up=reach.few and reach.where is None)
    reading = joined.reading
    conditions = [*reach.conditions(joined), *further]
    sorts: list[_Sort] = []
    filled: list[int] = []
    for part in segment:
        if part.role == "choice":
            conditions.append(_is_choice(part.key, part.choice, row, reading))
        elif part.role == "missing":
            conditions.append(sa.not_(_filled(part.key, row, reading)))
        else:
            if part.role == "present" and part.key.nullable(reach.object) and not reach.demands(part.key):
                filled.append(len(sorts))
            sorts.append(_Sort(joined.value(part.key, outer=part.role == "rest"), part.key, part.role == "rest"))
    source = joined.source
    if reach.few:
        # OFFSET 0 keeps the planner from looking for the first of all records in order, among which few can be seen; what they
        # are sorted by, which costs more than to find them, is made once for each.
        matching = sa.select(row.c.id, *_numbered(sorts)).select_from(source).where(*conditions)
        source = row = matching.offset(sa.literal_column("0")).subquery()
        sorts = [replace(sort, value=row.c[f"s{n}"]) for n, sort in enumerate(sorts)]
        conditions = []
    conditions += [sorts[n].value.is_not(None) for n in filled]
    if after is not None:
        conditions.append(_behind(reach, row, sorts, after, 0))
    found = sa.select(row.c.id.label("id"), *_numbered(sorts)).select_from(source).where(*conditions)
    return _first(reach, found, row, sorts, most)


def _found_by_place(
    reach: Reach, key: Key, after: tuple[bool, ...] | None, most: int | None, *further: sa.ColumnElement[bool]
) -> _Found:
    """The same by what each principal of the actor finds in each place of an audience; larger audiences are looked through."""
    name, access, limit = reach.object.name, reach.scope.access, _limit(most)
    numbers = sa.func.unnest(reads_numbers(name, unguessed=True)).table_valued(sa.column("n", sa.Integer())).render_derived()
    parts = []
    for place in range(1, PLACES + 1):
        row, sort, present = _present(reach, key, after, *further)
        stands = sa.and_(in_place(place, row) == numbers.c.n, has_place(place, row), visible(access, name, row, granted=True))
        found = present.where(stands).order_by(*_order(reach, row, [sort])).limit(limit).lateral()
        parts.append(sa.select(found.c.id, found.c.s0).select_from(numbers.join(found, sa.true())))
    row, sort, present = _present(reach, key, after, *further)
    larger, reading = present.where(has_place(PLACES + 1, row)), AccessReading.of(reach.scope, unguessed=True)
    # OFFSET 0 keeps the planner from the other way: it can't know whether few are seen, and takes large audiences to be frequent.
    if reach.few:
        looked_through = larger.where(reading.seen(name, row)).offset(sa.literal_column("0")).subquery()
        seen: sa.ColumnElement[bool] = sa.true()
    else:
        looked_through = larger.order_by(*_order(reach, row, [sort])).offset(sa.literal_column("0")).subquery()
        seen = reading.seen(name, looked_through)
    order = _order(reach, looked_through, [replace(sort, value=looked_through.c.s0)])
    parts.append(sa.select(looked_through.c.id, looked_through.c.s0).where(seen).order_by(*order).limit(limit))
    # A record that is seen for two reasons is found twice.
    every = sa.union(*parts).subquery()
    return _first(reach, sa.select(every.c.id, every.c.s0), every, [replace(sort, value=every.c.s0)], most)


def _present(
    reach: Reach, key: Key, after: tuple[bool, ...] | None, *further: sa.ColumnElement[bool]
) -> tuple[sa.FromClause, _Sort, sa.Select[Any]]:
    """A row, what it is sorted by, and the live ones that have it and come after the cursor, whoever may see them."""
    row = reach.object.table.alias()
    sort = _Sort(sorted_value(key, row, AccessReading.of(reach.scope)), key, nullable=False)
    conditions = [row.c.deleted_at.is_(None), sort.value.is_not(None), *further]
    if after is not None:
        conditions.append(_behind(reach, row, [sort], after, 0))
    return row, sort, sa.select(row.c.id, *_numbered([sort]), row.c.audience, row.c.deleted_at).where(*conditions)


def _first(reach: Reach, found: sa.Select[Any], row: sa.FromClause, sorts: Sequence[_Sort], most: int | None) -> _Found:
    """The first of what has been found (`id` and what it is sorted by) on rows."""
    rows = found.order_by(*_order(reach, row, sorts)).limit(_limit(most)).subquery()
    again = [replace(sort, value=rows.c[f"s{n}"]) for n, sort in enumerate(sorts)]
    texts = sa.cast(array([sa.cast(sort.value, sa.Text()) for sort in again]), ARRAY(sa.Text()))
    return _Found(rows, _order(reach, rows, again), texts)


def _order(reach: Reach, row: sa.FromClause, sorts: Sequence[_Sort]) -> list[sa.ColumnElement[Any]]:
    """The order of rows; ids, which break ties, in the direction that one index serves with the first key."""
    descending = any(sort.key.descending for sort in sorts[:1]) if reach.descending is None else reach.descending
    return [*(sort.ordered(sort.value) for sort in sorts), row.c.id.desc() if descending else row.c.id.asc()]


def _numbered(sorts: Sequence[_Sort]) -> list[sa.Label[Any]]:
    return [sort.value.label(f"s{n}") for n, sort in enumerate(sorts)]


def _is_choice(key: Key, choice: str, row: sa.FromClause, reading: AccessReading) -> sa.ColumnElement[bool]:
    field = key.path.field
    return has_value(key, row, reading, lambda last: field.type.compared(field, last, reading) == sa.literal(choice))  # type: ignore[no-any-return]


def _filled(key: Key, row: sa.FromClause, reading: AccessReading) -> sa.ColumnElement[bool]:
    field = key.path.field
    if field.kind is Kind.CHOICE:
        return has_value(key, row, reading, lambda last: field.type.compared(field, last, reading).is_not(None))  # type: ignore[no-any-return,union-attr]
    return has_value(key, row, reading)  # type: ignore[no-any-return]


def _behind(
    reach: Reach, row: sa.FromClause, sorts: Sequence[_Sort], after: tuple[bool, ...], place: int
) -> sa.ColumnElement[bool]:
    """That a row comes after the one in the cursor: `a >= x and (a > x or id > y)` and so on for further keys."""
    if place == len(sorts):
        last = sa.bindparam(f"{AFTER}_id", type_=sa.Uuid())
        return row.c.id < last if reach.descending else row.c.id > last
    sort = sorts[place]
    rest = _behind(reach, row, sorts, after, place + 1)
    if after[place]:
        return sa.and_(sort.value.is_(None), rest)
    bound = sa.cast(sa.bindparam(f"{AFTER}{place}", type_=sa.Text()), sort.bound_type)
    further = sort.value < bound if sort.key.descending else sort.value > bound
    reached = sort.value <= bound if sort.key.descending else sort.value >= bound
    if not sort.nullable:
        return sa.and_(reached, sa.or_(further, rest))
    return sa.or_(sort.value.is_(None), further, sa.and_(sort.value == bound, rest))
