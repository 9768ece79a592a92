"""An import that ends badly, comes again or is taken back touches its own rows only (F-17)."""

from __future__ import annotations

from uuid import UUID

import pytest
from tests.integration.services.transfer.test_running import MAPPING, figures, products, tagged

from kundig.base.errors import Conflict
from kundig.engine.history.feed import since
from kundig.engine.history.journal import journal
from kundig.engine.records.undo import undo
from kundig.engine.records.writing import Change, Update, write
from kundig.services.transfer import run as running
from kundig.services.transfer.imports import cancel_import, resume_import
from kundig.services.transfer.run import run_import

FIELDS = ["sku", "name", "price"]


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(running, "CHUNK", 10)


async def shown(crm, word):
    return await crm.records("product", tagged(word), FIELDS, "sku")


async def undone(crm, state):
    async with crm.opened() as scope:
        return await undo(scope, state["change"])


async def test_a_bad_row_at_the_end_leaves_the_rows_before_it_alone(crm, word):
    lines = [f"{word}-{n};{word} {n};1" for n in range(25)]
    for number, last in enumerate((f'{word}-x;"{word} never closed;1', f"{word}-x;{word};1;2", f"{word}-x;;1")):
        content = "\n".join(["Nr;Name;Preis", *(line.replace(word, f"{word}{number}") for line in lines), last])
        state = await crm.bring(content, "product", MAPPING)
        assert figures(state) == ("done", 26, 25, 0, 0, 1), last
        assert {error["row"] for error in state["errors"]} == {27}
        assert len(await shown(crm, f"{word}{number}")) == 25


async def test_the_same_file_again_makes_nothing_twice(crm, word):
    content = products(word, 40)
    first = await crm.bring(content, "product", MAPPING)
    before = await shown(crm, word)
    again = await crm.bring(content, "product", MAPPING)
    assert figures(again) == ("done", 40, 0, 0, 0, 40), "numbers are unique, and all of them are taken"
    assert again["change"] is None
    compared = await crm.bring(content, "product", MAPPING, mode="upsert", match="sku")
    assert figures(compared) == ("done", 40, 0, 0, first["created"], first["failed"])
    assert compared["change"] is None
    assert await shown(crm, word) == before


async def test_undo_removes_its_rows_and_brings_back_what_it_overwrote(crm, word):
    await crm.create("product", sku=f"{word}-1", name=f"{word} of before", price={"amount": "7.00"})
    await crm.create("product", sku=f"{word}-other", name=f"{word} of others")
    before = await shown(crm, word)
    state = await crm.bring(products(word, 40), "product", MAPPING, mode="upsert", match="sku")
    assert figures(state) == ("done", 40, 33, 1, 0, 6)
    later = await crm.create("product", sku=f"{word}-later", name=f"{word} later")
    await undone(crm, state)
    found = await shown(crm, word)
    assert [record for record in found if record["id"] != later] == before
    assert len(found) == len(before) + 1


async def test_undo_of_a_stopped_import_and_of_one_that_went_on(crm, word):
    await crm.create("product", sku=f"{word}-1", name=f"{word} of before", price={"amount": "7.00"})
    before = await shown(crm, word)
    id_ = await crm.start(products(word, 40), "product", MAPPING, mode="upsert", match="sku")

    async def stop(run):
        if run.position > 15:
            async with crm.opened() as scope:
                await cancel_import(scope, id_)

    assert (await run_import(crm.opened, id_, stop)).state == "failed"
    made = len(await shown(crm, word))
    assert len(before) < made < 34
    async with crm.opened() as scope:
        await resume_import(scope, id_)
    await run_import(crm.opened, id_)
    state = await crm.state(id_)
    assert figures(state) == ("done", 40, 33, 1, 0, 6)
    await undone(crm, state)
    assert await shown(crm, word) == before, "both parts are one change"


async def test_nothing_is_undone_when_somebody_has_worked_on_a_row_since(crm, word):
    state = await crm.bring(products(word, 12), "product", MAPPING)
    mine = next(record for record in await shown(crm, word) if record["sku"] == f"{word}-3")
    async with crm.opened() as scope:
        await write(scope, "product", [Update(UUID(mine["id"]), {"name": f"{word} mended"})])
    before = await shown(crm, word)
    with pytest.raises(Conflict):
        await undone(crm, state)
    assert await shown(crm, word) == before


async def ids_of(crm, word):
    async with crm.opened() as scope:
        pairs = await scope.connection.rows(
            "select record, system || ':' || value as pair from {ws}.external_id where value like %(word)s", {"word": f"{word}%"}
        )
    return sorted((str(row["record"]), row["pair"]) for row in pairs)


@pytest.mark.parametrize("renamed", [False, True])
async def test_undo_takes_the_external_ids_that_an_import_added(crm, word, *, renamed):
    """Those that were there before stay, and undoing the undo brings them back; no journal and no feed tells of them."""
    records = [await crm.create("product", sku=f"{word}-{n}", name=f"{word} {n}") for n in range(3)]
    async with crm.opened() as scope:
        await Change(scope).write("product", [Update(UUID(records[0]), {}, external_ids=[f"shop:{word}-a"])])
    before = await ids_of(crm, word)
    name = "other" if renamed else word
    content = "\n".join(["Nr;Name;Id", *(f"{word}-{n};{name} {n};{word}-{letter}" for n, letter in enumerate("abc"))])
    mapping = {"Nr": "sku", "Name": "name", "Id": "external_id:shop"}
    state = await crm.bring(content, "product", mapping, mode="upsert", match="sku")
    assert figures(state)[3] == (3 if renamed else 2)
    added = await ids_of(crm, word)
    assert len(added) == 3
    async with crm.opened() as scope:
        told = (await journal(scope, "product", UUID(records[1])))["data"]
        assert [set(entry["fields"]) for entry in told if entry["action"] == "update"] == ([{"name"}] if renamed else [])
        happened, _ = await since(scope.connection, 0)
        assert not any("external_ids" in touched.fields for item in happened for touched in item.touched)
    back = await undone(crm, state)
    assert await ids_of(crm, word) == before
    assert [record["name"] for record in await shown(crm, word)] == [f"{word} {n}" for n in range(3)]
    async with crm.opened() as scope:
        await undo(scope, back.change)
    assert await ids_of(crm, word) == added
