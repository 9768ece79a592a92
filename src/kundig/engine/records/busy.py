"""When people are busy: the times of records that take up their owner and those who take part in them.

With the right `see_busy` one is told the times of all of them, of those that one may not see nothing else. Without it only records
that one may see count. Owned records count with what they belong to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa

from kundig.engine.extension import Guests
from kundig.engine.policy.predicates import AccessReading
from kundig.engine.policy.scope import Scope
from kundig.engine.policy.statements import statement
from kundig.engine.schema.bound import BoundObject

RIGHT = "see_busy"
LONGEST = timedelta(days=62)
"""How long before the asked time a record may have begun that still lasts."""
MOST = 2000
"""Times of one object that are told."""


@dataclass(frozen=True, slots=True)
class Busy:
    """A time at which somebody is taken up. `label` is empty, and `id` None, for a record that the asker may not see."""

    person: UUID
    starts: datetime
    ends: datetime
    all_day: bool
    object: str
    id: UUID | None
    label: str


async def busy_times(scope: Scope, people: Sequence[UUID], begins: datetime, ends: datetime) -> list[Busy]:
    """The times of people between two instants, in their order. One statement for each object that takes up time."""
    found: list[Busy] = []
    for object_ in scope.model.objects.values():
        if people and _counts(scope, object_):
            free = scope.may(RIGHT)
            if not list(_ways(scope, object_, free=free)):
                continue
            compiled = statement(scope, ("busy", object_.name, free), partial(_times, scope, object_, free=free))
            values = {"people": list(people), "begins": begins, "ends": ends, "earliest": begins - LONGEST, "most": MOST}
            rows = await scope.connection.rows(compiled, {**values, **scope.access.parameters})
            found += [
                Busy(r["person"], r["starts"], r["ends"], r["all_day"], object_.name, r["id"], r["label"] or "") for r in rows
            ]
    return sorted(found, key=lambda busy: (busy.starts, busy.ends))


def _counts(scope: Scope, object_: BoundObject) -> bool:
    """Whether its records take up time, and the asker may know of them and of their times."""
    period, rights = object_.definition.period, scope.access.objects.get(object_.name)
    if period is None or period.end is None or rights is None or {period.start, period.end} & rights.hidden:
        return False
    return all(object_.table.c[object_.fields[name].column].type.python_type is datetime for name in (period.start, period.end))


def _times(scope: Scope, object_: BoundObject, *, free: bool) -> sa.CompoundSelect[Any]:
    """Of each person once, who owns a record or takes part in it."""
    row = object_.table.alias("o")
    together = sa.union(
        *(
            _taken(scope, object_, row, row.c.owner_id, free=free, told=told)
            if guests is None
            else _as_guest(scope, object_, guests, row, free=free, told=told)
            for guests, told in _ways(scope, object_, free=free)
        )
    )
    return together.order_by(sa.text("starts"), sa.text("id")).limit(sa.bindparam("most", type_=sa.Integer()))


def _ways(scope: Scope, object_: BoundObject, *, free: bool) -> Iterator[tuple[Guests | None, bool]]:
    """How records take up people: who owns one, or is among the guests; and whether the asker may know of whom that holds."""
    told = "owner" not in scope.rights(object_.name).hidden
    if told or free:
        yield None, told
    if (guests := scope.model.guests_of(object_)) is not None:
        told = known_guests(scope, object_) is not None
        if told or free:
            yield guests, told


def known_guests(scope: Scope, object_: BoundObject) -> Guests | None:
    """Who takes part in the records of an object, as far as the asker may know it: without answers that are hidden from them."""
    guests = scope.model.guests_of(object_)
    rights = scope.access.objects.get(guests.object) if guests else None
    if guests is None or rights is None or {guests.user, scope.model.objects[guests.object].definition.parent} & rights.hidden:
        return None
    return msgspec.structs.replace(guests, answer=None) if guests.answer in rights.hidden else guests


def _taken(
    scope: Scope, object_: BoundObject, row: sa.FromClause, person: sa.ColumnElement[Any], *, free: bool, told: bool
) -> sa.Select[Any]:
    """The times of records that take up somebody; which they are, as far as they may be seen and it may be `told` that they do."""
    period, reading = object_.definition.period, AccessReading.of(scope)
    assert period is not None
    assert period.end is not None
    starts, ends = (row.c[object_.fields[name].column] for name in (period.start, period.end))
    seen = sa.func.coalesce(reading.seen(object_.name, row), sa.false())
    known = period.all_day is not None and period.all_day not in scope.rights(object_.name).hidden
    all_day = row.c[object_.fields[period.all_day or ""].column] if known else sa.false()
    begins, until, earliest = (sa.bindparam(name, type_=sa.DateTime(timezone=True)) for name in ("begins", "ends", "earliest"))
    shown = seen if told else sa.false()
    label = sa.case((shown, reading.name(object_.name, row)))
    return sa.select(
        person.label("person"), starts.label("starts"), sa.func.greatest(ends, starts).label("ends"), all_day.label("all_day"),
        sa.case((shown, row.c.id)).label("id"), label.label("label"),
    ).where(
        row.c.deleted_at.is_(None), starts < until, starts >= earliest, ends > begins,
        person == sa.any_(sa.bindparam("people", type_=sa.ARRAY(sa.Uuid()))), sa.true() if free else seen,
    )  # fmt: skip


def _as_guest(scope: Scope, object_: BoundObject, guests: Guests, row: sa.FromClause, *, free: bool, told: bool) -> sa.Select[Any]:
    """The same for who takes part, without those who said that they don't."""
    child = scope.model.objects[guests.object]
    guest = child.table.alias("g")
    comes = [guest.c[child.fields[child.definition.parent or ""].column] == row.c.id, guest.c.deleted_at.is_(None)]
    rights = scope.access.objects.get(guests.object)
    if guests.answer is not None and guests.declined and (rights is None or guests.answer not in rights.hidden):
        answer = guest.c[child.fields[guests.answer].column]
        declined = sa.literal(list(guests.declined), sa.ARRAY(sa.Text()))
        comes.append(sa.func.coalesce(answer, sa.literal("")) != sa.all_(declined))
    return _taken(scope, object_, row, guest.c[child.fields[guests.user].column], free=free, told=told).where(*comes)
