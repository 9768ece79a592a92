"""An object with two pipelines: its boards, paths, palette, forms, what the API tells and takes, taking back, who may move over."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from tests.integration.rights.crm import Caller, Crm

from kundig.engine.schema.fields.contract import Refused
from kundig.services.transfer.cells import Style, reader_for

OBJECT = """
kind: object
name: vessel
label: {en: Vessel, de: Schiff}
label_plural: {en: Vessels, de: Schiffe}
fields:
  - {name: name, type: text, label: {en: Name, de: Name}, required: true, main: true}
  - {name: stage, type: pipeline, label: {en: Stage, de: Phase}, main: true, options: {pipeline: building}}
  - {name: chance, type: percent, label: {en: Chance, de: Aussicht}}
---
kind: pipeline
name: building
object: vessel
field: stage
label: {en: Building, de: Bau}
probability: chance
stages:
  - {key: planned, label: {en: Planned, de: Geplant}, probability: 20}
  - {key: welded, label: {en: Welded, de: Geschweißt}, probability: 60}
  - {key: over, label: {en: Launched, de: Vom Stapel}, status: won, color: green}
---
kind: pipeline
name: repair
object: vessel
field: stage
label: {en: Repair, de: Reparatur}
probability: chance
stages:
  - {key: docked, label: {en: Docked, de: Im Dock}, probability: 30}
  - {key: painted, label: {en: Painted, de: Gestrichen}, probability: 70}
  - {key: over, label: {en: Scrapped, de: Verschrottet}, status: lost}
