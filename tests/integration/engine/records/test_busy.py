"""When people are busy: told to who plans, without what they may not see; to nobody else."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from tests.integration.world import World

from kundig.engine.configuration.yaml import load
from kundig.engine.policy.scope import Scope
from kundig.engine.records.busy import Busy, busy_times
from kundig.engine.records.writing import Delete, write

BEGINS = datetime.fromisoformat("2033-05-02T00:00:00+02:00")
NOBODY_PLANS = """
kind: role
name: visitor
label: {en: Visitor, de: Besuch}
objects: {meeting: {read: own, create: true}, attendee: {read: own}}
"""


def at(hour: int, days: int = 0) -> str:
    return (BEGINS + timedelta(days=days, hours=hour)).isoformat()


async def times(scope: Scope, *people: UUID) -> list[Busy]:
    return await busy_times(scope, people, BEGINS, BEGINS + timedelta(days=1))


@pytest.fixture(scope="module")
async def office(crm: World) -> World:
    await crm.apply(*load(NOBODY_PLANS, "roles.yaml"))
    return crm


async def test_of_what_one_may_not_see_only_the_time_is_told(office: World) -> None:
    mine, hers = await office.user("sales_representative"), await office.user("sales_representative")
    await office.create("meeting", subject="Geheim", owner=hers, starts_at=at(9), ends_at=at(10))
    own = await office.create("meeting", subject="Meiner", owner=mine, starts_at=at(11), ends_at=at(12))
    async with office.scope(mine) as scope:
        [secret, known] = await times(scope, mine, hers)
        assert (secret.person, secret.label, secret.id) == (hers, "", None)
        assert (secret.starts.isoformat(), secret.ends - secret.starts) == (secret.starts.isoformat(), timedelta(hours=1))
        assert (known.person, known.label, known.id) == (mine, "Meiner", own)


async def test_without_the_right_only_what_one_sees_counts(office: World) -> None:
    visitor, hers = await office.user("visitor"), await office.user("sales_representative")
    await office.create("meeting", subject="Geheim", owner=hers, starts_at=at(9), ends_at=at(10))
    await office.create("meeting", subject="Meiner", owner=visitor, starts_at=at(11), ends_at=at(12))
    async with office.scope(visitor) as scope:
        assert [busy.label for busy in await times(scope, visitor, hers)] == ["Meiner"]


async def test_who_takes_part_is_busy_unless_they_declined(office: World) -> None:
    host, guest, other = [await office.user("sales_manager") for _ in range(3)]
    guests = [{"user": str(guest), "answer": "tentative"}, {"user": str(other), "answer": "declined"}, {"user": str(host)}]
    meeting = await office.create("meeting", subject="Runde", owner=host, starts_at=at(9), ends_at=at(10), attendee=guests)
    async with office.scope(host) as scope:
        found = await times(scope, host, guest, other)
        assert {busy.person for busy in found} == {host, guest}
        assert len(found) == 2, "each of them once"
        await write(scope, "meeting", [Delete(meeting)])
        assert await times(scope, host, guest, other) == []


async def test_what_began_before_still_counts_and_what_ended_does_not(office: World) -> None:
    user = await office.user("sales_manager")
    for subject, starts, ends in (
        ("läuft", at(-30), at(1)),
        ("vorbei", at(-5), at(0)),
        ("morgen", at(24), at(25)),
        ("offen", at(9), None),
    ):
        await office.create("meeting", subject=subject, owner=user, starts_at=starts, ends_at=ends)
    async with office.scope(user) as scope:
        assert [busy.label for busy in await times(scope, user)] == ["läuft"]


async def test_hidden_times_stay_hidden(office: World) -> None:
    role = """
kind: role
name: blind
label: {en: Blind, de: Blind}
rights: [see_busy]
objects: {meeting: {read: all, fields: {starts_at: hidden}}}
"""
    await office.apply(*load(role, "blind.yaml"))
    blind, user = await office.user("blind"), await office.user("sales_manager")
    await office.create("meeting", subject="x", owner=user, starts_at=at(9), ends_at=at(10))
    async with office.scope(blind) as scope:
        assert await times(scope, user) == []
