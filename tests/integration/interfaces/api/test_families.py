"""One call saves a record and what it owns: made, changed and trashed together, one change in the journal, undone as one."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.integration.rights.crm import Caller, Crm

ROLES = """
kind: role
name: seller
label: {en: Seller, de: Verkauf}
objects:
  opportunity: {read: all, create: true, edit: own}
  product: {read: all}
  opportunity_line: {fields: {discount: hidden, tax_rate: read}}
---
kind: role
name: maker
label: {en: Maker, de: Anlegen}
objects:
  opportunity: {read: own, create: true}
  product: {read: all}
"""


@dataclass
class Place:
    crm: Crm
    admin: Caller
    seller: Caller
    maker: Caller
    product: str

    async def lines(self, opportunity: str) -> list[dict[str, Any]]:
        """Its live lines in the order in which they were made."""
        where = json.dumps({"field": "opportunity", "op": "is", "value": opportunity})
        answer = await self.admin.get("/opportunity_line", where=where, order="created_at,id")
        found: list[dict[str, Any]] = answer.json()["data"]
        return found

    async def made(self, caller: Caller, **more: Any) -> str:
        body = {"name": "x", "opportunity_line": [{"name": "a", "quantity": "1"}, {"name": "b", "quantity": "2"}], **more}
        answer = await caller.api.post("/api/v1/opportunity", json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])


@pytest.fixture(scope="module")
async def place(new_crm: Callable[[], Awaitable[Crm]]) -> Place:
    crm = await new_crm()
    await crm.configure(ROLES)
    product = await crm.add("product", {"name": "Pumpe", "price": {"amount": "10.00"}, "sku": "P-1"})
    callers = [await crm.caller(await crm.user(role)) for role in ("administrator", "seller", "maker")]
    return Place(crm, *callers, str(product))


def errors(answer: httpx.Response) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.text
    return [(error["field"], error["code"]) for error in answer.json()["errors"]]


async def test_a_parent_is_made_with_its_children_in_one_change(place: Place) -> None:
    body = {"name": "Halle 3", "opportunity_line": [{"product": place.product, "quantity": "2"}, {"name": "Aufbau", "unit_price": {"amount": "5.00"}}]}  # fmt: skip
    made = await place.admin.api.post("/api/v1/opportunity", json=body)
    assert made.status_code == 201, made.text
    record, change = made.json(), made.headers["Kundig-Change"]
    assert record["amount"]["amount"] == "25.00", "the sum of its lines, in the answer already"
    assert "opportunity_line" not in record
    lines = await place.lines(record["id"])
    assert [(line["name"], line["quantity"], line["version"]) for line in lines] == [("Pumpe", "2", 1), ("Aufbau", "1", 1)]
    for line in lines:
        [entry] = (await place.admin.get(f"/opportunity_line/{line['id']}/journal")).json()["data"]
        assert (entry["change"], entry["action"]) == (change, "create")
    undone = await place.admin.api.post(f"/api/v1/changes/{change}/undo")
    assert undone.status_code == 200, undone.text
    assert (await place.admin.get(f"/opportunity/{record['id']}")).status_code == 404
    assert await place.lines(record["id"]) == []


async def test_entries_change_make_and_trash_and_what_is_not_named_stays(place: Place) -> None:
    opportunity = await place.made(place.admin, opportunity_line=[{"name": name} for name in ("kept", "changed", "gone")])
    kept, changed, gone = await place.lines(opportunity)
    body = {"next_step": "neu", "opportunity_line": [{"id": changed["id"], "quantity": "7"}, {"name": "new"}, {"id": gone["id"], "delete": True}]}  # fmt: skip
    answer = await place.admin.api.patch(f"/api/v1/opportunity/{opportunity}", json=body)
    assert answer.status_code == 200, answer.text
    after = await place.lines(opportunity)
    assert [(line["name"], line["quantity"]) for line in after] == [("kept", "1"), ("changed", "7"), ("new", "1")]
    assert after[0] == kept
    undone = await place.admin.api.post(f"/api/v1/changes/{answer.headers['Kundig-Change']}/undo")
    assert undone.status_code == 200, undone.text
    back = await place.lines(opportunity)
    assert [(line["id"], line["quantity"]) for line in back] == [(line["id"], "1") for line in (kept, changed, gone)]
    assert (await place.admin.get(f"/opportunity/{opportunity}")).json()["next_step"] is None


async def test_children_alone_do_not_change_the_parent(place: Place) -> None:
    opportunity = await place.made(place.admin)
    before = (await place.admin.get(f"/opportunity/{opportunity}")).json()
    [line, _] = await place.lines(opportunity)
    answer = await place.admin.api.patch(f"/api/v1/opportunity/{opportunity}", json={"opportunity_line": [{"id": line["id"], "quantity": "3"}]})  # fmt: skip
    assert (answer.status_code, answer.json()["version"]) == (200, before["version"])
    assert answer.headers["Kundig-Change"]
    same = await place.admin.api.patch(f"/api/v1/opportunity/{opportunity}", json={"opportunity_line": []})
    assert (same.status_code, "Kundig-Change" in same.headers) == (200, False)


async def test_all_errors_at_once_by_their_place(place: Place) -> None:
    body = {
        "name": None,
        "opportunity_line": [{"name": "a"}, {"name": "a", "quantity": "many", "colour": "red"}, {"quantity": "1"}, "x",
                             {"name": "a", "opportunity": str(uuid4())}, {"delete": True}],
    }  # fmt: skip
    async with place.crm.system() as scope:
        before = await scope.connection.value("select count(*) from {ws}.opportunity_line")
    found = errors(await place.admin.api.post("/api/v1/opportunity", json=body))
    assert sorted(found) == [
        ("name", "required"),
        ("opportunity_line[1].colour", "unknown_field"), ("opportunity_line[1].quantity", "bad_value"),
        ("opportunity_line[2].name", "required"), ("opportunity_line[2].product", "required"),
        ("opportunity_line[3]", "bad_type"), ("opportunity_line[4].opportunity", "read_only"), ("opportunity_line[5].id", "required"),
    ]  # fmt: skip
    assert errors(await place.admin.api.post("/api/v1/opportunity", json={"name": "x", "opportunity_line": None})) == [("opportunity_line", "bad_type")]  # fmt: skip
    async with place.crm.system() as scope:
        assert await scope.connection.value("select count(*) from {ws}.opportunity_line") == before


async def test_an_entry_that_is_not_there_hides_nothing_that_is_wrong_beside_it(place: Place) -> None:
    opportunity = await place.made(place.admin)
    before = await place.lines(opportunity)
    entries = [{"id": str(uuid4()), "quantity": "2"}, {"name": "a", "quantity": "many"}, {"id": before[0]["id"], "quantity": "3"},
               {"id": str(uuid4()), "delete": True}, {"id": before[1]["id"], "name": ""}, "x"]  # fmt: skip
    found = errors(
        await place.admin.api.patch(f"/api/v1/opportunity/{opportunity}", json={"name": None, "opportunity_line": entries})
    )
    assert sorted(found) == [
        ("name", "required"), ("opportunity_line[0].id", "not_found"), ("opportunity_line[1].quantity", "bad_value"),
        ("opportunity_line[3].id", "not_found"), ("opportunity_line[4].name", "required"),
        ("opportunity_line[4].product", "required"), ("opportunity_line[5]", "bad_type"),
    ]  # fmt: skip
    assert await place.lines(opportunity) == before


async def test_batches_and_upserts_take_them_too(place: Place) -> None:
    other = await place.made(place.admin)
    [line, _] = await place.lines(other)
    bad = {"create": [{"name": "x"}, {"name": "y", "opportunity_line": [{"name": "a"}, {"name": "b", "quantity": "x"}]}],
           "update": [{"id": other, "opportunity_line": [{"id": str(uuid4()), "quantity": "2"}]}]}  # fmt: skip
    answer = await place.admin.api.post("/api/v1/opportunity/batch", json=bad)
    told = [(e["list"], e["index"], e["field"], e["code"]) for e in answer.json()["errors"]]
    assert (answer.status_code, told) == (
        422,
        [("update", 0, "opportunity_line[0].id", "not_found"), ("create", 1, "opportunity_line[1].quantity", "bad_value")],
    )
    bad["update"] = []
    answer = await place.admin.api.post("/api/v1/opportunity/batch", json=bad)
    told = [(e["list"], e["index"], e["field"], e["code"]) for e in answer.json()["errors"]]
    assert told == [("create", 1, "opportunity_line[1].quantity", "bad_value")]
    good = {"create": [{"name": "y", "opportunity_line": [{"name": "a"}]}], "update": [{"id": other, "opportunity_line": [{"id": line["id"], "delete": True}]}]}  # fmt: skip
    done = (await place.admin.api.post("/api/v1/opportunity/batch", json=good)).json()
    assert [line["name"] for line in await place.lines(done["created"][0])] == ["a"]
    assert [line["name"] for line in await place.lines(other)] == ["b"]
    for names in (["a"], ["a", "b"]):
        put = await place.admin.api.put(
            "/api/v1/opportunity/by/external_id/erp:77", json={"name": "u", "opportunity_line": [{"name": names[-1]}]}
        )
        assert put.status_code in (200, 201), put.text
        assert [line["name"] for line in await place.lines(put.json()["id"])] == names


async def test_an_entry_is_of_its_own_parent_and_of_the_version_it_names(place: Place) -> None:
    mine, other = await place.made(place.admin), await place.made(place.admin)
    [foreign, _] = await place.lines(other)
    [line, _] = await place.lines(mine)
    for entry in ({"id": foreign["id"], "quantity": "9"}, {"id": foreign["id"], "delete": True}):
        answer = await place.admin.api.patch(f"/api/v1/opportunity/{mine}", json={"opportunity_line": [entry]})
        assert errors(answer) == [("opportunity_line[0].id", "not_found")]
    assert (await place.lines(other))[0] == foreign
    stale = {"opportunity_line": [{"id": line["id"], "version": 7, "quantity": "9"}]}
    assert (await place.admin.api.patch(f"/api/v1/opportunity/{mine}", json=stale)).status_code == 412
    assert (await place.lines(mine))[0] == line


async def test_rights_are_those_of_the_parent_and_field_sets_those_of_the_child(place: Place) -> None:
    theirs, own = await place.made(place.admin), await place.made(place.seller)
    [line, _] = await place.lines(theirs)
    before = await place.lines(theirs)
    for entry in ({"name": "c"}, {"id": line["id"], "quantity": "5"}, {"id": line["id"], "delete": True}):
        answer = await place.seller.api.patch(f"/api/v1/opportunity/{theirs}", json={"opportunity_line": [entry]})
        assert answer.status_code == 403, answer.text
    assert await place.lines(theirs) == before
    hidden = await place.seller.api.patch(f"/api/v1/opportunity/{own}", json={"opportunity_line": [{"name": "c", "discount": 5}]})
    assert errors(hidden) == [("opportunity_line[0].discount", "unknown_field")]
    fixed = await place.seller.api.patch(f"/api/v1/opportunity/{own}", json={"opportunity_line": [{"name": "c", "tax_rate": 5}]})
    assert fixed.status_code == 403
    by_maker = await place.made(place.maker)
    assert len(await place.lines(by_maker)) == 2, "who may make the record may make it whole"
    later = await place.maker.api.patch(f"/api/v1/opportunity/{by_maker}", json={"opportunity_line": [{"name": "c"}]})
    assert later.status_code == 403


async def test_the_description_tells_of_them(place: Place) -> None:
    described = (await place.admin.get("/openapi.json")).json()["components"]["schemas"]
    given = described["opportunity_input"]["properties"]["opportunity_line"]
    assert given == {"type": "array", "maxItems": 1000, "items": {"$ref": "#/components/schemas/opportunity_line_entry"}, "title": "Lines"}  # fmt: skip
    entry = described["opportunity_line_entry"]["properties"]
    assert {"id", "version", "delete", "quantity"} <= entry.keys()
    assert "opportunity" not in entry
    assert "opportunity_line" not in described["opportunity"]["properties"]
    seen = (await place.seller.get("/openapi.json")).json()["components"]["schemas"]["opportunity_line_entry"]["properties"]
    assert "discount" not in seen
    assert "tax_rate" not in seen
