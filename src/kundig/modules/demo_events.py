"""What the sample data is told in: events of a company's past, each by somebody at some moment, repeated through the write door."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from kundig.engine.records.draft import Create, Item, Update

OFFICE_HOURS = (7, 17)
"""In UTC: from eight or nine in the morning to six or seven in the evening."""


@dataclass(frozen=True, slots=True)
class Event:
    """Somebody (`actor`: a number in the cast) writes a record, or, with `action`, does something with it."""

    moment: datetime
    actor: int
    object: str
    item: Item
    action: str | None = None


@dataclass(slots=True)
class Past:
    """Collects events. All chance comes from `chance`, so that the same seed tells the same story."""

    chance: random.Random
    today: date
    now: datetime
    begin: datetime
    new_id: Callable[[], UUID]
    events: list[Event] = field(default_factory=list)

    def create(self, moment: datetime, actor: int, object_: str, id_: UUID, **values: Any) -> UUID:
        """A record is made."""
        given = {name: value for name, value in values.items() if value not in (None, "", [])}
        self.events.append(Event(min(moment, self.now), actor, object_, Create(given, id_)))
        return id_

    def update(self, moment: datetime, actor: int, object_: str, id_: UUID, **values: Any) -> None:
        """A record is changed; what lies in the future does not happen."""
        if moment <= self.now:
            self.events.append(Event(moment, actor, object_, Update(id_, values)))

    def act(self, moment: datetime, actor: int, object_: str, id_: UUID, action: str) -> None:
        """A verb is used on a record."""
        if moment <= self.now:
            self.events.append(Event(moment, actor, object_, Update(id_, {}), action))

    def some_moment(self, first: datetime | None = None) -> datetime:
        """A moment in office hours between `first` (the begin) and now, later ones a little likelier: the company grows."""
        first = first or self.begin
        share = self.chance.random() ** 0.85
        return self.in_office(first + (self.now - first) * share)

    def later(self, moment: datetime, low: float, high: float) -> datetime:
        """A moment in office hours `low` to `high` days later; the same day at least some minutes."""
        minutes = self.chance.randrange(5, 120, 5)
        return max(self.in_office(moment + timedelta(days=self.chance.uniform(low, high))), moment + timedelta(minutes=minutes))

    def in_office(self, moment: datetime) -> datetime:
        """The same day (or the Monday after a weekend) at some time in office hours."""
        moment += timedelta(days={5: 2, 6: 1}.get(moment.weekday(), 0))
        return moment.replace(
            hour=self.chance.randrange(*OFFICE_HOURS), minute=self.chance.randrange(0, 60, 5), second=0, microsecond=0
        )
