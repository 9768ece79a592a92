"""Boards over HTTP: any choice as columns, what a stage demands, what is planned next as far as one may see it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.integration.rights.crm import Caller, Crm

CHECKED = """
kind: pipeline
name: sales
object: opportunity
field: stage
label: {en: Sales, de: Vertrieb}
stages:
  - {key: proposal, label: {en: Proposal, de: Angebot}, checklist: [{en: Budget known, de: Budget bekannt}, {en: Decider known, de: Entscheider bekannt}]}
"""


@pytest.fixture(scope="module")
async def office(new_crm: Callable[[], Awaitable[Crm]]) -> Crm:
    crm = await new_crm()
    await crm.configure(CHECKED)
    return crm


@pytest.fixture(scope="module")
async def boss(office: Crm) -> Caller:
    return await office.caller(await office.user("sales_manager"))


async def moved(caller: Caller, object_: str, id_: UUID, **form: Any) -> Any:
    return await caller.pages.post(f"/o/{object_}/{id_}/stage", data={"board": "1", **form})


async def value(caller: Caller, object_: str, id_: UUID, name: str) -> Any:
    return (await caller.get(f"/{object_}/{id_}")).json()[name]


async def test_a_checklist_is_asked_until_all_is_ticked(office: Crm, boss: Caller) -> None:
    id_ = await office.create("opportunity", name="Prüfling", owner=boss.user)
    asked = await moved(boss, "opportunity", id_, stage="proposal", field="stage")
    assert (asked.status_code, "Budget bekannt" in asked.text) == (200, True)
    half = await moved(boss, "opportunity", id_, stage="proposal", field="stage", asked="1", checked="Budget bekannt")
    assert half.status_code == 422
    assert await value(boss, "opportunity", id_, "stage") == "qualification"
    form = {"stage": "proposal", "field": "stage", "asked": "1", "checked": ["Budget bekannt", "Entscheider bekannt"]}
    assert (await moved(boss, "opportunity", id_, **form)).status_code == 200
    assert await value(boss, "opportunity", id_, "stage") == "proposal"


async def test_a_choice_and_a_lane_are_moved_together(office: Crm, boss: Caller) -> None:
    id_ = await office.create("task", subject="Bahn", owner=boss.user)
    form = {"stage": "in_progress", "field": "status", "lane_field": "priority", "lane": "high"}
    assert (await moved(boss, "task", id_, **form)).status_code == 200
    assert await value(boss, "task", id_, "status") == "in_progress"
    assert await value(boss, "task", id_, "priority") == "high"
    assert (await moved(boss, "task", id_, stage="nonsense", field="status")).status_code == 404
    assert (await moved(boss, "task", id_, stage="open", field="subject")).status_code == 404


async def test_what_is_planned_next_is_told_as_far_as_one_may_see_it(office: Crm, boss: Caller) -> None:
    mine = await office.caller(await office.user("sales_representative"))
    id_ = await office.create("opportunity", name="Schritt", owner=mine.user)
    about = [{"object": "opportunity", "id": str(id_)}]

    async def line(caller: Caller) -> str:
        return (await caller.pages.get("/o/opportunity/board/steps", params={"id": str(id_)})).raise_for_status().text

    assert "circle-dashed" in await line(mine)
    soon, late = datetime.now(UTC) + timedelta(days=3), datetime.now(UTC) - timedelta(days=3)
    await office.create("meeting", subject="Vorbei", owner=mine.user, starts_at=late.isoformat(), related_to=about)
    await office.create("task", subject="Erledigt", owner=mine.user, due_at=late.isoformat(), status="done", related_to=about)
    assert "circle-dashed" in await line(mine), "what is over is no next step"
    await office.create("task", subject="Geplant", owner=mine.user, due_at=soon.isoformat(), related_to=about)
    assert "is-planned" in await line(mine)
    await office.create("task", subject="Fremd", owner=boss.user, due_at=late.isoformat(), related_to=about)
    assert "is-planned" in await line(mine), "somebody else's task is not told"
    assert "is-late" in await line(boss)
