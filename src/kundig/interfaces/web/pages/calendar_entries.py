"""The records of a calendar: where an object stands in time, and what of it falls on some days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from kundig.engine.extension import Period
from kundig.engine.policy.scope import Scope
from kundig.engine.records.busy import known_guests
from kundig.engine.records.reading import ListQuery, list_records
from kundig.engine.schema.bound import BoundField, BoundObject
from kundig.interfaces.web.marks import HUES
from kundig.interfaces.web.pages.calendar_grid import DAY, Entry
from kundig.interfaces.web.pages.occurrences import known_series, recurs
from kundig.interfaces.web.shell import navigation_objects
from kundig.interfaces.web.widgets.choosing import widget_of

MOST = 500
"""Entries of one object that a page shows."""
LONGEST = timedelta(days=62)
"""How long before the shown days an entry may have begun that still lasts."""
ASSUMED = timedelta(minutes=30)
"""What an entry without an end is drawn as."""


@dataclass(frozen=True, slots=True)
class Source:
    """An object by the field that its records stand at."""

    object: BoundObject
    period: Period
    timed: bool
    """Whether it stands at a time of the day, not only at a day."""
    movable: bool
    stretches: bool = False
    """Whether its records have an end that the reader may move."""

    @property
    def hue(self) -> int:
        """The colour of its entries: objects that stand beside each other in the navigation differ."""
        return (self.object.definition.navigation or 0) // 2 % HUES + 1


def source_of(scope: Scope, object_: BoundObject, by: str = "") -> Source | None:
    """How an object stands in a calendar for the reader: by the named field, else as it is defined; None if it has no dates."""
    hidden, definition = scope.rights(object_.name).hidden, object_.definition
    period = definition.period
    if period is None or period.start in hidden or (by and by != period.start):
        interaction = definition.interaction
        planned = [interaction.at] if interaction is not None and interaction.at != "created_at" else []
        main = [f.name for f in object_.fields.values() if f.definition.main]
        names = [by] if by else [*planned, *main]
        start = next((n for n in names if n in object_.fields.keys() - hidden and _is_date(object_.fields[n])), None)
        period = Period(start) if start else None
    if period is None:
        return None
    end, all_day = (None if name in hidden else name for name in (period.end, period.all_day))
    period = Period(period.start, end, all_day)
    rights, field = scope.rights(object_.name), object_.fields[period.start]
    fixed = field.read_only or period.start in rights.fixed or period.start in rights.fixed_later or rights.edit == "none"
    stays = period.end is None or object_.fields[period.end].read_only or period.end in rights.fixed | rights.fixed_later
    return Source(object_, period, widget_of(field) == "datetime", not fixed, not fixed and not stays)


def sources_of(scope: Scope) -> list[Source]:
    """What everybody's calendar holds: the interactions that are planned, those that last first."""
    planned = [o for o in navigation_objects(scope) if o.definition.interaction and o.definition.interaction.at != "created_at"]
    found = [source for object_ in planned if (source := source_of(scope, object_)) is not None]
    return sorted(found, key=lambda source: source.period.end is None)


async def entries_of(scope: Scope, source: Source, days: Sequence[date], people: Sequence[str]) -> tuple[list[Entry], bool]:
    """What falls on the days (of some `people`, if any are named), and whether there is more than is shown. One statement."""
    period = source.period
    parts: list[dict[str, Any]] = [_falls_on(period, days[0], days[-1])]
    if people:
        parts.append(of_people(scope, source, people))
    own = ("label", "owner", period.start, period.end, period.all_day, known_series(scope, source.object))
    names = tuple(n for n in own if n and n in _known(scope, source))
    found = await list_records(scope, ListQuery(source.object.name, {"all": parts}, names, period.start, MOST))
    return [_entry(scope, source, record) for record in found.records()], found.next_cursor is not None


def followed(scope: Scope, sources: Sequence[Source]) -> set[str]:
    """The objects by which a calendar changes: who is invited to a record is told of the invitation, not of the record."""
    guests = (known_guests(scope, source.object) for source in sources)
    return {source.object.name for source in sources} | {found.object for found in guests if found is not None}


def of_people(scope: Scope, source: Source, people: Sequence[str]) -> dict[str, Any]:
    """The filter by which a record is in the calendars of people (`me` is one): they own it, or take part and have not declined."""
    owned = {"field": "owner", "op": "in", "value": list(people)}
    guests = known_guests(scope, source.object)
    if guests is None:
        return owned
    parent = scope.model.objects[guests.object].definition.parent
    comes: list[dict[str, Any]] = [{"field": guests.user, "op": "in", "value": list(people)}]
    if guests.answer is not None and guests.declined:
        comes.append({"field": guests.answer, "op": "not_in", "value": list(guests.declined)})
    return {"any": [owned, {"related": f"{guests.object}.{parent}", "where": {"all": comes}}]}


def _known(scope: Scope, source: Source) -> set[str]:
    return {"label", *source.object.fields} - scope.rights(source.object.name).hidden


def _falls_on(period: Period, first: date, last: date) -> dict[str, Any]:
    """Begins on these days, or began before and ends on one of them or later."""
    begins = {"field": period.start, "op": "between", "value": [first.isoformat(), last.isoformat()]}
    if period.end is None:
        return begins
    began = {"field": period.start, "op": "between", "value": [(first - LONGEST).isoformat(), (first - DAY).isoformat()]}
    return {"any": [begins, {"all": [began, {"field": period.end, "op": "gte", "value": first.isoformat()}]}]}


def _entry(scope: Scope, source: Source, record: dict[str, Any]) -> Entry:
    period, zone, definition = source.period, scope.context.time_zone, source.object.definition
    ended = record.get(period.end) if period.end else None
    all_day = not source.timed or bool(period.all_day and record.get(period.all_day))

    def local(value: str) -> datetime:
        if not source.timed:
            return datetime.combine(date.fromisoformat(value), time(), zone)
        return datetime.fromisoformat(value).astimezone(zone)

    start = local(record[period.start])
    end = max(local(ended), start) if ended else start + ASSUMED
    if all_day:
        start, end = (datetime.combine(at.date(), time(), zone) for at in (start, end))
        end += DAY
    owner = record.get("owner")
    return Entry(
        source.object.name, str(record["id"]), record["label"] or "", definition.icon, start, end, all_day, period.start,
        movable=source.movable, owner=owner["label"] if owner else "", hue=source.hue,
        recurs=recurs(scope, source.object, record), stretches=source.stretches,
    )  # fmt: skip


def _is_date(field: BoundField) -> bool:
    return widget_of(field) in ("date", "datetime") and not field.type.rollup_columns(field)
