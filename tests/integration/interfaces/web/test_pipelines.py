"""Pipelines in the settings: who may, every object's, stages edited and ordered, errors with what was typed, records in the way, taking back."""

from __future__ import annotations

import asyncio
import html
import json
import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest
from tests.integration.interfaces.web import forms_sent
from tests.integration.interfaces.web.forms_sent import Form
from tests.integration.rights.crm import Caller, Crm

from kundig.engine.configuration.yaml import load
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import ListQuery, list_records
from kundig.engine.records.writing import Change, Delete, Update

OBJECT = """
kind: object
name: vessel
label: {en: Vessel, de: Schiff}
label_plural: {en: Vessels, de: Schiffe}
fields:
  - {name: name, type: text, label: {en: Name, de: Name}, required: true, main: true}
  - {name: stage, type: pipeline, label: {en: Stage, de: Phase}}
  - {name: chance, type: percent, label: {en: Chance, de: Aussicht}}
  - {name: yard, type: text, label: {en: Yard, de: Werft}}
  - {name: cargo, type: text, label: {en: Cargo, de: Fracht}}
---
kind: pipeline
name: shipyard
object: vessel
field: stage
label: {en: Building, de: Bau}
probability: chance
stages:
  - {key: planned, label: {en: Planned, de: Geplant}, probability: 20, rot_days: 9, color: blue}
  - {key: building, label: {en: Building, de: Im Bau}, probability: 60}
  - {key: delivered, label: {en: Delivered, de: Abgeliefert}, status: won, required: [cargo]}
---
kind: role
name: crew
label: {en: Crew, de: Mannschaft}
objects: {vessel: {read: all, create: true, edit: all}}
---
kind: role
name: builder
label: {en: Builder, de: Umbau}
objects: {vessel: {read: all, edit: all, fields: {cargo: hidden}}}
rights: [manage_configuration]
---
kind: role
name: blind
label: {en: Blind, de: Blind}
objects: {vessel: {read: all, fields: {stage: hidden}}}
rights: [manage_configuration]
"""
ALL, ONE = "/settings/pipelines", "/settings/pipelines/shipyard"
form_of = partial(forms_sent.form_of, id_="pipeline-form")


@pytest.fixture(scope="module")
async def configured(new_crm: Callable[[], Awaitable[Crm]]) -> Crm:
    crm = await new_crm()
    await crm.configure(OBJECT)
    return crm


@pytest.fixture
async def crm(configured: Crm) -> Crm:
    """Without records, and with the pipeline as after its configuration."""
    async with configured.system() as scope:
        await scope.connection.execute("delete from {ws}.vessel")
    await configured.apply(*load(OBJECT, "test.yaml"))
    return configured


async def opened(caller: Caller, path: str = ONE) -> Form:
    answer = await caller.pages.get(path)
    assert answer.status_code == 200, answer.text
    return form_of(answer.text)


async def send(caller: Caller, form: Form, do: str = "save", path: str = ONE, **more: str) -> Any:
    here = {"HX-Request": "true", "HX-Current-URL": f"http://kundig.test{path}"}
    return await caller.pages.post(
        path, data={**form, **{n.replace("__", "."): v for n, v in more.items()}, "do": do}, headers=here
    )


async def stages(crm: Crm, name: str = "shipyard") -> dict[str, Any]:
    async with crm.system() as scope:
        return {stage.key: stage for stage in scope.model.pipelines[name].stages}


async def stage_of(scope: Scope) -> dict[str, Any]:
    return (await list_records(scope, ListQuery("vessel", None, ["stage", "status"], "name", 5))).records()[0]


def told(answer: Any) -> dict[str, str]:
    assert answer.status_code == 200, answer.text
    found: dict[str, str] = json.loads(answer.headers["HX-Trigger"])["kundig:toast"]
    return found


async def test_only_those_who_manage_the_configuration_and_know_the_field(crm: Crm) -> None:
    crew, blind, admin = [await crm.in_english(role) for role in ("crew", "blind", "administrator")]
    form = await opened(admin)
    for path in (ALL, ONE):
        assert (await crew.pages.get(path)).status_code == 403
    assert (await send(crew, form)).status_code == 403
    assert ALL not in (await crew.pages.get("/settings/me")).text
    assert ONE not in (await blind.pages.get(ALL)).text
    assert (await blind.pages.get(ONE)).status_code == 404
    assert (await send(blind, form)).status_code == 404
    assert (await admin.pages.get(f"{ALL}/nothing")).status_code == 404
    assert list(await stages(crm)) == ["planned", "building", "delivered"]


