"""Calendars: whose entries are shown."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from tests.integration.rights.crm import Caller, Crm

from kundig.engine.records.busy import busy_times


async def test_what_others_plan_with_somebody_is_in_their_calendar_unless_they_declined(
    crm: Crm, admin: Caller, seller: Caller
) -> None:
    time = {"starts_at": "2033-05-04T09:00:00Z", "ends_at": "2033-05-04T10:00:00Z"}
    for subject, answer in (("Abstimmung", "tentative"), ("Abgelehnt", "declined")):
        guests = [{"user": str(admin.user), "answer": answer}]
        await crm.create("meeting", subject=subject, owner=str(seller.user), attendee=guests, **time)
    await crm.create("meeting", subject="Ohne andere", owner=str(seller.user), **time)
    for address in ("/calendar?day=2033-05-04", f"/o/meeting/calendar?day=2033-05-04&who={admin.user}"):
        shown = (await admin.pages.get(address)).text
        assert "Abstimmung" in shown, address
        assert "Abgelehnt" not in shown
        assert "Ohne andere" not in shown
        follows = re.search(r'data-objects="([^"]*)"', shown)
        assert follows is not None
        assert {"attendee", "meeting"} <= set(follows[1].split()), "an invitation changes it too"
        assert "&amp;object=attendee" in shown


async def test_a_calendar_does_without_a_link_to_guests_that_a_document_took_away(new_crm: Callable[[], Awaitable[Crm]]) -> None:
    crm = await new_crm()
    boss = await crm.caller(await crm.user("administrator"))
    await crm.create(
        "meeting", subject="Runde", owner=str(boss.user), starts_at="2033-05-04T09:00:00Z", ends_at="2033-05-04T10:00:00Z"
    )
    await crm.configure("kind: field\nobject: attendee\nname: user\nhidden: true\n")
    for address in ("/calendar?day=2033-05-04", "/o/meeting/new"):
        answer = await boss.pages.get(address)
        assert answer.status_code == 200, answer.text[:300]
    assert "Runde" in (await boss.pages.get("/calendar?day=2033-05-04")).text
    async with crm.scope(boss.user) as scope:
        day = datetime(2033, 5, 4, tzinfo=UTC)
        assert [busy.label for busy in await busy_times(scope, [boss.user], day, day + timedelta(days=1))] == ["Runde"]
