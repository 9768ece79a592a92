"""What a request may say and how: keys of records in any notation, filters, numbers of entries."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest
from tests.integration.rights.crm import Caller, Crm


@pytest.fixture(scope="module")
async def admin(new_crm: Callable[[], Awaitable[Crm]]) -> Caller:
    crm = await new_crm()
    return await crm.caller(await crm.user("administrator"))


@pytest.mark.parametrize(
    ("path", "again", "values"),
    [
        ("account/by/domains/www.Acme.example", "account/by/domains/acme.example.", {"name": "Acme"}),
        ("product/by/sku/ABC-1%20", "product/by/sku/ABC-1", {"name": "Teil"}),
        ("product/by/sku/%20ABC-2", "product/by/sku/%20ABC-2", {"name": "Teil"}),
    ],
)
async def test_a_key_means_one_record_in_each_notation(admin: Caller, path: str, again: str, values: dict[str, str]) -> None:
    answers = [await admin.api.put(f"/api/v1/{where}", json=values) for where in (path, path, again)]
    assert [answer.status_code for answer in answers] == [201, 200, 200], [answer.text for answer in answers]
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_an_empty_filter_is_no_filter_left_out(admin: Caller) -> None:
    for path in ("/api/v1/account?where=", "/api/v1/account/export?format=csv&where=", "/api/v1/account/aggregate?where="):
        assert (await admin.api.get(path)).status_code == 400, path
    assert (await admin.api.get("/api/v1/account")).status_code == 200


async def test_up_to_a_thousand_hits_and_entries(admin: Caller) -> None:
    account = (await admin.api.post("/api/v1/account", json={"name": "Voll"})).json()["id"]
    for path in ("/search?q=voll", f"/account/{account}/timeline?", "/account?"):
        answers = [await admin.api.get(f"/api/v1{path}&limit={limit}") for limit in (1000, 1001, 0)]
        assert [answer.status_code for answer in answers] == [200, 422, 422], path


async def test_all_that_is_wrong_is_told_at_once(admin: Caller) -> None:
    """A value that is taken, too, beside others that are missing; in a batch of each item."""
    assert (await admin.api.post("/api/v1/product", json={"name": "Teil", "sku": "TAKEN"})).status_code == 201
    answer = await admin.api.post("/api/v1/product", json={"sku": "TAKEN"})
    assert {(error["field"], error["code"]) for error in answer.json()["errors"]} == {("name", "required"), ("sku", "not_unique")}
    answer = await admin.api.post("/api/v1/product/batch", json={"create": [{"sku": "TAKEN", "name": "x"}, {"sku": "free"}]})
    assert {(error["index"], error["field"]) for error in answer.json()["errors"]} == {(0, "sku"), (1, "name")}


async def test_each_unknown_id_is_told_beside_what_else_is_wrong(admin: Caller) -> None:
    known, *unknown = (await admin.api.post("/api/v1/account", json={"name": "Hier"})).json()["id"], str(uuid4()), str(uuid4())
    body = {
        "create": [{"website": "x"}],
        "update": [{"id": unknown[0], "name": "x"}, {"id": known, "name": ""}],
        "delete": [unknown[1]],
    }
    answer = await admin.api.post("/api/v1/account/batch", json=body)
    assert answer.status_code == 422
    told = {(error["list"], error["index"], error["field"]) for error in answer.json()["errors"]}
    assert told >= {("create", 0, "name"), ("update", 0, "id"), ("update", 1, "name"), ("delete", 0, "id")}
    assert (await admin.api.get(f"/api/v1/account/{known}")).json()["name"] == "Hier"
