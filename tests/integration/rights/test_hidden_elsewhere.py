"""What is hidden is not told by the way: by busy times, a probability, a moved series, pins, reminders, or the trash."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from tests.integration.rights.crm import Caller, Crm
from tests.integration.services.collaboration.test_collaboration import told
from tests.integration.services.collaboration.test_reminding import remind

from kundig.engine.records.busy import Busy, busy_times
from kundig.engine.records.series_writes import update_series
from kundig.engine.records.writing import Change, Delete, Update, write

ROLE = """
kind: role
name: reader
label: {{en: Reader, de: Leser}}
objects:
  account: {{read: all, edit: all}}
  contact: {{read: all}}
  opportunity: {{read: own, edit: own, fields: {{stage: hidden}}}}
  meeting: {{read: all, fields: {{owner: hidden, related_to: hidden}}}}
  attendee: {{read: all, fields: {{answer: hidden}}}}
  task: {{read: own, create: true, edit: own, delete: own, fields: {{reminder_at: hidden}}}}
  note: {{read: all}}
  user: {{read: own}}
rights: [{rights}]
---
kind: role
name: everyone
label: {{en: Everyone, de: Alle}}
objects: {{user: {{read: own}}}}
"""


@dataclass
class Place:
    crm: Crm
    reader: Caller
    boss: UUID


@pytest.fixture
async def place(new_crm: Callable[[], Awaitable[Crm]]) -> Place:
    crm = await new_crm()
    await crm.configure(ROLE.format(rights=""))
    return Place(crm, await crm.in_english("reader"), await crm.user("administrator"))


async def busy(place: Place) -> list[Busy]:
    day = datetime(2027, 3, 1, tzinfo=UTC)
    async with place.crm.scope(place.reader.user) as scope:
        return await busy_times(scope, [place.boss, place.reader.user], day, day + timedelta(days=1))


@pytest.mark.parametrize("free", [False, True])
async def test_busy_times_tell_neither_a_hidden_owner_nor_a_hidden_answer(place: Place, free: bool) -> None:
    if free:
        await place.crm.configure(ROLE.format(rights="see_busy"))
    times = {"starts_at": "2027-03-01T09:00:00Z", "ends_at": "2027-03-01T10:00:00Z"}
    await place.crm.create("meeting", subject="Owned", owner=place.boss, **times)
    guests = [{"user": str(place.reader.user), "answer": "declined"}]
    await place.crm.create("meeting", subject="Declined", owner=None, attendee=guests, **times)
    found = await busy(place)
    own = [(one.person, one.label) for one in found if one.label]
    assert own == [(place.reader.user, "Declined")], "as if it had no answer"
    assert [one.id for one in found if one.person == place.boss] == ([None] if free else [])


async def test_a_probability_does_not_tell_a_hidden_stage(place: Place) -> None:
    deal = await place.crm.create("opportunity", name="Halle", owner=place.reader.user, stage="negotiation")
    read = (await place.reader.get(f"/opportunity/{deal}")).json()
    assert {"stage", "status", "probability", "expected_revenue"}.isdisjoint(read)
    assert (await place.reader.api.patch(f"/api/v1/opportunity/{deal}", json={"probability": None})).status_code == 422


async def test_a_moved_series_tells_no_hidden_time(place: Place) -> None:
    crm, user = place.crm, place.reader.user
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    first = await crm.create("task", subject="Täglich", owner=user, due_at=start.isoformat(), recurrence="FREQ=DAILY;COUNT=3")
    async with crm.system() as scope:
        ids = await scope.connection.values("select id from {ws}.task where subject = 'Täglich' order by due_at")
        await write(scope, "task", [Update(ids[1], {"reminder_at": (start + timedelta(hours=22)).isoformat()})])
    async with crm.scope(user) as scope:
        moved = {"due_at": (start + timedelta(hours=1)).isoformat()}
        await update_series(Change(scope), "task", Update(first, moved), "all")
    async with crm.system() as scope:
        reminders = await scope.connection.values("select reminder_at from {ws}.task where id = %(id)s", {"id": ids[1]})
    assert reminders == [start + timedelta(hours=23)], "it moves along"


async def test_pins_are_counted_and_put_as_far_as_the_timeline_tells(place: Place) -> None:
    """With `related_to` hidden, meetings stand on no timeline for the reader."""
    crm, pages = place.crm, place.reader.pages
    account = await crm.create("account", name="Konto")
    about = [{"object": "account", "id": str(account)}]
    notes = [await crm.create("note", body=f"<p>{n}</p>", related_to=about) for n in range(5)]
    meetings = [await crm.create("meeting", subject="x", starts_at="2027-03-01T09:00:00Z", related_to=of) for of in (about, [])]
    for object_, id_ in [*(("meeting", id_) for id_ in meetings), *(("note", id_) for id_ in notes)]:
        answer = await pages.post(f"/o/account/{account}/pins/{object_}/{id_}?to=1")
        assert answer.status_code == 200, (object_, answer.text[:300])
    async with crm.system() as scope:
        assert set(await scope.connection.values("select pinned from {ws}.pin")) == set(notes)


async def test_a_reminder_does_not_tell_a_hidden_time(place: Place) -> None:
    past = (datetime.now(UTC) - timedelta(seconds=5)).isoformat()
    seller = await place.crm.user("sales_representative")
    for owner in (place.reader.user, seller):
        await place.crm.create("task", subject="Call", owner=owner, reminder_at=past)
    await remind(place.crm)
    assert await told(place.crm, place.reader.user) == []
    assert len(await told(place.crm, seller)) == 1


async def test_the_trash_names_nobody_who_is_not_seen(place: Place) -> None:
    name = "Verborgene Kollegin"
    await place.crm.update("user", place.boss, name=name)
    task = await place.crm.create("task", subject="Weg", owner=place.reader.user)
    async with place.crm.scope(place.boss) as scope:
        await write(scope, "task", [Delete(task)])
    trash = (await place.reader.pages.get("/trash")).text
    assert "Weg" in trash
    assert name not in trash
