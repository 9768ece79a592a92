"""A unique value that somebody has already is 422 `not_unique`, however it is given, whoever has it, and even at the same moment."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from tests.integration.rights.crm import Caller, Crm

from kundig.base.database import Database
from kundig.base.errors import Invalid
from kundig.engine.records.draft import Create, Item, Update
from kundig.engine.records.writing import Change
from kundig.services.transfer.imports import import_state, start_import
from kundig.services.transfer.order import read_order
from kundig.services.transfer.run import run_import

ROLE = """
kind: role
name: worker
label: {en: Worker, de: Arbeit}
objects:
  account: {read: own, create: true, edit: own, delete: own, bring: true}
  product: {read: own, create: true, edit: own, delete: own}
"""


@dataclass
class Place:
    crm: Crm
    worker: Caller
    admin: Caller

    async def hold(self, object_: str, item: Item) -> UUID:
        """A record that the worker can't see."""
        async with self.crm.system() as scope:
            [made] = await Change(scope).write(object_, [item])
        return made


@pytest.fixture(scope="module")
async def place(new_crm: Callable[[], Awaitable[Crm]]) -> Place:
    crm = await new_crm()
    await crm.configure(ROLE)
    return Place(crm, *[await crm.caller(await crm.user(role)) for role in ("worker", "administrator")])


def refused_for(answer: httpx.Response, field: str) -> None:
    assert answer.status_code == 422, answer.text
    assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [(field, "not_unique")]


async def test_an_external_id_of_a_hidden_record(place: Place) -> None:
    """The listed exception to "hidden means unknowable", told like a unique field's."""
    pair, domain = f"erp:{uuid4()}", f"{uuid4()}.example"
    await place.hold("account", Create({"name": "Verborgen", "domains": [domain]}, external_ids=(pair,)))
    api = place.worker.api
    by_id = await api.put(f"/api/v1/account/by/external_id/{pair}", json={"name": "Meins"})
    refused_for(by_id, "external_id")
    by_field = await api.put(f"/api/v1/account/by/domains/{domain}", json={"name": "Meins"})
    refused_for(by_field, "domains")
    assert {**by_id.json(), "errors": []} == {**by_field.json(), "errors": []}
    seen = await place.admin.api.put(f"/api/v1/account/by/external_id/{pair}", json={"name": "Gefunden"})
    assert (seen.status_code, seen.json()["name"]) == (200, "Gefunden")


async def test_in_one_list_only_one_gets_it(place: Place) -> None:
    pair = f"erp:{uuid4()}"
    async with place.crm.system() as scope:
        with pytest.raises(Invalid) as refused:
            await Change(scope).write("account", [Create({"name": name}, external_ids=(pair,)) for name in ("a", "b")])
    assert [(e.field, e.code) for e in refused.value.errors] == [("external_id", "not_unique")]


async def test_a_restored_record_does_not_take_an_external_id_back(place: Place) -> None:
    """Those of a deleted record are free; who has them meanwhile keeps them, and undo says why it can't be done."""
    pair = f"erp:{uuid4()}"
    old = await place.hold("account", Create({"name": "Alt"}, external_ids=(pair,)))
    gone = await place.admin.api.delete(f"/api/v1/account/{old}")
    assert gone.status_code == 204
    await place.hold("account", Create({"name": "Neu"}, external_ids=(pair,)))
    refused_for(await place.admin.api.post(f"/api/v1/changes/{gone.headers['Kundig-Change']}/undo"), "external_id")


async def test_an_import_fails_that_row_alone(place: Place) -> None:
    pair, free = f"erp:{uuid4()}", f"erp:{uuid4()}"
    await place.hold("account", Create({"name": "Verborgen"}, external_ids=(pair,)))
    mapping = {"Nr": "external_id", "Firma": "name"}
    order = read_order(object_="account", mapping=mapping, mode="upsert", match="external_id", language="de")
    async with place.crm.scope(place.worker.user) as scope:
        file = io.BytesIO(f"Nr;Firma\n{pair};Meins\n{free};Frei\n".encode())
        id_ = await start_import(scope, order, file, "file.csv", queued=False)
    await run_import(lambda: place.crm.scope(place.worker.user), id_)
    async with place.crm.scope(place.worker.user) as scope:
        state = await import_state(scope, id_)
    assert (state["state"], state["created"], state["failed"]) == ("done", 1, 1), state
    assert [(error["row"], error["column"], error["value"]) for error in state["errors"]] == [(2, "Nr", pair)]


async def _waiting(database: Database, second: asyncio.Task[Any]) -> None:
    """Until somebody waits for a transaction to end."""
    async with database.transaction(None) as connection:
        waits = "select exists (select from pg_locks where locktype = 'transactionid' and not granted)"
        while not second.done() and not await connection.value(waits):  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.01)


SAME_MOMENT: list[tuple[str, str, Callable[[str], tuple[Item, str, str, dict[str, Any]]]]] = [
    ("account", "domains", lambda word: (Create({"name": "x", "domains": [f"{word}.example"]}),
     "POST", "/api/v1/account", {"name": "y", "domains": [f"{word}.example"]})),
    ("account", "domains", lambda word: (Create({"name": "x", "domains": [f"{word}.example"]}),
     "POST", "/api/v1/account/batch", {"create": [{"name": "y", "domains": [f"{word}.example"]}]})),
    ("product", "sku", lambda word: (Create({"name": "x", "sku": word}), "POST", "/api/v1/product", {"name": "y", "sku": word})),
    ("account", "external_id", lambda word: (Create({"name": "x"}, external_ids=(f"erp:{word}",)),
     "PUT", f"/api/v1/account/by/external_id/erp:{word}", {"name": "y"})),
]  # fmt: skip


@pytest.mark.parametrize(("object_", "field", "made"), SAME_MOMENT, ids=["post", "batch", "column", "external_id"])
async def test_at_the_same_moment(
    place: Place, database: Database, object_: str, field: str, made: Callable[[str], tuple[Item, str, str, dict[str, Any]]]
) -> None:
    """The second looks before the first has committed, and waits at the index until it has."""
    first, method, path, body = made(uuid4().hex)
    async with place.crm.system() as scope:
        await Change(scope).write(object_, [first])
        second = asyncio.create_task(place.worker.api.request(method, path, json=body))
        await _waiting(database, second)
    refused_for(await second, field)


async def test_the_same_moment_ends_in_an_update_where_the_record_is_seen(place: Place, database: Database) -> None:
    pair = f"erp:{uuid4()}"
    async with place.crm.system() as scope:
        [made] = await Change(scope).write("account", [Create({"name": "x"}, external_ids=(pair,))])
        second = asyncio.create_task(place.admin.api.put(f"/api/v1/account/by/external_id/{pair}", json={"name": "y"}))
        await _waiting(database, second)
    answer = await second
    assert (answer.status_code, answer.json()["id"], answer.json()["name"]) == (200, str(made), "y"), answer.text


async def test_two_changes_that_take_the_same_value(place: Place, database: Database) -> None:
    domain = f"{uuid4()}.example"
    ones = [await place.hold("account", Create({"name": name})) for name in ("a", "b")]
    async with place.crm.system() as scope:
        await Change(scope).write("account", [Update(ones[0], {"domains": [domain]})])
        second = asyncio.create_task(place.admin.api.patch(f"/api/v1/account/{ones[1]}", json={"domains": [domain]}))
        await _waiting(database, second)
    refused_for(await second, "domains")
    where = json.dumps({"field": "domains", "op": "is", "value": domain})
    found = (await place.admin.get("/account", where=where, fields="id")).json()["data"]
    assert found == [{"id": str(ones[0])}]
