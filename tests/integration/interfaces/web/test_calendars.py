"""Calendars: whose entries are shown."""

from __future__ import annotations

from tests.integration.rights.crm import Caller, Crm


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
