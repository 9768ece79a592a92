"""Arranging a record's page: who may, what is saved for whom, conditions from the editor, taking back, looking as another role."""

from __future__ import annotations

import asyncio
import html
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests.integration.rights.crm import Caller, Crm

from kundig.engine.configuration.documents import Document

OBJECT = """
kind: object
name: vessel
label: {en: Vessel, de: Schiff}
label_plural: {en: Vessels, de: Schiffe}
fields:
  - {name: name, type: text, label: {en: Name, de: Name}, required: true, main: true}
  - {name: seats, type: number, label: {en: Seats, de: Plätze}}
  - {name: cargo, type: text, label: {en: Cargo, de: Fracht}}
---
kind: role
name: crew
label: {en: Crew, de: Mannschaft}
objects: {vessel: {read: all, create: true, edit: all}}
---
kind: role
name: builder
label: {en: Builder, de: Umbau}
objects: {vessel: {read: all, fields: {cargo: hidden}}}
rights: [manage_configuration]
"""
FORM = {
    "at": ["section:s1", "field:cargo", "field:name", "tab:t1", "section:s2", "field:seats"],
    "s1.de": ["Ladung"], "s1.en": ["Load"], "s1.columns": ["2"], "t1.de": ["Reise"], "t1.en": ["Journey"], "s2.de": ["Gäste"], "s2.en": [""],
    "f.seats.required": ["always"], "f.cargo.visible": ['{"field":"name","op":"is","value":"Elbe"}'], "quick": ["name"],
}  # fmt: skip
HERE = {"HX-Request": "true", "HX-Current-URL": "http://kundig.test/o/vessel/x"}


@pytest.fixture(scope="module")
async def configured(new_crm: Callable[[], Awaitable[Crm]]) -> Crm:
    crm = await new_crm()
    await crm.configure(OBJECT)
    return crm


@pytest.fixture
async def crm(configured: Crm) -> Crm:
    """Without any layout, as after its configuration."""
    await configured.apply(
        *(Document("layout", f"vessel.{n}", {"object": "vessel", "name": n, "hidden": True}) for n in ("default", "crew"))
    )
    return configured


async def send(caller: Caller, do: str, form: dict[str, list[str]] | None = None, **more: str) -> Any:
    """The form as it comes back from a page that has just been opened, unless `more` says what it began with."""
    if "was" not in more:
        role = more.get("role", "")
        more = {"was": was_of((await caller.pages.get("/o/vessel/layout", headers=seen_as(role))).text), "before": role, **more}
    return await caller.pages.post("/o/vessel/layout", data={**(form or FORM), "do": do, **more}, headers=HERE)


def seen_as(role: str) -> dict[str, str]:
    return {**HERE, "HX-Current-URL": f"{HERE['HX-Current-URL']}?as={role}"}


def was_of(text: str) -> str:
    found = re.search(r'name="was" value="(\w*)"', text)
    return found[1] if found else ""


def parts(text: str) -> list[str]:
    return re.findall(r'name="at" value="([^"]+)"', text)


async def page_of(crm: Crm, caller: Caller, name: str = "Elbe", query: str = "") -> str:
    id_ = await crm.add("vessel", {"name": name})
    answer = await caller.pages.get(f"/o/vessel/{id_}{query}")
    assert answer.status_code == 200
    return str(answer.text)


async def test_only_those_who_manage_the_configuration_arrange(crm: Crm) -> None:
    crew = await crm.in_english("crew")
    assert "/o/vessel/layout" not in await page_of(crm, crew)
    assert (await crew.pages.get("/o/vessel/layout")).status_code == 403
    assert (await send(crew, "save")).status_code == 403
    assert (await crew.pages.post("/o/vessel/layout/condition", data={"about": "f.name.visible"})).status_code == 403
    admin = await crm.in_english("administrator")
    assert 'hx-get="/o/vessel/layout"' in await page_of(crm, admin)
    saved = await send(admin, "save")
    plan = json.loads(saved.headers["HX-Trigger"])["kundig:toast"]["undo"]
    assert (await crew.pages.post(plan)).status_code == 403


