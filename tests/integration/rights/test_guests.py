"""Who is invited to a meeting finds it wherever it stands, in the own calendar above all, and can do nothing to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from tests.integration.rights.crm import Caller, Crm

ASKED = {"span": "day", "day": "2031-03-04"}


@pytest.fixture(scope="module")
async def crm(new_crm: Callable[[], Awaitable[Crm]]) -> Crm:
    """All shipped objects."""
    return await new_crm()


async def meeting(crm: Crm, subject: str, owner: UUID, guest: UUID, answer: str = "none") -> UUID:
    return await crm.create(
        "meeting",
        subject=subject,
        owner=owner,
        starts_at="2031-03-04T09:00:00Z",
        ends_at="2031-03-04T10:00:00Z",
        attendee=[{"user": str(guest), "answer": answer}],
    )


async def shown(caller: Caller, who: str = "") -> str:
    return (await caller.pages.get("/calendar", params={**ASKED, "who": who} if who else ASKED)).raise_for_status().text


async def test_ones_calendar_holds_what_one_is_invited_to(crm: Crm) -> None:
    host, guest, other = [await crm.user("sales_representative") for _ in range(3)]
    await meeting(crm, "Planungsrunde", host, guest)
    await meeting(crm, "Ohne mich", host, guest, "declined")
    await meeting(crm, "Fremde Runde", host, other)
    text = await shown(await crm.caller(guest))
    assert "Planungsrunde" in text
    assert "Ohne mich" not in text, "who declined is not taken up"
    assert "Fremde Runde" not in text
    everybody = await shown(await crm.caller(guest), "all")
    assert "Ohne mich" in everybody, "but may still read what they declined"
    assert "Fremde Runde" not in everybody
    assert "Planungsrunde" in await shown(await crm.caller(host), str(guest)), (
        "it stands in the guest's calendar for those who see it"
    )


async def test_a_guest_changes_nothing_and_sees_it_no_longer_when_taken_off(crm: Crm) -> None:
    host, guest = await crm.user("sales_representative"), await crm.user("sales_representative")
    id_ = await meeting(crm, "Abstimmung", host, guest)
    caller, hosting = await crm.caller(guest), await crm.caller(host)
    path = f"/api/v1/meeting/{id_}"
    read = (await caller.api.get(path)).raise_for_status().json()
    assert read["subject"] == "Abstimmung"
    [attendee] = (await caller.get("/attendee")).json()["data"]
    invitation = {"meeting": str(id_), "user": str(guest)}
    refused = [
        await caller.api.patch(path, json={"subject": "mine"}),
        await caller.api.patch(path, json={"owner": str(guest)}),
        await caller.api.delete(path),
        await caller.api.post(f"{path}/shares", json={"user": str(guest), "level": "edit"}),
        await caller.api.post("/api/v1/attendee", json=invitation),
        await caller.api.delete(f"/api/v1/attendee/{attendee['id']}"),
    ]
    assert {answer.status_code for answer in refused[:3]} == {403}
    assert all(answer.status_code in (403, 404, 422) for answer in refused)
    assert (await hosting.api.get(path)).json()["version"] == read["version"]
    (await hosting.api.delete(f"/api/v1/attendee/{attendee['id']}")).raise_for_status()
    assert (await caller.api.get(path)).status_code == 404
    assert (await caller.api.post("/api/v1/attendee", json=invitation)).status_code in (403, 404, 422), "nobody invites themselves"
    assert (await caller.api.get(path)).status_code == 404
