"""Boards: the column of what has no value, what stays in the address, views that people keep of boards, columns that are folded."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlencode

import pytest
from tests.integration.rights.crm import Caller, Crm

from kundig.interfaces.web.pages.boards import CARDS, MORE_CARDS

CUSTOM = """
kind: object
name: machine
label: {en: Machine, de: Maschine}
label_plural: {en: Machines, de: Maschinen}
fields:
  - {name: name, type: text, label: {en: Name, de: Name}, required: true, main: true}
  - {name: state, type: choice, label: {en: State, de: Zustand}, main: true, options: {choices: [
      {key: new, label: {en: New, de: Neu}}, {key: old, label: {en: Old, de: Alt}}]}}
  - {name: kind, type: choice, label: {en: Kind, de: Art}, required: true, main: true, options: {choices: [
      {key: press, label: {en: Press, de: Presse}}, {key: saw, label: {en: Saw, de: Säge}}]}}
"""
BOARD = "/o/machine/board"


@dataclass
class Hall:
    """Three machines, the second one in no state."""

    crm: Crm
    boss: Caller
    ids: list[str]

    async def get(self, path: str, **params: str) -> str:
        answer = await self.boss.pages.get(path, params=params or None)
        assert answer.status_code == 200, answer.text[:500]
        return answer.text

    async def move(self, machine: str, **values: str) -> int:
        answer = await self.boss.pages.post(f"/o/machine/{machine}/stage", data={"board": "1", **values})
        return answer.status_code


@pytest.fixture
async def hall(new_crm: Callable[[], Awaitable[Crm]]) -> Hall:
    crm = await new_crm()
    await crm.configure(CUSTOM)
    made: list[dict[str, Any]] = [{"state": "new"}, {}, {"state": "old"}]
    ids = [str(await crm.create("machine", name=f"Presse {n}", kind="press", **values)) for n, values in enumerate(made)]
    return Hall(crm, await crm.in_english("administrator"), ids)


def columns(text: str) -> dict[str, list[str]]:
    """The names on the cards of each column."""
    parts = re.split(r'data-stage-list="', text)[1:]
    return {part.partition('"')[0]: re.findall(r">(Presse \d)</a>", part) for part in parts}


async def test_what_has_no_value_has_a_column_and_moves_out_of_it_and_back(hall: Hall) -> None:
    assert columns(await hall.get(BOARD, by="state")) == {"new": ["Presse 0"], "old": ["Presse 2"], "-": ["Presse 1"]}
    assert 'id="count--" hx-swap-oob="innerHTML">1<' in await hall.get(f"{BOARD}/totals", by="state")
    assert "Presse 1" in await hall.get(f"{BOARD}/column", by="state", stage="-")
    assert await hall.move(hall.ids[1], field="state", stage="new") == 200
    assert await hall.move(hall.ids[0], field="state", stage="-") == 200
    assert columns(await hall.get(BOARD, by="state")) == {"new": ["Presse 1"], "old": ["Presse 2"], "-": ["Presse 0"]}


async def test_what_was_moved_meanwhile_is_not_moved_from_where_an_old_page_shows_it(hall: Hall) -> None:
    state = {"field": "state"}
    assert await hall.move(hall.ids[0], stage="old", **{"from": "new"}, **state) == 200
    answer = await hall.boss.pages.post(
        f"/o/machine/{hall.ids[0]}/stage", data={"board": "1", "stage": "-", "from": "new", **state}
    )
    assert answer.status_code == 409
    assert "it is in “Old” now" in unquote(answer.headers["X-Kundig-Message"])
    assert await hall.move(hall.ids[0], stage="-", **{"from": "old"}, **state) == 200
    assert await hall.move(hall.ids[0], stage="new", **{"from": "old"}, **state) == 409
    assert await hall.move(hall.ids[0], stage="new", **{"from": "-"}, **state) == 200
    assert columns(await hall.get(BOARD, by="state"))["new"] == ["Presse 0"]


async def test_a_path_says_from_which_stage_it_leads(new_crm: Callable[[], Awaitable[Crm]]) -> None:
    crm = await new_crm()
    boss = await crm.in_english("administrator")
    deal = await crm.create("opportunity", name="Halle", stage="proposal")
    page = (await boss.pages.get(f"/o/opportunity/{deal}")).text
    assert '{"stage": "negotiation", "from": "proposal"}' in page
    moved = {"stage": "negotiation", "from": "proposal"}
    await crm.update("opportunity", deal, stage="qualification")
    assert (await boss.pages.post(f"/o/opportunity/{deal}/stage", data=moved)).status_code == 409
    assert (await boss.pages.post(f"/o/opportunity/{deal}/stage", data=moved | {"from": "qualification"})).status_code == 303


async def test_a_long_column_goes_on_behind_its_first_cards(hall: Hall) -> None:
    names = [f"Säge {n:03}" for n in range(CARDS + MORE_CARDS + 3)]
    for name in names:
        await hall.crm.create("machine", name=name, kind="saw")
    text, found = await hall.get(BOARD, by="kind"), []
    for pages in range(3):
        column = text.partition('data-stage-list="saw"')[2] if pages == 0 else text
        found += re.findall(r">(Säge \d+)</a>", column)
        (more,) = re.findall(r'class="k-rest" hx-get="([^"]*)"', column)[:1] or [""]
        if not more:
            break
        text = await hall.get(html.unescape(more))
    assert found == names[::-1], "each once, the newest first"
    assert pages == 2


async def test_what_is_required_has_no_such_column_and_takes_no_card_into_it(hall: Hall) -> None:
    assert list(columns(await hall.get(BOARD, by="kind"))) == ["press", "saw"]
    assert 'id="count--"' not in await hall.get(f"{BOARD}/totals", by="kind")
    assert await hall.move(hall.ids[0], field="kind", stage="-") == 404
    assert await hall.move(hall.ids[0], field="state", stage="") == 404


async def test_columns_and_lanes_stay_when_a_filter_is_added_and_taken_away(hall: Hall) -> None:
    text = html.unescape(await hall.get(BOARD, by="kind", lane="state"))
    (editor,) = set(re.findall(r'hx-get="(/o/machine/filter[^"]*)"', text))
    form = await hall.get(editor)
    query = html.unescape(re.findall(r'name="query" value="([^"]*)"', form)[0])
    where = json.dumps([{"field": "name", "op": "contains", "value": "Presse 1"}])
    shown = html.unescape(await hall.get(BOARD, by="kind", lane="state", where=where))
    assert {"shape=board", "by=kind", "lane=state"} <= set(query.split("&"))
    without = re.findall(r'<a href="([^"]*)" aria-label="Remove the filter', shown)
    assert without
    assert all("by=kind" in address and "lane=state" in address for address in without)


async def test_a_board_is_kept_as_a_view_with_columns_lanes_filter_and_what_cards_show(hall: Hall) -> None:
    where = json.dumps([{"field": "name", "op": "contains", "value": "Presse"}])
    query = urlencode({"shape": "board", "by": "kind", "lane": "state", "where": where, "cols": "label,state"})
    kept = await hall.boss.pages.post("/o/machine/views", data={"query": query, "name": "Presses", "share": "private"})
    place = kept.headers["location"]
    assert place.startswith(f"{BOARD}?view=")
    text = await hall.get(place)
    assert 'data-field="kind" data-lane-field="state"' in text
    assert ">Presses</a>" in text
    assert "modified" not in text
    assert "Presses" not in await hall.get("/o/machine")
    assert 'data-lane-field=""' in await hall.get(f"{place}&lane=-")
    view = place.partition("view=")[2]
    deleted = await hall.boss.pages.post(f"/o/machine/views/{view}/delete")
    assert deleted.headers["location"] == BOARD
    back = await hall.boss.pages.post(f"/o/machine/views/{view}/restore")
    assert back.headers["location"] == place


async def test_folded_columns_come_folded(hall: Hall) -> None:
    hall.boss.pages.cookies.set("kundig_folded", "state.old~kind.saw")
    text = await hall.get(BOARD, by="state")
    assert text.count('class="k-col is-folded"') == 1
    assert 'data-fold="state.old" aria-expanded="false"' in text