async def test_the_form_begins_with_what_is_shown_and_follows_commands(crm: Crm) -> None:
    admin = await crm.in_english("administrator")
    text = (await admin.pages.get("/o/vessel/layout", headers=HERE)).text
    assert parts(text) == ["section:s1", "field:name", "field:owner"]
    text = (await send(admin, "down:field:cargo")).text
    assert parts(text)[:3] == ["section:s1", "field:name", "field:cargo"]
    assert "Shown when Name is “Elbe”" in html.unescape(text)


async def test_saving_is_one_change_that_can_be_taken_back(crm: Crm) -> None:
    admin, crew = await crm.in_english("administrator"), await crm.in_english("crew")
    answer = await send(admin, "save")
    assert answer.status_code == 200
    undo = json.loads(answer.headers["HX-Trigger"])["kundig:toast"]["undo"]
    text = await page_of(crm, crew)
    assert "Load</h2>" in text
    assert re.search(r'role="tab"[^>]*>Journey<', text)
    assert "Gäste</h2>" in text, "a name in one language serves for both"
    assert "Load" in (await crew.pages.get("/o/vessel/new")).text
    assert (await crew.pages.post("/o/vessel/new", data={"name": "Leer", "seats": ""})).status_code == 422
    assert "Nothing was changed." in (await send(admin, "save")).headers["HX-Trigger"]
    history = (await admin.pages.get("/settings/history")).text
    assert "Layout von „Schiff“ auf seiner Seite angeordnet" in history
    assert (await admin.pages.post(undo, headers=HERE)).status_code == 200
    assert "Load</h2>" not in await page_of(crm, crew)
    assert "Schiff" in (await admin.pages.get("/settings/history")).text


async def test_a_role_gets_a_layout_of_its_own_and_can_give_it_up(crm: Crm) -> None:
    admin, crew = await crm.in_english("administrator"), await crm.in_english("crew")
    await send(admin, "save", role="crew")
    assert "Load</h2>" in await page_of(crm, crew)
    assert "Load</h2>" not in await page_of(crm, admin)
    seen = await page_of(crm, admin, query="?as=crew")
    assert "Load</h2>" in seen
    assert "Crew" in seen
    assert "Load</h2>" not in await page_of(crm, crew, query="?as=administrator") or "k-seen" not in await page_of(
        crm, crew, query="?as=x"
    )
    form = (await admin.pages.get("/o/vessel/layout", headers=seen_as("crew"))).text
    assert parts(form)[:2] == ["section:s1", "field:cargo"]
    await send(admin, "drop", role="crew")
    assert "Load</h2>" not in await page_of(crm, crew)


async def test_going_to_another_role_keeps_what_is_not_saved(crm: Crm) -> None:
    admin = await crm.in_english("administrator")
    text = (await send(admin, "role", role="crew", before="", was="something else")).text
    assert parts(text)[:2] == ["section:s1", "field:cargo"]
    fresh = (await admin.pages.get("/o/vessel/layout", headers=HERE)).text
    names = dict(re.findall(r'name="(s1\.\w\w)" value="(\w+)"', fresh))
    same = {"at": parts(fresh), **{name: [value] for name, value in names.items()}}
    await send(admin, "save", role="crew")
    text = (await send(admin, "role", same, role="crew", before="", was=was_of(fresh))).text
    assert parts(text)[:2] == ["section:s1", "field:cargo"], "nothing was arranged, so the role's own comes"


async def test_what_is_wrong_is_said_and_nothing_is_lost(crm: Crm) -> None:
    admin = await crm.in_english("administrator")
    answer = await send(admin, "save", {**FORM, "s1.de": [""], "s1.en": [" "]})
    assert answer.status_code == 422
    assert "Give every section and every tab a name." in answer.text
    assert parts(answer.text)[:6] == FORM["at"][:6]
    answer = await send(admin, "save", {**FORM, "f.cargo.visible": ["{broken"]})
    assert answer.status_code == 422
    assert (await send(admin, "save", {"at": ["section:s1"], "s1.de": ["Leer"]})).status_code == 422