async def test_every_pipeline_of_every_object_is_listed(crm: Crm) -> None:
    admin = await crm.in_english("administrator")
    text = (await admin.pages.get(ALL)).text
    async with crm.system() as scope:
        assert len(scope.model.pipelines) > 3
        for name in scope.model.pipelines:
            assert f'href="{ALL}/{name}"' in text
    assert "Delivered" in text
    assert ALL in (await admin.pages.get("/")).text, "the list of the first hour leads there"


async def test_what_is_edited_is_one_change_that_can_be_taken_back(crm: Crm) -> None:
    admin = await crm.in_english("administrator")
    form = form_of((await send(admin, await opened(admin), "add")).text)
    assert form["at"] == ["planned", "building", "new-1", "delivered"]
    form = form_of((await send(admin, form, "up:new-1", **{"new-1__de": "Übergabe", "new-1__rot_days": "4"})).text)
    form = form_of((await send(admin, form, "more:new-1", **{"new-1__more": "yard"})).text)
    form = form_of((await send(admin, form, "point:new-1")).text)
    form["new-1.point.de"], form["planned.label"] = ["Papiere da"], ["x"]
    form |= {"planned.en": ["Wanted"], "planned.probability": [""], "planned.rot_days": ["30"], "delivered.status": ["lost"]}
    answer = await send(admin, form)
    undo = told(answer)["undo"]
    found = await stages(crm)
    assert list(found) == ["planned", "uebergabe", "building", "delivered"]
    made = found["uebergabe"]
    assert (made.label, made.rot_days, made.required) == ({"de": "Übergabe", "en": "Übergabe"}, 4, ("yard",))
    assert made.checklist == ({"de": "Papiere da", "en": "Papiere da"},)
    planned = found["planned"]
    assert (planned.label["en"], planned.probability, planned.rot_days, planned.color) == ("Wanted", None, 30, "blue")
    assert found["delivered"].status == "lost"
    assert "Pipeline „Bau“ bearbeitet" in (await admin.pages.get("/settings/history")).text
    assert told(await send(admin, await opened(admin)))["title"] == "Nothing was changed."
    told(await admin.pages.post(undo, headers={"HX-Request": "true"}))
    assert (await stages(crm))["planned"].probability == 20
    assert list(await stages(crm)) == ["planned", "building", "delivered"]


async def test_stages_of_a_module_are_ordered_and_taken_out_of_use_too(crm: Crm) -> None:
    admin = await crm.in_english("administrator")
    before = list(await stages(crm, "sales"))
    path = f"{ALL}/sales"
    form = form_of((await send(admin, await opened(admin, path), f"down:{before[0]}", path)).text)
    form = form_of((await send(admin, form, f"retire:{before[2]}", path)).text)
    refused = await send(admin, form, f"remove:{before[2]}", path)
    assert refused.status_code == 422
    assert "take it out of use" in refused.text
    assert form_of(refused.text)["at"] == form["at"]
    undo = told(await send(admin, form, path=path))["undo"]
    after = await stages(crm, "sales")
    assert list(after) == [before[1], before[0], *before[2:]]
    assert [key for key, stage in after.items() if stage.retired] == [before[2]]
    board = (await admin.pages.get("/o/opportunity/board")).text
    assert f'data-stage="{before[2]}"' not in board
    assert board.index(f'data-stage="{before[1]}"') < board.index(f'data-stage="{before[0]}"')
    await admin.pages.post(undo)
    assert list(await stages(crm, "sales")) == before


async def test_errors_stand_at_their_fields_and_nothing_typed_is_lost(crm: Crm) -> None:
    admin = await crm.in_english("administrator")
    form = form_of((await send(admin, await opened(admin), "add")).text)
    form |= {
        "planned.status": ["won"], "planned.probability": ["101"], "building.rot_days": ["0"], "building.en": ["Half <done>"],
        "delivered.color": ["mauve"], "pipeline-name.de": [" "], "pipeline-name.en": [""], "delivered.probability": ["9½"],
    }  # fmt: skip
    answer = await send(admin, form)
    assert answer.status_code == 422
    text = html.unescape(answer.text)
    for field in (
        "planned-status",
        "planned-probability",
        "building-rot_days",
        "delivered-color",
        "delivered-probability",
        "new-1",
    ):
        assert f'id="{field}-error"' in text, field
    for said in ("Give the pipeline a name.", "The first stage must be open", "from 0 to 100", "Give the stage a name."):
        assert said in text
    back = form_of(answer.text)
    for name in ("planned.probability", "building.rot_days", "building.en", "planned.status", "delivered.probability", "at"):
        assert back[name] == form[name], name
    assert (await send(admin, form, "save", planned__retired="1", building__retired="1", delivered__retired="1")).status_code == 422
    assert (await stages(crm))["planned"].status == "open"


