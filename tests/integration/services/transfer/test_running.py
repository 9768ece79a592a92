"""An import that is killed, stopped, rehearsed or mended: every row once, nothing lost, nothing left."""

from __future__ import annotations

import asyncio
import csv
import io
import random
from dataclasses import replace
from uuid import uuid4

import pytest

from kundig.base.context import Actor
from kundig.base.database.connection import Connection
from kundig.base.errors import Conflict, Missing
from kundig.services.transfer import run as running
from kundig.services.transfer.imports import cancel_import, import_state, list_imports, resume_import, unfinished_import
from kundig.services.transfer.mending import errors_file
from kundig.services.transfer.order import read_order
from kundig.services.transfer.run import run_import

MAPPING = {"Nr": "sku", "Name": "name", "Preis": "price"}


class Killed(BaseException):
    """Stands for the end of the process."""


def products(word: str, count: int) -> str:
    """Rows of which every seventh is bad."""
    lines = [f"{word}-{n};{word} {n};{'bad' if n % 7 == 0 else f'{n},50'}" for n in range(count)]
    return "\n".join(["Nr;Name;Preis", *lines])


def figures(state):
    return tuple(state[name] for name in ("state", "total", "created", "updated", "skipped", "failed"))


def tagged(word):
    return {"field": "label", "op": "contains", "value": word}


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(running, "CHUNK", 10)


async def test_killed_anywhere_and_resumed_it_is_as_if_nothing_happened(crm, word, small_chunks, monkeypatch):
    """The process ends at random statements, within chunks and between them."""
    content = products(word, 95)
    id_ = await crm.start(content, "product", MAPPING)
    dice = random.Random(7)
    kills = 0
    send = Connection._send
    left = [dice.randrange(20, 60)]

    async def failing(self, cursor, statement, params):
        left[0] -= 1
        if left[0] < 0:
            raise Killed
        return await send(self, cursor, statement, params)

    monkeypatch.setattr(Connection, "_send", failing)
    for _ in range(60):
        try:
            await run_import(crm.opened, id_)
            break
        except Killed:
            kills += 1
            left[0] = dice.randrange(20, 32)
    left[0] = 10**9
    assert kills > 2
    await run_import(crm.opened, id_)
    state = await crm.state(id_)
    assert figures(state) == ("done", 95, 81, 0, 0, 14), state["errors"]
    assert [e["row"] for e in state["errors"]] == [n + 2 for n in range(0, 95, 7)]
    found = await crm.records("product", tagged(word), ["sku", "price"], "sku")
    assert sorted((r["sku"], r["price"]["amount"]) for r in found) == sorted((f"{word}-{n}", f"{n}.50") for n in range(95) if n % 7)
    async with crm.opened() as scope:
        changes = await scope.connection.values(
            "select distinct change from {ws}.change_entry where record in (select id from {ws}.product where label like %(word)s)",
            {"word": f"{word}%"},
        )
    assert [str(change) for change in changes] == [state["change"]], "all chunks are one change"


async def test_two_workers_do_not_do_it_twice(crm, word, small_chunks):
    id_ = await crm.start(products(word, 60), "product", MAPPING)
    await asyncio.gather(*(run_import(crm.opened, id_) for _ in range(3)))
    assert figures(await crm.state(id_)) == ("done", 60, 51, 0, 0, 9)
    assert len(await crm.records("product", tagged(word))) == 51


async def test_a_dry_run_sees_what_rows_do_to_each_other(crm, word, small_chunks, monkeypatch):
    content = products(word, 35) + f"\n{word}-1;{word} again;9\n{word}-2;;2,50\n"
    rest = {"mode": "upsert", "match": "sku"}
    dry = await crm.bring(content, "product", MAPPING, dry_run=True, **rest)
    assert not await crm.records("product", tagged(word))
    real = await crm.bring(content, "product", MAPPING, **rest)
    assert figures(dry) == figures(real) == ("done", 37, 30, 1, 1, 5)
    assert dry["errors"] == real["errors"]
    monkeypatch.setattr(running, "REHEARSED", 20)
    blocks = await crm.bring(content, "product", MAPPING, dry_run=True, **rest)
    assert figures(blocks)[:2] == ("done", 37)
    assert blocks["errors"] == real["errors"]


