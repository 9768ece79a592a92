"""The read door: every list, record and count of records is read here, with the rights of who asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple
from uuid import UUID

import msgspec
import sqlalchemy as sa

from kundig.base.errors import Invalid, Malformed, Missing
from kundig.base.i18n import t
from kundig.engine.policy.cursors import Place, read_cursor, write_cursor
from kundig.engine.policy.predicates import AccessReading
from kundig.engine.policy.scope import Scope
from kundig.engine.policy.sight import filter_in
from kundig.engine.policy.statements import statement
from kundig.engine.records.counting import count_matching, estimate, refuse_if_slow
from kundig.engine.records.few import count_few
from kundig.engine.records.ordering import Joined, Key, parse_order
from kundig.engine.records.pages import AFTER, MOST, Reach, as_json, ids_statement, page_statement
from kundig.engine.records.segments import Segment, segments_of
from kundig.engine.records.selecting import parse_fields, record_columns
from kundig.engine.records.sensitive import tell_read
from kundig.engine.schema.bound import BoundObject
from kundig.engine.schema.filters import Filter

MOST_RECORDS = 1000
Counting = Literal["none", "estimate", "exact"]


@dataclass(frozen=True, slots=True)
class ListQuery:
    """A list: `where` is a filter, `fields` dotted names (None: all), `order` names by comma with `-` for descending.

    Without `order` the object's own is used.
    """

    object: str
    where: Any = None
    fields: Sequence[str] | None = None
    order: str | None = None
    limit: int = 50
    cursor: str | None = None
    count: Counting = "none"


@dataclass(frozen=True, slots=True)
class Page:
    """One page: `data` is a JSON array as text. `next_cursor` is None at the end."""

    data: str
    next_cursor: str | None = None
    count: int | None = None
    ids: tuple[UUID, ...] = field(default=())

    def records(self) -> list[dict[str, Any]]:
        """The records, decoded."""
        decoded: list[dict[str, Any]] = msgspec.json.decode(self.data)
        return decoded


class RecordText(NamedTuple):
    """A record as JSON text, and its version."""

    text: str
    version: int


async def list_records(scope: Scope, query: ListQuery) -> Page:
    """One page of a list. Raises Invalid for what is named wrongly, Malformed for a foreign cursor, Missing for the object."""
    object_ = scope.object(query.object)
    limit = _limit(query.limit)
    fields = parse_fields(scope, object_, query.fields)
    keys = parse_order(scope, object_, query.order)
    where = None if query.where is None else filter_in(scope, object_, query.where)
    reach = Reach(scope, object_, where, bool(keys) and keys[0].descending, await count_few(scope, object_))
    named = [query.object, [key.name for key in keys], query.where]
    place = None if query.cursor is None else read_cursor(scope, named, query.cursor)
    if not reach.few:
        await refuse_if_slow(reach, keys)
    rows = await _rows(reach, keys, fields, place, limit + 1)
    shown = rows[:limit]
    cursor = None
    if len(rows) > limit:
        last = shown[-1]
        cursor = write_cursor(scope, named, Place(last["segment"], tuple(last["keys"]), str(last["id"])))
    count = await _count(reach, query.count)
    there = [row for row in shown if row["record"] is not None]
    ids = tuple(row["id"] for row in there)
    tell_read(scope, object_, fields, ids)
    return Page(f"[{','.join(row['record'] for row in there)}]", cursor, count, ids)


async def read_record(scope: Scope, object_: str, id_: UUID, fields: Sequence[str] | None = None) -> RecordText:
    """A record that the actor may see, as JSON text with its version; raises Missing."""
    found = await _named_records(scope, object_, [id_], fields)
    if not found:
        raise Missing
    tell_read(scope, scope.object(object_), fields, [id_])
    return RecordText(found[0]["record"], found[0]["version"])


async def read_many(scope: Scope, object_: str, ids: Sequence[UUID], fields: Sequence[str] | None = None) -> dict[UUID, str]:
    """Those of the records that the actor may see, as JSON texts."""
    if not ids:
        return {}
    found = {row["id"]: row["record"] for row in await _named_records(scope, object_, ids, fields)}
    tell_read(scope, scope.object(object_), fields, found.keys())
    return found


async def count_records(scope: Scope, object_: str, where: Any = None, cap: int | None = 10_001) -> int:
    """How many records match, at most `cap` (None: without a cap, bounded by the statement's time only)."""
    bound = scope.object(object_)
    filter_ = None if where is None else filter_in(scope, bound, where)
    return await count_matching(Reach(scope, bound, filter_, descending=False), cap)


def _limit(limit: Any) -> int:
    if not isinstance(limit, int) or isinstance(limit, bool) or not 1 <= limit <= MOST_RECORDS:
        raise Invalid.one("limit", "bad_value", t("Give a whole number from 1 to {most}.", most=MOST_RECORDS))
    return limit


async def _rows(
    reach: Reach, keys: tuple[Key, ...], fields: tuple[str, ...] | None, place: Place | None, most: int
) -> list[dict[str, Any]]:
    """Rows from the cursor's segment on: that segment first, all others in a second statement if it does not fill the page.

    Where it seldom does, with a filter or for who sees few, and only one other follows, one statement reads both as needed.
    Without a filter the records come with the rows, by a plan that is kept. With one the rows are found by a plan for its values,
    and their records by another statement, whose plan is kept; `record` is None for one that has gone meanwhile.
    """
    everything = list(enumerate(segments_of(reach.object, keys)))
    first = 0 if place is None else place.segment
    if not 0 <= first < len(everything):
        raise Malformed(t("This is no cursor of this list. Start again without it."))
    segments = [(number, segment) for number, segment in everything[first:] if number == first or not _impossible(reach, segment)]
    seldom = reach.where is not None or (reach.few and not reach.finds_by_place(segments[0][1]))
    together = 2 if len(segments) == 2 and seldom else 1
    rows = await _read(reach, keys, fields, segments[:together], place, most)
    rest = segments[together:]
    if len(rows) < most and rest:
        rows = [*rows, *await _read(reach, keys, fields, rest, None, most - len(rows))]
    if reach.where is None:
        return rows
    named = await _named_records(reach.scope, reach.object.name, [row["id"] for row in rows], fields) if rows else []
    records = {row["id"]: row["record"] for row in named}
    return [{**row, "record": records.get(row["id"])} for row in rows]


def _impossible(reach: Reach, segment: Segment) -> bool:
    """Whether the filter lets no record into a segment: one that demands a value leaves none without."""
    return any(part.role == "missing" and reach.demands(part.key) for part in segment)


async def _read(
    reach: Reach,
    keys: tuple[Key, ...],
    fields: tuple[str, ...] | None,
    segments: list[tuple[int, Segment]],
    place: Place | None,
    most: int,
) -> list[dict[str, Any]]:
    after = None
    params: dict[str, Any] = {MOST: most, **reach.scope.access.parameters}
    if place is not None:
        sorts = sum(part.sorts for part in segments[0][1])
        if len(place.keys) != sorts:
            raise Malformed(t("This is no cursor of this list. Start again without it."))
        after = tuple(key is None for key in place.keys)
        params |= {f"{AFTER}{n}": key for n, key in enumerate(place.keys) if key is not None} | {f"{AFTER}_id": place.id}
    if reach.where is not None:
        params |= reach.where.values
    names = tuple(key.name for key in keys)
    several = len(segments)
    key = ("page", reach.object.name, names, segments[0][0], several, after, reach.few, reach.placed)
    if reach.where is not None:
        compiled = statement(reach.scope, (*key, reach.where.shape), lambda: ids_statement(reach, segments, after, None))
    else:
        fixed = most if several == 1 or (several == 2 and reach.few) else None
        compiled = statement(
            reach.scope, (*key, fields, fixed), lambda: page_statement(reach, segments, fields, after, fixed), prepare=True
        )
    return await reach.scope.connection.rows(compiled, params)


async def _count(reach: Reach, counting: str) -> int | None:
    if counting == "none":
        return None
    if counting == "exact":
        return await count_matching(reach, None)
    if counting == "estimate":
        return await estimate(reach)
    raise Invalid.one("count", "bad_value", t("Give none, estimate or exact."))


async def _named_records(scope: Scope, name: str, ids: Sequence[UUID], fields: Sequence[str] | None) -> list[dict[str, Any]]:
    object_ = scope.object(name)
    shown = parse_fields(scope, object_, fields)
    # One record has a statement of its own: PostgreSQL keeps no plan for a list that may be longer.
    one = len(ids) == 1
    compiled = statement(
        scope, ("records", name, shown, one), lambda: _records_statement(scope, object_, shown, one=one), prepare=True
    )
    return await scope.connection.rows(compiled, {"ids": ids[0] if one else list(ids), **scope.access.parameters})


def _records_statement(scope: Scope, object_: BoundObject, fields: tuple[str, ...] | None, *, one: bool) -> sa.Select[Any]:
    row = object_.table.alias("o")
    joined = Joined(row, AccessReading.of(scope))
    values = record_columns(scope, object_, joined, fields)
    ids = sa.bindparam("ids", type_=sa.Uuid()) if one else sa.any_(sa.bindparam("ids", type_=sa.ARRAY(sa.Uuid())))
    seen = joined.reading.seen(object_.name, row)
    own = [row.c.id.label("_id"), row.c.version.label("_version")]
    found = sa.select(*own, *values).select_from(joined.source).where(row.c.id == ids, seen).subquery("d")
    return sa.select(found.c["_id"].label("id"), found.c["_version"].label("version"), as_json(values)).select_from(found)


__all__ = ["Counting", "Filter", "ListQuery", "Page", "RecordText", "count_records", "list_records", "read_many", "read_record"]
