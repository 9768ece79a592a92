"""Bulk changes by their pages: the dialog tells what would happen, the file holds what was chosen, nobody sees another's choice."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import unquote
from uuid import UUID

import pytest
from tests.integration.rights.crm import Caller, Crm

from kundig.services.lists import bulk

NAMES = ("Ampel", "Birne", "Chemie", "Dach")


@dataclass
class Office:
    crm: Crm
    boss: Caller
    seller: Caller
    ids: list[UUID]

    async def dialog(self, asked: str, **form: object) -> tuple[str, str]:
        """The dialog and the id of what was chosen."""
        answer = await self.boss.pages.post(f"/o/account/bulk/{asked}", data=form)
        assert answer.status_code == 200, answer.text
        found = re.search(r"/bulk/([0-9a-f-]{36})/", answer.text)
        assert found is not None
        return answer.text, found[1]

    async def types(self) -> list[str | None]:
        async with self.crm.system() as scope:
            return await scope.connection.values(
                "select type from {ws}.account where id = any(%(ids)s) and deleted_at is null order by name", {"ids": self.ids}
            )


@pytest.fixture(scope="module")
async def office(new_crm: Callable[[], Awaitable[Crm]]) -> Office:
    crm = await new_crm()
    ids = [await crm.create("account", name=name, type="prospect") for name in NAMES]
    boss, seller = await crm.user("administrator"), await crm.user("sales_representative")
    return Office(crm, await crm.caller(boss), await crm.caller(seller), ids)


async def test_everything_that_matches_is_edited_and_taken_back(office: Office) -> None:
    where = json.dumps([{"field": "name", "op": "in", "value": ["Ampel", "Birne"]}])
    text, run = await office.dialog("edit", everything="1", _query=f"where={where}")
    assert "2 Firmen" in text
    form = {"_asked": "edit", "_field": "type"}
    told = await office.boss.pages.post(f"/bulk/{run}/preview", data=form)
    assert "disabled" in told.text, "nothing is chosen yet"
    told = await office.boss.pages.post(f"/bulk/{run}/preview", data=form | {"type": "customer"})
    assert "2 Einträge werden geändert." in told.text
    done = await office.boss.pages.post(f"/bulk/{run}/start", data=form | {"type": "customer"})
    assert done.status_code == 303
    assert await office.types() == ["customer", "customer", "prospect", "prospect"]
    undo = re.search(r"/changes/[0-9a-f-]{36}/undo", done.headers["HX-Trigger"])
    assert undo is not None
    assert (await office.boss.pages.post(undo[0])).status_code == 303
    assert await office.types() == ["prospect"] * 4


async def test_a_refusal_without_a_form_says_what_is_wrong_and_not_only_that_something_is(office: Office) -> None:
    answer = await office.boss.pages.post("/o/account/bulk/edit", data={}, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert unquote(answer.headers["X-Kundig-Message"]) == "Wählen Sie mindestens einen Eintrag."


async def test_a_field_is_emptied_only_if_that_is_said(office: Office) -> None:
    _, run = await office.dialog("edit", id=[str(id_) for id_ in office.ids[:1]])
    form = {"_asked": "edit", "_field": "type", "type": ""}
    refused = await office.boss.pages.post(f"/bulk/{run}/start", data=form)
    assert refused.status_code == 422
    told = await office.boss.pages.post(f"/bulk/{run}/preview", data=form | {"_clear": "1"})
    assert "1 Eintrag wird geändert." in told.text
    assert await office.types() == ["prospect"] * 4


async def test_a_file_holds_the_chosen_records_in_the_order_of_the_list(office: Office) -> None:
    _, run = await office.dialog("export", everything="1", _query="order=-name")
    await office.crm.create("account", name="Später")
    answer = await office.boss.pages.get(
        f"/bulk/{run}/export", params={"format": "csv", "fields": "list", "query": "cols=name,type"}
    )
    assert answer.status_code == 200
    lines = [re.split("[;,]", line) for line in answer.text.removeprefix("\ufeff").splitlines()]
    assert lines[0] == ["id", "Name", "Art"]
    assert [line[1] for line in lines[1:]] == ["Dach", "Chemie", "Birne", "Ampel"]
    async with office.crm.system() as scope:
        noted = await scope.connection.value("select detail ->> 'chosen' from {ws}.audit_event where event = 'export'")
    assert noted == "4"


async def test_another_persons_choice_is_not_there(office: Office) -> None:
    _, run = await office.dialog("edit", id=[str(office.ids[0])])
    pages = office.seller.pages
    for answer in (
        await pages.get(f"/bulk/{run}"),
        await pages.get(f"/bulk/{run}/export"),
        await pages.post(f"/bulk/{run}/start", data={"_asked": "delete"}),
        await pages.post(f"/bulk/{run}/stop"),
    ):
        assert answer.status_code == 404
    assert (await pages.post("/o/account/bulk/anything", data={"id": str(office.ids[0])})).status_code == 404


async def test_a_long_one_shows_its_progress_and_can_be_stopped(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    _, run = await office.dialog("delete", everything="1", _query="")
    begun = await office.boss.pages.post(f"/bulk/{run}/start", data={"_asked": "delete"})
    assert begun.status_code == 200
    assert 'role="progressbar"' in begun.text
    assert "hx-get" in (await office.boss.pages.get(f"/bulk/{run}")).text
    stopped = await office.boss.pages.post(f"/bulk/{run}/stop")
    assert "Angehalten nach 0 von 5" in stopped.text
    assert "hx-get" not in (await office.boss.pages.get(f"/bulk/{run}")).text
    assert len(await office.types()) == 4


async def test_a_few_rows_go_to_the_trash_without_a_question(office: Office) -> None:
    ids = [str(id_) for id_ in office.ids[:2]]
    done = await office.boss.pages.post("/o/account/bulk/delete", data={"id": ids})
    assert done.status_code == 303
    assert len(await office.types()) == 2
    undo = re.search(r"/changes/[0-9a-f-]{36}/undo", done.headers["HX-Trigger"])
    assert undo is not None
    assert (await office.boss.pages.post(undo[0])).status_code == 303
    assert len(await office.types()) == 4
    gone = await office.boss.pages.post("/o/account/bulk/delete", data={"id": [ids[0], str(office.boss.user)]})
    assert gone.status_code == 200
    assert "1 bleibt, wie er ist: Nicht mehr da, oder für Sie nicht sichtbar." in " ".join(gone.text.split())
    assert len(await office.types()) == 3
