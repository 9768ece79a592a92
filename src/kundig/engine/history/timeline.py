"""Reading the timeline of a record: the interactions that concerned it, newest first, as far as the reader may see them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa

from kundig.base.errors import Invalid, Malformed, Missing
from kundig.base.i18n import t
from kundig.engine.policy.cursors import Place, read_cursor, write_cursor
from kundig.engine.policy.predicates import AccessReading
from kundig.engine.policy.scope import Scope
from kundig.engine.policy.statements import statement
from kundig.engine.policy.tables import TIMELINE_ENTRY
from kundig.engine.policy.timelines import told, told_interactions
from kundig.engine.schema.bound import BoundObject
from kundig.engine.schema.fields.dates import instant_text

MOST_ENTRIES = 1000


async def timeline(
    scope: Scope, object_: str, id_: UUID, *, limit: int = 50, cursor: str | None = None, kinds: Collection[str] = ()
) -> dict[str, Any]:
    """`{"data": [{"object", "id", "label", "at", "by"}], "next_cursor"}`, of all interactions or those of some objects (`kinds`).

    Raises Missing for a record that can't be seen.
    """
    bound = scope.object(object_)
    if not 1 <= limit <= MOST_ENTRIES:
        raise Invalid.one("limit", "bad_value", t("Give a whole number from 1 to {most}.", most=MOST_ENTRIES))
    await _require_visible(scope, bound, id_)
    wanted = tuple(name for name in interactions(scope) if not kinds or name in kinds)
    named = ("timeline", object_, str(id_), *(wanted if kinds else ()))
    behind = None if cursor is None else _behind(read_cursor(scope, named, cursor))
    params = {"about": id_, "most": limit + 1, **scope.access.parameters, **(behind or {})}
    continued = behind is not None
    key = ("timeline", object_, continued, wanted if kinds else None)
    compiled = statement(scope, key, lambda: _statement(scope, object_, continued, wanted))
    rows = await scope.connection.rows(compiled, params)
    page = rows[:limit]
    following = None
    if len(rows) > limit:
        last = page[-1]
        place = Place(0, (last["at"].astimezone(UTC).isoformat(), last["object"]), str(last["record"]))
        following = write_cursor(scope, named, place)
    return {"data": [msgspec.json.decode(row["entry"]) for row in page if row["entry"] is not None], "next_cursor": following}


def _behind(place: Place) -> dict[str, Any]:
    try:
        at, object_ = place.keys
        return {"after_at": datetime.fromisoformat(at or ""), "after_object": object_, "after_record": UUID(place.id)}
    except ValueError as error:
        raise Malformed(t("This is no cursor of this list. Start again without it.")) from error


async def _require_visible(scope: Scope, object_: BoundObject, id_: UUID) -> None:
    compiled = statement(scope, ("is visible", object_.name), lambda: _visible_record(scope, object_))
    if not await scope.connection.value(compiled, {"id": id_, **scope.access.parameters}):
        raise Missing


def _visible_record(scope: Scope, object_: BoundObject) -> sa.Select[Any]:
    row = object_.table
    seen = AccessReading.of(scope).seen(object_.name, row)
    return sa.select(sa.true()).where(row.c.id == sa.bindparam("id", type_=sa.Uuid()), seen)


def _statement(scope: Scope, object_: str, continued: bool, kinds: Sequence[str]) -> sa.Select[Any]:
    """The page by the index on the entries, then what each of them shows."""
    entry = TIMELINE_ENTRY.alias("e")
    conditions = [entry.c.about_object == sa.literal(object_), entry.c.about == sa.bindparam("about", type_=sa.Uuid())]
    conditions.append(told(scope.model, scope.access, object_, entry, kinds))
    if continued:
        at = sa.bindparam("after_at", type_=sa.DateTime(timezone=True))
        record = sa.bindparam("after_record", type_=sa.Uuid())
        name = sa.bindparam("after_object", type_=sa.Text())
        same = sa.and_(entry.c.record == record, entry.c.object > name)
        conditions.append(sa.and_(entry.c.at <= at, sa.or_(entry.c.at < at, entry.c.record < record, same)))
    page = (
        sa.select(entry.c.at, entry.c.object, entry.c.record)
        .where(*conditions)
        .order_by(entry.c.at.desc(), entry.c.record.desc(), entry.c.object)
        .limit(sa.bindparam("most", type_=sa.Integer()))
        .subquery("p")
    )
    entries = list(_entries(scope, page))
    shown = sa.case(*entries) if entries else sa.null()
    return sa.select(page.c.at, page.c.object, page.c.record, sa.cast(shown, sa.Text()).label("entry")).order_by(
        page.c.at.desc(), page.c.record.desc(), page.c.object
    )


def interactions(scope: Scope) -> Iterator[str]:
    """The objects whose records are interactions, as far as the reader may know them and where they stand."""
    return told_interactions(scope.model, scope.access)


def _entries(scope: Scope, page: sa.FromClause) -> Iterator[tuple[sa.ColumnElement[bool], sa.ColumnElement[Any]]]:
    """What an entry shows, by object."""
    reading = AccessReading.of(scope)
    for name in interactions(scope):
        object_ = scope.model.objects[name]
        row = object_.table.alias()
        creator = object_.fields.get("created_by")
        hidden = creator is None or creator.name in scope.rights(name).hidden
        facts = {
            "object": sa.literal_column(f"'{name}'"),
            "id": row.c.id,
            "label": reading.name(name, row),
            "at": instant_text(page.c.at),
            "by": sa.null() if hidden or creator is None else creator.type.select(creator, row, reading),
        }
        built = sa.func.json_build_object(
            *(part for key, value in facts.items() for part in (sa.literal_column(f"'{key}'"), value))
        )
        found = sa.select(built).where(row.c.id == page.c.record, reading.seen(name, row)).scalar_subquery()
        yield page.c.object == sa.literal_column(f"'{name}'"), found
