"""What `GET /changes/{id}` tells, and to whom: those whose journal shows an entry of the change."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import uuid4

import pytest
from tests.integration.rights.crm import Caller, Crm

ROLE = """
kind: role
name: worker
label: {en: Worker, de: Arbeit}
objects:
  account: {read: own, create: true, edit: own, delete: own, fields: {annual_revenue: hidden}}
  user: {read: own}
"""


@dataclass
class Place:
    crm: Crm
    worker: Caller
    peer: Caller
    admin: Caller


@pytest.fixture(scope="module")
async def place(new_crm: Callable[[], Awaitable[Crm]]) -> Place:
    crm = await new_crm()
    await crm.configure(ROLE)
    return Place(crm, *[await crm.caller(await crm.user(role)) for role in ("worker", "worker", "administrator")])


async def test_a_finished_change_and_its_undo(place: Place) -> None:
    made = await place.worker.api.post("/api/v1/account", json={"name": "Neu"})
    change = made.headers["Kundig-Change"]
    told = (await place.worker.get(f"/changes/{change}")).json()
    assert told.keys() == {"id", "at", "by", "source", "state"}
    assert (told["id"], told["source"], told["state"]) == (change, "api", "applied")
    [entry] = (await place.worker.get(f"/account/{made.json()['id']}/journal")).json()["data"]
    assert (told["at"], told["by"]) == (entry["at"], entry["by"])
    undoing = (await place.worker.api.post(f"/api/v1/changes/{change}/undo")).json()["change"]
    undone, undid = [(await place.worker.get(f"/changes/{id_}")).json() for id_ in (change, undoing)]
    assert (undone["state"], undone["undone_by"]) == ("undone", undoing), "also once its record lies in the trash"
    assert (undid["state"], undid["undoes"]) == ("applied", change)


async def test_changes_of_hidden_records_and_fields_are_not_there(place: Place) -> None:
    made = await place.worker.api.post("/api/v1/account", json={"name": "Meins"})
    account = f"/api/v1/account/{made.json()['id']}"
    hidden = (await place.admin.api.patch(account, json={"annual_revenue": {"amount": "5"}})).headers["Kundig-Change"]
    unknown = await place.worker.get(f"/changes/{uuid4()}")
    assert unknown.status_code == 404
    for caller, change in ((place.peer, made.headers["Kundig-Change"]), (place.peer, hidden), (place.worker, hidden)):
        answer = await caller.get(f"/changes/{change}")
        assert (answer.status_code, answer.text) == (404, unknown.text)
    for change in (made.headers["Kundig-Change"], hidden):
        assert (await place.admin.get(f"/changes/{change}")).status_code == 200


async def test_an_undo_of_what_one_does_not_see_is_not_told(place: Place) -> None:
    """A change of two records, of which the asker sees one: that it was taken back at the other alone stays unsaid."""
    mine, theirs = [
        (await caller.api.post("/api/v1/account", json={"name": "a"})).json()["id"] for caller in (place.worker, place.admin)
    ]
    both = [{"id": mine, "description": "x"}, {"id": theirs, "description": "x"}]
    change = (await place.admin.api.post("/api/v1/account/batch", json={"update": both})).json()["change"]
    await place.admin.api.patch(f"/api/v1/account/{mine}", json={"description": None})
    undone = await place.admin.api.post(f"/api/v1/changes/{change}/undo", json={"force": True})
    assert undone.status_code == 200, undone.text
    undoing = undone.json()["change"]
    assert (await place.admin.get(f"/changes/{change}")).json()["undone_by"] == undoing
    told = (await place.worker.get(f"/changes/{change}")).json()
    assert (told["state"], "undone_by" in told) == ("applied", False)
    assert (await place.worker.get(f"/changes/{undoing}")).status_code == 404
