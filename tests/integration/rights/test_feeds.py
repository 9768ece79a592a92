"""The secret link of a calendar: only what its person may see now, for nobody without it, and gone when it was ended or renewed."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from icalendar import Calendar
from tests.integration.rights.crm import Caller, Crm

from kundig.services.identity import feeds
from kundig.services.identity.codes import hashed

SOON = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=2)


@pytest.fixture(scope="module")
async def crm(new_crm: Callable[[], Awaitable[Crm]]) -> Crm:
    """All shipped objects."""
    return await new_crm()


@pytest.fixture
async def nobody(crm: Crm) -> Any:
    """A program that knows nothing but addresses."""
    transport = httpx.ASGITransport(app=crm.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://kundig.test") as client:
        yield client


async def made(caller: Caller) -> str:
    """The path of a new link, as the page shows it once."""
    page = (await caller.pages.post("/settings/calendar")).raise_for_status().text
    found = re.search(r'value="http://[^/]+(/calendar/feed/[\w-]+\.ics)"', page)
    assert found is not None
    return found[1]


async def told(client: httpx.AsyncClient, path: str) -> list[str]:
    answer = (await client.get(path)).raise_for_status()
    assert answer.headers["content-type"].startswith("text/calendar")
    return sorted(str(event["summary"]) for event in Calendar.from_ical(answer.content).walk("VEVENT"))


async def meeting(crm: Crm, subject: str, owner: UUID, **values: Any) -> UUID:
    return await crm.create(
        "meeting",
        subject=subject,
        owner=owner,
        starts_at=SOON.isoformat(),
        ends_at=(SOON + timedelta(hours=1)).isoformat(),
        **values,
    )


async def test_it_holds_ones_own_and_what_one_takes_part_in(crm: Crm, nobody: httpx.AsyncClient) -> None:
    me, other = await crm.user("sales_representative"), await crm.user("sales_manager")
    await meeting(crm, "Meiner", me)
    await meeting(crm, "Fremd", other)
    await meeting(crm, "Eingeladen", other, attendee=[{"user": str(me), "answer": "accepted"}])
    await meeting(crm, "Abgesagt", other, attendee=[{"user": str(me), "answer": "declined"}])
    await crm.create("task", subject="Aufgabe", owner=me, due_at=SOON.isoformat())
    assert await told(nobody, await made(await crm.caller(me))) == ["Aufgabe", "Eingeladen", "Meiner"]


async def test_a_series_is_one_entry(crm: Crm, nobody: httpx.AsyncClient) -> None:
    me = await crm.user("sales_representative")
    await meeting(crm, "Jour fixe", me, recurrence="FREQ=WEEKLY;COUNT=4")
    path = await made(await crm.caller(me))
    assert await told(nobody, path) == ["Jour fixe"]
    assert b"RRULE:FREQ=WEEKLY;UNTIL=" in (await nobody.get(path)).content


async def test_a_renewed_link_ends_the_old_one_and_an_ended_one_is_gone(crm: Crm, nobody: httpx.AsyncClient) -> None:
    caller = await crm.caller(await crm.user("sales_representative"))
    old = await made(caller)
    new = await made(caller)
    assert (await nobody.get(old)).status_code == 404
    assert (await nobody.get(new)).status_code == 200
    assert "/calendar/feed/" not in (await caller.pages.get("/settings/calendar")).text, "it is shown once"
    await caller.pages.post("/settings/calendar/end")
    assert (await nobody.get(new)).status_code == 404


async def test_who_may_no_longer_sign_in_has_no_feed(crm: Crm, nobody: httpx.AsyncClient) -> None:
    user = await crm.user("sales_representative")
    path = await made(await crm.caller(user))
    await crm.update("user", user, is_active=False)
    assert (await nobody.get(path)).status_code == 404


async def test_only_a_hash_is_stored_and_the_code_opens_nothing_else(crm: Crm, nobody: httpx.AsyncClient) -> None:
    path = await made(await crm.caller(await crm.user("administrator")))
    code = path.removeprefix("/calendar/feed/").removesuffix(".ics")
    async with crm.database.owner() as connection:
        assert await connection.value("select count(*) from kundig.feed where hash = %(hash)s", {"hash": hashed(code)}) == 1
    assert (await nobody.get("/api/v1/meeting", headers={"Authorization": f"Bearer {code}"})).status_code == 401
    nobody.cookies.set("kundig_session", code)
    assert "/sign-in" in (await nobody.get("/calendar")).headers["location"]


async def test_calls_are_limited(crm: Crm, nobody: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    path = await made(await crm.caller(await crm.user("sales_representative")))
    monkeypatch.setattr(feeds, "BY_CODE", 2)
    statuses = [(await nobody.get(path)).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert int((await nobody.get(path)).headers["retry-after"]) > 0