---
kind: role
name: welder
label: {en: Welder, de: Schweißer}
objects: {vessel: {read: all, edit: all, fields: {stage_pipeline: read}}}
---
kind: role
name: unaware
label: {en: Unaware, de: Ahnungslos}
objects: {vessel: {read: all, edit: all, fields: {stage_pipeline: hidden}}}
"""
BOARD = "/o/vessel/board"


@pytest.fixture(scope="module")
async def crm(new_crm: Callable[[], Awaitable[Crm]]) -> Crm:
    found = await new_crm()
    await found.configure(OBJECT)
    return found


@pytest.fixture(scope="module")
async def boss(crm: Crm) -> Caller:
    return await crm.in_english("administrator")


@pytest.fixture
async def ships(crm: Crm) -> dict[str, UUID]:
    """One in the yard, one in the dock."""
    async with crm.system() as scope:
        await scope.connection.execute("delete from {ws}.vessel")
    return {
        "new": await crm.create("vessel", name="Ship new", stage="welded"),
        "old": await crm.create("vessel", name="Ship old", stage="repair:painted"),
    }


async def stored(boss: Caller, ship: UUID) -> dict[str, Any]:
    found: dict[str, Any] = (await boss.get(f"/vessel/{ship}")).json()
    return {name: found[name] for name in ("stage", "stage_pipeline", "status", "chance")}


async def shown(caller: Caller, path: str, **params: str) -> str:
    answer = await caller.pages.get(path, params=params or None)
    assert answer.status_code == 200, answer.text[:300]
    return answer.text


def columns(text: str) -> dict[str, list[str]]:
    parts = re.split(r'data-stage-list="', text)[1:]
    return {part.partition('"')[0]: re.findall(r">(Ship \w+)</a>", part) for part in parts}


def stages_offered(text: str) -> dict[str, list[str]]:
    """The stages that a form offers, by the pipelines under whose names they stand."""
    (control,) = re.findall(r'<select[^>]*name="stage"[^>]*>(.*?)</select>', text, re.DOTALL)
    groups = re.findall(r'<optgroup label="([^"]*)">(.*?)</optgroup>', control, re.DOTALL)
    return {label: re.findall(r'value="([^"]*)"', options) for label, options in groups}


def chosen(text: str) -> list[str]:
    (control,) = re.findall(r'<select[^>]*name="stage"[^>]*>(.*?)</select>', text, re.DOTALL)
    return re.findall(r'value="([^"]*)" selected', control)


def path(text: str) -> list[str]:
    (steps,) = re.findall(r'<ol class="k-path".*?</ol>', text, re.DOTALL)
    return re.findall(r">(\w+)(?:<small|</button|</span)", steps)


async def test_a_bare_key_means_the_own_pipeline_first_and_a_named_one_moves_over(boss: Caller, ships: dict[str, UUID]) -> None:
    assert await stored(boss, ships["new"]) == {
        "stage": "welded", "stage_pipeline": "building", "status": "open", "chance": "60",
    }  # fmt: skip
    for key, wanted in {
        "over": ("over", "repair", "lost"),
        "building:over": ("over", "building", "won"),
        "repair:over": ("over", "repair", "lost"),
        "planned": ("planned", "building", "open"),
        "repair:docked": ("docked", "repair", "open"),
    }.items():
        answer = await boss.api.patch(f"/api/v1/vessel/{ships['old']}", json={"stage": key})
        assert answer.status_code == 200, answer.text
        assert tuple((await stored(boss, ships["old"])).values())[:3] == wanted
    history = (await boss.get(f"/vessel/{ships['old']}")).json()["stage_history"]
    assert [part["stage"] for part in history] == ["painted", "over", "over", "over", "planned", "docked"]
    assert [part["left_at"] is None for part in history] == [False] * 5 + [True]


async def test_the_pipeline_alone_moves_to_its_first_stage_or_to_the_one_of_the_same_key(
    boss: Caller, ships: dict[str, UUID]
) -> None:
    address = f"/api/v1/vessel/{ships['new']}"
    moved = (await boss.api.patch(address, json={"stage_pipeline": "repair"})).json()
    assert (moved["stage"], moved["chance"]) == ("docked", "30")
    await boss.api.patch(address, json={"stage": "over"})
    moved = (await boss.api.patch(address, json={"stage_pipeline": "building"})).json()
    assert (moved["stage"], moved["status"]) == ("over", "won")
    refused = await boss.api.patch(address, json={"stage": "docked", "stage_pipeline": "building"})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "unknown_choice")
    unknown = await boss.api.patch(address, json={"stage": "repair:welded"})
    assert (unknown.status_code, unknown.json()["errors"][0]["code"]) == (422, "unknown_choice")


@pytest.mark.parametrize("to", ["repair:over", "docked", "repair:docked"])
async def test_moving_over_is_taken_back_whole(crm: Crm, boss: Caller, ships: dict[str, UUID], to: str) -> None:
    await crm.update("vessel", ships["new"], stage="over")
    before = await stored(boss, ships["new"])
    await boss.api.patch(f"/api/v1/vessel/{ships['new']}", json={"stage": to})
    assert await stored(boss, ships["new"]) != before
    journal = (await boss.get(f"/vessel/{ships['new']}/journal")).json()["data"]
    undone = await boss.api.post(f"/api/v1/changes/{journal[0]['change']}/undo")
    assert undone.status_code == 200, undone.text
    assert await stored(boss, ships["new"]) == before


async def test_a_board_shows_one_pipeline_and_keeps_the_chosen_one(boss: Caller, ships: dict[str, UUID]) -> None:
    first = await shown(boss, BOARD)
    assert columns(first) == {"planned": [], "welded": ["Ship new"], "over": []}
    second = await shown(boss, BOARD, pipeline="repair")
    assert columns(second) == {"docked": [], "painted": ["Ship old"], "over": []}
    assert "Pipeline: Repair" in second
    assert "/o/vessel/quick?stage=repair:docked" in html.unescape(second)
    (totals,) = re.findall(r'hx-get="(/o/vessel/board/totals[^"]*)"', second)
    counts = dict(re.findall(r'id="count-(\w+)"[^>]*>(\d+)', await shown(boss, html.unescape(totals))))
    assert counts == {"docked": "0", "painted": "1", "over": "0"}
    assert "Ship old" in await shown(boss, f"{BOARD}/column", pipeline="repair", stage="painted")
    assert "Ship old" not in await shown(boss, f"{BOARD}/column", stage="over")
    by = await shown(boss, BOARD, by="stage_pipeline")
    assert columns(by) == {"building": ["Ship new"], "repair": ["Ship old"]}
    assert "Pipeline: " not in by
    assert columns(await shown(boss, BOARD, pipeline="nonsense")) == columns(first)


async def test_a_filter_by_stage_says_which_pipelines_it_means(crm: Crm, boss: Caller, ships: dict[str, UUID]) -> None:
    where = json.dumps([{"field": "stage", "op": "in", "value": ["over", "docked"]}])
    form = html.unescape((await boss.pages.get("/o/vessel/filter", params={"where": where})).text)
    assert "Launched / Scrapped" in form
    assert "Building, Repair" in form
    assert "A stage is meant in every pipeline named beside it." in form
    assert "Stage is Launched / Scrapped or Docked." in form
    chips = html.unescape((await boss.pages.get("/o/vessel", params={"where": where})).text)
    assert "Launched / Scrapped, Docked" in chips
    unaware = await crm.in_english("unaware")
    form = html.unescape((await unaware.pages.get("/o/vessel/filter", params={"where": where})).text)
    assert "Repair" not in form


async def test_a_view_remembers_the_pipeline(boss: Caller, ships: dict[str, UUID]) -> None:
    query = urlencode({"shape": "board", "pipeline": "repair"})
    kept = await boss.pages.post("/o/vessel/views", data={"query": query, "name": "Dock", "share": "private"})
    place = kept.headers["location"]
    assert columns(await shown(boss, place)) == {"docked": [], "painted": ["Ship old"], "over": []}
    assert "welded" in columns(await shown(boss, f"{place}&pipeline=-"))


async def test_the_path_and_the_palette_are_those_of_the_own_pipeline(boss: Caller, ships: dict[str, UUID]) -> None:
    assert path(await shown(boss, f"/o/vessel/{ships['new']}")) == ["Planned", "Welded", "Launched"]
    assert path(await shown(boss, f"/o/vessel/{ships['old']}")) == ["Docked", "Painted", "Scrapped"]
    here = {"HX-Request": "true", "HX-Current-URL": f"http://kundig.test/o/vessel/{ships['old']}"}
    found = (await boss.pages.get("/palette", params={"q": "To"}, headers=here)).text
    assert re.findall(r"</mark> “(\w+)”", html.unescape(found)) == ["Docked", "Painted", "Scrapped"]


async def test_a_card_moves_within_its_own_pipeline_and_a_named_stage_moves_over(boss: Caller, ships: dict[str, UUID]) -> None:
    address = f"/o/vessel/{ships['old']}/stage"
    assert (await boss.pages.post(address, data={"board": "1", "field": "stage", "stage": "over"})).status_code == 200
    assert tuple((await stored(boss, ships["old"])).values())[:2] == ("over", "repair")
    assert (await boss.pages.post(address, data={"board": "1", "stage": "building:over"})).status_code == 200
    assert tuple((await stored(boss, ships["old"])).values())[:2] == ("over", "building")
    assert (await boss.pages.post(address, data={"board": "1", "stage": "repair:welded"})).status_code == 404
    assert (await boss.pages.post(address, data={"board": "1", "field": "stage_pipeline", "stage": "repair"})).status_code == 200
    assert tuple((await stored(boss, ships["old"])).values())[:2] == ("over", "repair")


async def test_forms_offer_stages_by_pipeline_and_write_what_is_chosen(boss: Caller, ships: dict[str, UUID]) -> None:
    new = await shown(boss, "/o/vessel/new")
    assert stages_offered(new) == {
        "Building": ["planned", "welded", "over"], "Repair": ["repair:docked", "repair:painted", "repair:over"],
    }  # fmt: skip
    assert 'name="stage_pipeline"' not in new
    quick = await shown(boss, "/o/vessel/quick", stage="repair:painted")
    assert chosen(quick) == ["repair:painted"]
    made = await boss.pages.post("/o/vessel/new", data={"name": "Ship third", "stage": "repair:over"})
    third = UUID(made.headers["location"].rpartition("/")[2])
    assert tuple((await stored(boss, third)).values())[:3] == ("over", "repair", "lost")
    edit = await shown(boss, f"/o/vessel/{third}/edit")
    assert list(stages_offered(edit)) == ["Repair", "Building"]
    assert chosen(edit) == ["over"]
    again = await boss.pages.post("/o/vessel/new", data={"name": "", "stage": "repair:over"})
    assert (again.status_code, chosen(again.text)) == (422, ["repair:over"])


async def test_a_cell_offers_and_shows_the_own_pipeline(boss: Caller, ships: dict[str, UUID]) -> None:
    cell = f"/o/vessel/cell/{ships['old']}/stage"
    assert chosen(await shown(boss, cell)) == ["painted"]
    saved = await boss.pages.post(cell, data={"stage": "over"})
    assert "Scrapped" in saved.text
    moved = await boss.pages.post(cell, data={"stage": "building:over"})
    assert "Launched" in moved.text


async def test_the_api_tells_all_pipelines(boss: Caller) -> None:
    objects = {o["name"]: o for o in (await boss.get("/meta/objects")).json()["data"]}
    fields = {f["name"]: f for f in objects["vessel"]["fields"]}
    told = {p["name"]: [s["key"] for s in p["stages"]] for p in fields["stage"]["pipelines"]}
    assert told == {"building": ["planned", "welded", "over"], "repair": ["docked", "painted", "over"]}
    assert [s["key"] for s in fields["stage"]["stages"]][:3] == ["planned", "welded", "over"]
    assert [c["key"] for c in fields["stage_pipeline"]["choices"]] == ["building", "repair"]


async def test_who_may_not_choose_the_pipeline_moves_within_it_only(crm: Crm, boss: Caller, ships: dict[str, UUID]) -> None:
    for role in ("welder", "unaware"):
        caller = await crm.in_english(role)
        address = f"/api/v1/vessel/{ships['old']}"
        assert (await caller.api.patch(address, json={"stage": "over"})).status_code == 200
        for stage in ("building:over", "planned"):
            refused = await caller.api.patch(address, json={"stage": stage})
            assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "unknown_choice")
        assert (await stored(boss, ships["old"]))["stage_pipeline"] == "repair"
        assert "Pipeline: " not in (text := await shown(caller, BOARD)) or role == "welder"
        assert role == "welder" or list(columns(text)) == ["planned", "welded", "over", "docked", "painted"]


async def test_a_further_pipeline_is_added_in_the_settings_with_the_stages_of_the_first(crm: Crm, boss: Caller) -> None:
    ticket, address = {"of": "ticket"}, "/settings/pipelines"
    for nameless in ("", "  "):
        refused = await boss.pages.post(address, data={**ticket, "label": nameless})
        assert (refused.status_code, "Give the pipeline a name." in refused.text) == (422, True)
    assert (await boss.pages.post(address, data={"of": "nothing", "label": "x"})).status_code == 404
    crew = await crm.in_english("welder")
    assert (await crew.pages.post(address, data={**ticket, "label": "x"})).status_code == 403
    added = await boss.pages.post(address, data={**ticket, "label": "Große Fälle"})
    assert added.headers["location"] == f"{address}/ticket_grosse_faelle", added.text
    twice = await boss.pages.post(address, data={**ticket, "label": "Große Fälle"})
    assert twice.headers["location"] == f"{address}/ticket_grosse_faelle_2"
    async with crm.system() as scope:
        field = scope.model.objects["ticket"].fields["status"]
        assert [p.name for p in field.pipelines] == ["ticket", "ticket_grosse_faelle", "ticket_grosse_faelle_2"]
        assert [s.key for s in field.pipelines[0].stages] == [s.key for s in field.pipelines[1].stages]
    assert "Große Fälle" in await shown(boss, f"{address}/ticket_grosse_faelle")
    made = (await boss.api.post("/api/v1/ticket", json={"subject": "Pump", "status": "ticket_grosse_faelle:open"})).json()
    assert (made["status"], made["status_pipeline"], made["status_category"]) == ("open", "ticket_grosse_faelle", "open")
    assert (await boss.api.post("/api/v1/ticket", json={"subject": "Hose"})).json()["status_pipeline"] == "ticket"


async def test_files_name_stages_of_any_pipeline(crm: Crm) -> None:
    async with crm.system() as scope:
        read = reader_for(scope.model.objects["vessel"].fields["stage"], Style())
    assert [read(cell) for cell in ("Docked", "im dock", "over", "Repair:over", "repair:docked")] == [
        "docked", "docked", "over", "repair:over", "repair:docked",
    ]  # fmt: skip
    with pytest.raises(Refused):
        read("repair:welded")


async def test_many_at_once_move_to_a_stage_of_a_named_pipeline(crm: Crm, boss: Caller, ships: dict[str, UUID]) -> None:
    opened = await boss.pages.post("/o/vessel/bulk/edit", data={"id": [str(id_) for id_ in ships.values()]})
    (run,) = set(re.findall(r"/bulk/([0-9a-f-]{36})/", opened.text))
    form = {"_action": "edit", "_field": "stage"}
    offered = stages_offered((await boss.pages.post(f"/bulk/{run}/preview", data=form)).text)
    assert offered["Building"] == ["building:planned", "building:welded", "building:over"]
    done = await boss.pages.post(f"/bulk/{run}/start", data=form | {"stage": "building:over"})
    assert done.status_code in (200, 303), done.text[:300]
    for ship in ships.values():
        assert tuple((await stored(boss, ship)).values())[:3] == ("over", "building", "won")