async def test_conditions_come_from_the_filter_editor(crm: Crm) -> None:
    admin = await crm.in_english("administrator")
    address = "/o/vessel/layout/condition"
    text = html.unescape((await admin.pages.post(address, data={**FORM, "about": "f.cargo.visible"}, headers=HERE)).text)
    assert "“Cargo” is shown when" in text
    assert "Vessels where Name is “Elbe”." in text
    node = {"query": "f.cargo.visible", "n.0.join": "all", "n.0.0.field": "seats", "n.0.0.op": "gt", "n.0.0.value": "3"}
    again = await admin.pages.post(address, data=node, headers=HERE)
    assert "Seats is more than 3" in html.unescape(again.text)
    wrong = await admin.pages.post(address, data={**node, "n.0.0.value": "x", "done": "1"}, headers=HERE)
    assert wrong.status_code == 422
    done = await admin.pages.post(address, data={**node, "done": "1"}, headers=HERE)
    told = json.loads(done.headers["HX-Trigger"])["kundig:condition"]
    assert told["name"] == "f.cargo.visible"
    assert json.loads(told["where"]) == {"field": "seats", "op": "gt", "value": "3"}


async def test_who_may_not_know_of_a_field_neither_sees_nor_loses_it(crm: Crm) -> None:
    admin, builder = await crm.in_english("administrator"), await crm.in_english("builder")
    await send(admin, "save")
    text = (await builder.pages.get("/o/vessel/layout", headers=HERE)).text
    assert "cargo" not in text.lower()
    form = {**FORM, "at": [part for part in FORM["at"] if part != "field:cargo"], "s1.columns": ["1"]}
    assert (await send(builder, "save", form)).status_code == 200
    assert "Cargo" in (await page_of(crm, admin)).split("More fields")[0]


async def test_who_was_overtaken_is_told_and_keeps_what_was_arranged(crm: Crm) -> None:
    admin, other = await crm.in_english("administrator"), await crm.in_english("administrator")
    was = was_of((await other.pages.get("/o/vessel/layout", headers=HERE)).text)
    await send(admin, "save")
    arranged = await send(other, "down:field:cargo", was=was)
    assert was_of(arranged.text) == was, "a command does not hide what others have saved"
    mine = {**FORM, "s1.en": ["Freight"]}
    for do in ("save", "drop"):
        answer = await send(other, do, mine, was=was)
        assert answer.status_code == 409, do
        assert "Somebody has changed this layout meanwhile" in html.unescape(answer.text)
        assert 'value="Freight"' in answer.text
    assert "Load</h2>" in await page_of(crm, admin)
    assert (await send(other, "save", mine, was=was_of(answer.text))).status_code == 200
    assert "Freight</h2>" in await page_of(crm, admin)


async def test_of_two_who_save_in_the_same_moment_the_second_is_told(crm: Crm) -> None:
    """Both have looked at what is stored before either has changed it."""
    first, second = await crm.in_english("administrator"), await crm.in_english("administrator")
    was = was_of((await first.pages.get("/o/vessel/layout", headers=HERE)).text)
    async with crm.configuring():
        tasks = [
            asyncio.create_task(send(caller, "save", {**FORM, "s1.en": [name]}, was=was))
            for caller, name in ((first, "Load"), (second, "Freight"))
        ]
        await crm.until_waiting(2)
    answers = await asyncio.gather(*tasks)
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    [told] = [answer for answer in answers if answer.status_code == 409]
    kept = "Load" if told is answers[0] else "Freight"
    assert f'value="{kept}"' in told.text
    assert f"{kept}</h2>" not in await page_of(crm, first)