async def test_who_was_overtaken_is_told_and_keeps_what_was_typed(crm: Crm) -> None:
    admin, builder = await crm.in_english("administrator"), await crm.in_english("builder")
    form = await opened(builder)
    told(await send(admin, await opened(admin), planned__en="First"))
    moved = await send(builder, form, "down:planned", building__en="Welding")
    assert form_of(moved.text)["was"] == form["was"], "a command does not hide what others have saved"
    answer = await send(builder, form, building__en="Welding")
    assert answer.status_code == 409
    assert "Somebody has changed this pipeline meanwhile" in answer.text
    assert (await stages(crm))["planned"].label["en"] == "First"
    again = form_of(answer.text)
    assert again["building.en"] == ["Welding"]
    told(await send(builder, again))
    found = await stages(crm)
    assert (found["planned"].label["en"], found["building"].label["en"]) == ("Planned", "Welding")


async def test_of_two_who_save_in_the_same_moment_the_second_is_told(crm: Crm) -> None:
    """Both have looked at what is stored before either has changed it."""
    first, second = await crm.in_english("administrator"), await crm.in_english("administrator")
    form = await opened(first)
    async with crm.configuring():
        tasks = [
            asyncio.create_task(send(first, form, planned__en="Drawn")),
            asyncio.create_task(send(second, form, building__en="Welding")),
        ]
        await crm.until_waiting(2)
    answers = await asyncio.gather(*tasks)
    [refused] = [answer for answer in answers if answer.status_code == 409]
    told(next(answer for answer in answers if answer is not refused))
    found = await stages(crm)
    stored = (found["planned"].label["en"], found["building"].label["en"])
    assert stored == (("Planned", "Welding") if refused is answers[0] else ("Drawn", "Building"))
    again = form_of(refused.text)
    assert (again["planned.en"], again["building.en"]) == (
        (["Drawn"], ["Building"]) if refused is answers[0] else (["Planned"], ["Welding"])
    )


async def test_what_the_editor_may_not_know_of_stays_required(crm: Crm) -> None:
    builder = await crm.in_english("builder")
    answer = await builder.pages.get(ONE)
    assert "argo" not in answer.text
    form = form_of(answer.text)
    told(await send(builder, form, "save", delivered__required="yard"))
    assert (await stages(crm))["delivered"].required == ("yard", "cargo")
    told(await send(builder, await opened(builder), "save", planned__required="cargo", planned__en="New"))
    assert (await stages(crm))["planned"].required == ()


async def test_a_stage_does_not_go_while_records_stand_in_it(crm: Crm) -> None:
    admin = await crm.in_english("administrator")
    ids = [await crm.add("vessel", {"name": name, "stage": "building"}) for name in ("Elbe", "Weser")]
    async with crm.system() as scope:
        await Change(scope).write("vessel", [Delete(ids[1])])
    page = await admin.pages.get(ONE)
    assert "one record stands in it" in page.text
    assert "one in the trash" in page.text
    await crm.add("vessel", {"name": "Ems", "stage": "planned"})
    found = re.findall(r'href="(/o/vessel\?[^"]+)"[^>]*>one record stands in it', (await admin.pages.get(ONE)).text)
    listed = [(await admin.pages.get(html.unescape(href))).text for href in found]
    assert [("Ems" in text, "Elbe" in text) for text in listed] == [(True, False), (False, True)]
    form = form_of(page.text)
    refused = await send(admin, form, "remove:building")
    assert refused.status_code == 422
    assert "Records stand in this stage (2, with the trash)" in refused.text
    gone = {name: values for name, values in form.items() if not name.startswith("building.")} | {"at": ["planned", "delivered"]}
    answer = await send(admin, gone)
    assert answer.status_code == 422, "the engine refuses it for those who go round the form"
    assert "building" in await stages(crm)
    told(await send(admin, form_of((await send(admin, form, "retire:building")).text)))
    async with crm.system() as scope:
        assert (await stage_of(scope))["stage"] == "building"
    assert "move them on from their list" in (await admin.pages.get(ONE)).text
    async with crm.system() as scope:
        await Change(scope).write("vessel", [Update(ids[0], {"stage": "planned"})])
        await scope.connection.execute("delete from {ws}.vessel where id = %(id)s", {"id": ids[1]})
    form = form_of((await send(admin, await opened(admin), "remove:building")).text)
    assert form["at"] == ["planned", "delivered"]
    told(await send(admin, form))
    assert list(await stages(crm)) == ["planned", "delivered"]


async def test_a_stage_that_means_something_else_takes_its_records_along(crm: Crm) -> None:
    admin = await crm.in_english("administrator")
    await crm.add("vessel", {"name": "Elbe", "stage": "building"})
    told(await send(admin, await opened(admin), building__status="won"))
    async with crm.system() as scope:
        assert (await stage_of(scope))["status"] == "won"
