"""Whoever is responsible for a record hears of it at its reminder: once for each time, and not when it is over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.integration.rights.conftest import new_crm
from tests.integration.rights.crm import Crm
from tests.integration.services.collaboration.test_collaboration import do_jobs, runs, told

from kundig.base.context import SYSTEM
from kundig.base.jobs import JobRun
from kundig.services.collaboration.jobs import collaboration_jobs
from kundig.services.collaboration.notifications import mark_read
from kundig.services.collaboration.reminding import FORGET_GIVEN, REMIND

__all__ = ["crm", "new_crm"]

CUSTOM = """
kind: object
name: inspection
label: {en: Inspection, de: Prüfung}
label_plural: {en: Inspections, de: Prüfungen}
reminder: remind_at
fields:
  - {name: name, type: text, label: {en: Name, de: Name}, required: true}
  - {name: remind_at, type: datetime, label: {en: Remind, de: Erinnern}}
"""


@pytest.fixture(scope="module")
async def crm(new_crm: Callable[[], Awaitable[Crm]]) -> Crm:
    return await new_crm()


def ago(**time: float) -> str:
    return (datetime.now(UTC) - timedelta(**time)).isoformat()


async def remind(crm: Crm) -> None:
    [job] = [job for job in collaboration_jobs(crm.scopes) if job.name == REMIND]
    await job.run(JobRun(next(runs), crm.database, crm.workspace, SYSTEM, {}, 0))
    await do_jobs(crm, {"collaboration.told"})


async def task(crm: Crm, owner: UUID | None, reminder: str, **values: Any) -> UUID:
    return await crm.create("task", subject="Call back", reminder_at=reminder, **({"owner": owner} if owner else {}), **values)


async def test_at_its_time_and_once(crm: Crm) -> None:
    user, other = await crm.user("sales_representative"), await crm.user("sales_representative")
    due = await task(crm, user, ago(seconds=5))
    await task(crm, user, ago(minutes=-10))
    await task(crm, user, ago(days=2))
    await task(crm, user, ago(seconds=5), status="done")
    await task(crm, None, ago(seconds=5))
    await remind(crm)
    await remind(crm)
    assert await told(crm, user) == [("reminder", due)]
    assert await told(crm, other) == []
    async with crm.scope(user) as scope:
        await mark_read(scope)
    await remind(crm)
    assert await told(crm, user) == [("reminder", due)]
    await crm.update("task", due, reminder_at=ago(seconds=1))
    await remind(crm)
    assert await told(crm, user) == [("reminder", due)] * 2, "a time that was put off reminds again"


async def test_it_is_said_on_the_page_and_can_be_switched_off(crm: Crm) -> None:
    user = await crm.user("sales_representative")
    caller = await crm.caller(user)
    settings = (await caller.pages.get("/settings/me")).text
    assert "Erinnerungen an das, wofür ich zuständig bin" in settings
    await task(crm, user, ago(seconds=5))
    await remind(crm)
    shown = (await caller.pages.get("/notifications")).text
    assert "Erinnerung" in shown
    assert "Call back" in shown


async def test_of_an_object_of_ones_own(crm: Crm) -> None:
    await crm.configure(CUSTOM)
    user = await crm.user("administrator")
    record = await crm.create("inspection", name="Crane", owner=user, remind_at=ago(seconds=5))
    await remind(crm)
    assert await told(crm, user) == [("reminder", record)]


async def test_what_was_given_long_ago_is_forgotten(crm: Crm) -> None:
    count = "select count(*) from {ws}.reminded where object = 'old'"
    async with crm.database.transaction(crm.workspace) as connection:
        for days in (1, 3):
            await connection.execute(
                "insert into {ws}.reminded values ('old', gen_random_uuid(), now() - make_interval(days => %(days)s))",
                {"days": days},
            )
        await connection.execute(FORGET_GIVEN)
        assert await connection.value(count) == 1