async def test_stopped_and_resumed(crm, word, small_chunks, monkeypatch):
    id_ = await crm.start(products(word, 40), "product", MAPPING)

    async def stop(run):
        if run.position > 15:
            async with crm.opened() as scope:
                await cancel_import(scope, id_)

    state = await run_import(crm.opened, id_, stop)
    assert state.state == "failed"
    shown = await crm.state(id_)
    assert shown["reason"]
    made = len(await crm.records("product", tagged(word)))
    assert 0 < made < 34
    async with crm.opened() as scope:
        with pytest.raises(Conflict):
            await cancel_import(scope, id_)
    async with crm.opened() as scope:
        await resume_import(scope, id_)
    await run_import(crm.opened, id_)
    assert figures(await crm.state(id_)) == ("done", 40, 34, 0, 0, 6)


async def test_rights_withdrawn_meanwhile_end_it(crm, word, small_chunks):
    id_ = await crm.start(products(word, 40), "product", MAPPING)
    now = [crm]

    def withdraw(run):
        now[0] = crm.with_rights("product", bring=False)

    state = await run_import(lambda: now[0].opened(), id_, withdraw)
    assert state.state == "failed"
    assert len(await crm.records("product", tagged(word))) == 8


async def test_bad_rows_as_a_file_to_mend(crm, word):
    content = f'Nr;Name;Preis;Notiz\n{word}-1;{word} 1;1;ok\n{word}-2;{word} 2;teuer;"Zeile 1\nZeile 2"\n\n{word}-3;{word} 3;;=x\n{word}-4;;viel;\n'
    state = await crm.bring(content, "product", MAPPING)
    assert figures(state) == ("done", 4, 2, 0, 0, 2)
    async with crm.opened() as scope:
        file = b"".join([part async for part in errors_file(scope, state["id"])])
        find = "select object, detail ->> 'import' as import from {ws}.audit_event where event = 'import_errors_downloaded' order by at desc"
        assert await scope.connection.row(find) == {"object": "product", "import": str(state["id"])}
    header, *rows = csv.reader(io.StringIO(file.decode("utf-8-sig"), newline=""), delimiter=";")
    assert header[:4] == ["Nr", "Name", "Preis", "Notiz"]
    assert [row[:4] for row in rows] == [[f"{word}-2", f"{word} 2", "teuer", "Zeile 1\nZeile 2"], [f"{word}-4", "", "viel", ""]]
    assert "Preis:" in rows[0][4]
    assert "Name:" in rows[1][4]
    mended = file.replace(b"teuer", b"12,50")
    again = await crm.bring(mended, "product", MAPPING)
    assert figures(again) == ("done", 2, 1, 0, 0, 1)
    async with crm.opened() as scope:
        second = b"".join([part async for part in errors_file(scope, again["id"])])
    assert second.decode("utf-8-sig").splitlines()[0].count(";") == 4, "the column with the reasons comes once"


async def test_an_interrupted_import_is_found_again(crm, word):
    content = products(word, 5).encode()
    order = read_order(object_="product", mapping=MAPPING, language="de")
    other = read_order(object_="product", mapping=MAPPING, language="en")
    id_ = await crm.start(content, "product", MAPPING)
    async with crm.opened() as scope:
        assert await unfinished_import(scope, order, io.BytesIO(content)) == id_
        assert await unfinished_import(scope, other, io.BytesIO(content)) is None
        assert await unfinished_import(scope, order, io.BytesIO(content + b"\n1;2;3")) is None
        assert str(id_) in {entry["id"] for entry in await list_imports(scope)}
    await run_import(crm.opened, id_)
    async with crm.opened() as scope:
        assert await unfinished_import(scope, order, io.BytesIO(content)) is None


async def test_imports_of_others_are_not_there(crm, word):
    id_ = await crm.start(products(word, 5), "product", MAPPING)
    async with crm.opened() as scope:
        stranger = replace(
            scope,
            context=replace(scope.context, actor=Actor("user", uuid4(), uuid4())),
            access=replace(scope.access, everything=False, rights=frozenset()),
        )
        with pytest.raises(Missing):
            await import_state(stranger, id_)
        assert await list_imports(stranger) == []
