"""Reading the audit trail: newest first, page by page, for who has the right, and no further than they may read records.

Everybody with the right learns what was done, by whom and when. A record is named only to who may see it; details that name
objects, fields or values are for who may read every record with all its fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from kundig.base.errors import Invalid
from kundig.base.i18n import t
from kundig.engine.history.journal import actor_link, fill_labels, people_object, told_at
from kundig.engine.policy.cursors import Place, read_cursor, write_cursor
from kundig.engine.policy.scope import Scope

RIGHT = "read_audit"
_EARLIEST, _LATEST = 1970, 2999

_COLUMNS = "id, at, by_kind, by_id, token, token_name, event, object, record, detail, host(address) as address"
_ORDER = "order by at desc, id desc limit %(limit)s"


@dataclass(frozen=True, slots=True)
class TrailQuery:
    """Which events: what a person did or what was done to their account, of one kind, about one object, on days of the reader's."""

    person: UUID | None = None
    event: str | None = None
    object: str | None = None
    first: date | None = None
    last: date | None = None

    @property
    def given(self) -> dict[str, str]:
        """What is set, as texts."""
        values = {"person": self.person, "event": self.event, "object": self.object, "first": self.first, "last": self.last}
        return {name: str(value) for name, value in values.items() if value is not None}


@dataclass(frozen=True, slots=True)
class TrailPage:
    """Entries as they are told: id, at, by, by_kind, token, event, object, record, detail, address."""

    entries: list[dict[str, Any]]
    next_cursor: str | None
    last: Place | None
    """Where the page ended, if there is more: good for whoever reads on under other rights than the cursor was made under."""


async def read_trail(
    scope: Scope, query: TrailQuery, *, limit: int = 50, cursor: str | None = None, after: Place | None = None
) -> TrailPage:
    """One page. Raises Denied without the right, Invalid for what isn't there, Malformed for a foreign cursor."""
    scope.require(RIGHT)
    _check(scope, query)
    named = ["audit trail", query.given]
    conditions, values = _conditions(scope, query)
    place = after if cursor is None else read_cursor(scope, named, cursor)
    if place is not None:
        [at] = place.keys
        conditions.append("(at, id) < (%(after)s, %(after_id)s)")
        values |= {"after": datetime.fromisoformat(at or ""), "after_id": UUID(place.id)}
    rows = await scope.connection.rows(_statement(conditions, query), {**values, "limit": limit + 1})
    entries = [_entry(scope, row) for row in rows[:limit]]
    await fill_labels(scope, entries)
    if len(rows) <= limit:
        return TrailPage(entries, None, None)
    last = Place(0, (told_at(rows[limit - 1]["at"]),), str(rows[limit - 1]["id"]))
    return TrailPage(entries, write_cursor(scope, named, last), last)


def _check(scope: Scope, query: TrailQuery) -> None:
    if query.event is not None and query.event not in scope.model.events:
        raise Invalid.one("event", "bad_value", t("There is no event “{event}”.", event=query.event[:100]))
    if query.object is not None and query.object not in scope.access.objects:
        raise Invalid.one("object", "unknown_object", t("There is no object {name}.", name=query.object[:100]))
    for name, day in (("from", query.first), ("to", query.last)):
        if day is not None and not _EARLIEST <= day.year <= _LATEST:
            raise Invalid.one(name, "bad_value", t("Give a date of this time."))


def _conditions(scope: Scope, query: TrailQuery) -> tuple[list[str], dict[str, Any]]:
    conditions: list[str] = []
    values: dict[str, Any] = {}
    for name, value in (("event", query.event), ("object", query.object)):
        if value is not None:
            conditions.append(f"{name} = %({name})s")
            values[name] = value
    zone = scope.context.time_zone
    for name, comparison, day in (
        ("first", ">=", query.first),
        ("last", "<", None if query.last is None else query.last + timedelta(days=1)),
    ):
        if day is not None:
            conditions.append(f"at {comparison} %({name})s")
            values[name] = datetime.combine(day, time(), zone)
    if query.person is not None:
        values |= {"person": query.person, "person_object": people_object(scope)}
    return conditions, values


def _statement(conditions: list[str], query: TrailQuery) -> str:
    """A person's own events and those about them are read from an index each, so that neither waits for the other."""
    if query.person is None:
        return _select(conditions)
    own = [*conditions, "by_id = %(person)s"]
    about = [*conditions, "record = %(person)s", "object = %(person_object)s", "by_id is distinct from %(person)s"]
    return f"select * from (({_select(own)}) union all ({_select(about)})) e {_ORDER}"


def _select(conditions: list[str]) -> str:
    return f"select {_COLUMNS} from {{ws}}.audit_event where {' and '.join(conditions) or 'true'} {_ORDER}"


def _entry(scope: Scope, row: Mapping[str, Any]) -> dict[str, Any]:
    known = row["object"] in scope.access.objects
    return {
        "id": str(row["id"]),
        "at": told_at(row["at"]),
        "by": actor_link(scope, row["by_id"]),
        "by_kind": row["by_kind"],
        "token": None if row["token"] is None else {"id": str(row["token"]), "name": row["token_name"] or ""},
        "event": row["event"],
        "object": row["object"] if known else None,
        "record": {"id": str(row["record"]), "object": row["object"]} if known and row["record"] is not None else None,
        "detail": _told(scope, row["event"], row["detail"]),
        "address": row["address"],
    }


def _told(scope: Scope, name: str, detail: Mapping[str, Any]) -> dict[str, Any]:
    """The details that the reader may know."""
    event = scope.model.events.get(name)
    if event is None:
        return {}
    keys = [*event.told, *(event.guarded if sees_all(scope) else ())]
    return {key: detail[key] for key in keys if key in detail}


def sees_all(scope: Scope) -> bool:
    """Whether the reader may read every record with all its fields, so that no detail can tell more."""
    rights = scope.access.objects
    return rights.keys() >= scope.model.objects.keys() and all(own.reads_all and not own.hidden for own in rights.values())
