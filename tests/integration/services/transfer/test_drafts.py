"""An import in preparation: kept as it is chosen, tried, mended cell by cell, done in earnest, and remembered."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from uuid import uuid4

import msgspec
import pytest
import xlsxwriter

from kundig.base.context import Actor
from kundig.base.errors import Conflict, Denied, Invalid, Missing
from kundig.services.transfer import run as running
from kundig.services.transfer.drafts import (
    begin_draft,
    change_order,
    choose_object,
    discard,
    launch,
    read_draft,
    rehearse,
    reshape,
    suggest_anew,
)
from kundig.services.transfer.fixing import fix_row
from kundig.services.transfer.imports import cancel_import, import_state, list_imports
from kundig.services.transfer.mending import errors_file
from kundig.services.transfer.order import Rule
from kundig.services.transfer.previews import read_samples
from kundig.services.transfer.pulses import tried
from kundig.services.transfer.remembered import remembered
from kundig.services.transfer.results import made_by
from kundig.services.transfer.run import run_import


async def draft_of(crm, content, object_="product", name="file.csv"):
    async with crm.opened() as scope:
        return await begin_draft(scope, object_, io.BytesIO(content if isinstance(content, bytes) else content.encode()), name)


async def reading(crm, id_):
    async with crm.opened() as scope:
        return await read_draft(scope, id_)


async def ordered(crm, id_, **changes):
    async with crm.opened() as scope:
        draft = await read_draft(scope, id_)
        await change_order(scope, id_, msgspec.structs.replace(draft.order, **changes))


async def trial(crm, id_):
    async with crm.opened() as scope:
        await rehearse(scope, id_)
    await run_import(crm.opened, id_)
    return await state_of(crm, id_)


async def state_of(crm, id_):
    async with crm.opened() as scope:
        return await import_state(scope, id_, drafts=True)


async def samples(crm, id_, *outcomes, **rest):
    async with crm.opened() as scope:
        return await read_samples(scope.connection, id_, outcomes, **rest)


def figures(state):
    return tuple(state[name] for name in ("state", "created", "updated", "skipped", "failed"))


def mapped(**fields):
    return {column: (Rule(field),) for column, field in fields.items()}


def tagged(word):
    return {"field": "label", "op": "contains", "value": word}


async def test_from_file_to_records(crm, word):
    content = f"Name;Code;Preis\n{word} 1;{word}-1;12,50\n{word} 2;{word}-2;teuer\n;{word}-3;1,00\n"
    id_ = await draft_of(crm, content)
    draft = await reading(crm, id_)
    assert draft.order.mapping["Name"] == (Rule("name"),)
    assert (draft.order.language, draft.run.total, draft.run.state) == ("de", 3, "draft")
    assert draft.survey.columns[2].samples == ("12,50", "teuer", "1,00")
    await ordered(crm, id_, mapping=mapped(Name="name", Code="sku", Preis="price"))
    assert figures(await trial(crm, id_)) == ("done", 1, 0, 0, 2)
    assert not await crm.records("product", tagged(word)), "a trial leaves nothing"
    [made] = await samples(crm, id_, "created")
    assert (made.row, made.cells, made.record) == (2, [f"{word} 1", f"{word}-1", "12,50"], None)
    assert [sample.row for sample in await samples(crm, id_, "failed")] == [3, 4]
    async with crm.opened() as scope:
        await fix_row(scope, id_, 3, {2: "9,99"})
    state = await state_of(crm, id_)
    assert figures(state) == ("done", 2, 0, 0, 1)
    assert [error["row"] for error in state["errors"]] == [4]
    assert not await crm.records("product", tagged(word)), "a mended row was only tried, too"
    async with crm.opened() as scope:
        await fix_row(scope, id_, 3, {2: "zu viel"})
    assert figures(await state_of(crm, id_)) == ("done", 1, 0, 0, 2)
    async with crm.opened() as scope:
        await fix_row(scope, id_, 3, {2: "8,50"})
        with pytest.raises(Missing):
            await fix_row(scope, id_, 99, {2: "8,50"})
    assert [(s.row, s.outcome) for s in await samples(crm, id_, "failed", mended=True)] == [(3, "created"), (4, "failed")]
    async with crm.opened() as scope:
        await launch(scope, id_)
    await run_import(crm.opened, id_)
    state = await crm.state(id_)
    assert figures(state) == ("done", 2, 0, 0, 1)
    found = await crm.records("product", tagged(word), ["price"], "sku")
    assert [record["price"]["amount"] for record in found] == ["12.50", "8.50"]
    async with crm.opened() as scope:
        made_records = await made_by(scope, state["change"])
        assert {link["label"] for link in made_records["product"]} == {f"{word} 1", f"{word} 2"}
        with pytest.raises(Missing):
            await read_draft(scope, id_)


async def test_every_change_makes_it_a_draft_again(crm, word):
    id_ = await draft_of(crm, f"Name\n{word}\n")
    assert figures(await trial(crm, id_)) == ("done", 1, 0, 0, 0)
    await ordered(crm, id_, mapping={})
    assert figures(await state_of(crm, id_)) == ("draft", 0, 0, 0, 0)
    assert await samples(crm, id_, "created") == []
    async with crm.opened() as scope:
        with pytest.raises(Invalid):
            await rehearse(scope, id_)
    async with crm.opened() as scope:
        await discard(scope, id_)
    async with crm.opened() as scope:
        with pytest.raises(Missing):
            await read_draft(scope, id_)


async def test_drafts_are_their_makers_alone(crm, word):
    id_ = await draft_of(crm, f"Name\n{word}\n")
    async with crm.opened() as scope:
        with pytest.raises(Missing):
            await import_state(scope, id_)
        assert str(id_) in {run["id"] for run in await list_imports(scope)}
        actor = Actor("user", uuid4(), uuid4())
        for access in (scope.access, replace(scope.access, everything=False, rights=frozenset())):
            stranger = replace(scope, context=replace(scope.context, actor=actor), access=access)
            for attempt in (
                read_draft(stranger, id_),
                change_order(stranger, id_, (await read_draft(scope, id_)).order),
                reshape(stranger, id_, {"headed": "no"}),
                rehearse(stranger, id_),
                launch(stranger, id_),
                fix_row(stranger, id_, 2, {0: "x"}),
                discard(stranger, id_),
            ):
                with pytest.raises(Missing):
                    await attempt
            assert str(id_) not in {run["id"] for run in await list_imports(stranger)}


async def test_without_the_right_there_is_no_draft(crm, word):
    id_ = await draft_of(crm, f"Name\n{word}\n")
    without = crm.with_rights("product", bring=False)
    async with without.opened() as scope:
        with pytest.raises(Denied):
            await begin_draft(scope, "product", io.BytesIO(b"Name\nx\n"), "x.csv")
        with pytest.raises(Denied):
            await rehearse(scope, id_)
        with pytest.raises(Denied):
            await choose_object(scope, id_, "product")


async def test_read_in_another_way(crm, word):
    content = f"{word} Käse;Stück\n{word} Öl;Kiste\n".encode("cp1252")
    id_ = await draft_of(crm, content)
    assert (await reading(crm, id_)).run.shape.header == (f"{word} Käse", "Stück"), "nothing there looks like data"
    async with crm.opened() as scope:
        await reshape(scope, id_, {"headed": "no"})
    draft = await reading(crm, id_)
    assert (draft.run.shape.header, draft.run.total) == (("A", "B"), 2)
    await ordered(crm, id_, mapping=mapped(A="name", B="unit"))
    async with crm.opened() as scope:
        await reshape(scope, id_, {"headed": "no", "encoding": "mac-roman"})
    draft = await reading(crm, id_)
    assert draft.order.mapping == mapped(A="name", B="unit"), "columns that are called as before stay mapped"
    assert "Käse" not in draft.survey.rows[0][0]
    async with crm.opened() as scope:
        await reshape(scope, id_, {"headed": "no", "encoding": "cp1252"})
    assert figures(await trial(crm, id_)) == ("done", 2, 0, 0, 0), "the first row is data, too"
    async with crm.opened() as scope:
        await launch(scope, id_)
    await run_import(crm.opened, id_)
    found = await crm.records("product", tagged(word), ["name"], "name")
    assert [record["name"] for record in found] == [f"{word} Käse", f"{word} Öl"]


async def test_cells_of_workbooks_keep_their_types_in_the_grid(crm, word):
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        for number, row in enumerate([["Name", "Preis"], [word, 1234.5], ["", 7.25]]):
            for column, cell in enumerate(row):
                if number == 0:
                    book.worksheets() or book.add_worksheet()
                book.worksheets()[0].write(number, column, cell)
    id_ = await draft_of(crm, file.getvalue(), name="file.xlsx")
    await ordered(crm, id_, mapping=mapped(Name="name", Preis="price"))
    assert figures(await trial(crm, id_)) == ("done", 1, 0, 0, 1)
    async with crm.opened() as scope:
        await fix_row(scope, id_, 3, {0: f"{word} 2"})
    assert figures(await state_of(crm, id_)) == ("done", 2, 0, 0, 0), "7.25 was still a figure, not a text in German"
    async with crm.opened() as scope:
        await launch(scope, id_)
    await run_import(crm.opened, id_)
    found = await crm.records("product", tagged(word), ["price"], "name")
    assert [record["price"]["amount"] for record in found] == ["1234.50", "7.25"]


async def test_what_would_change_is_shown(crm, word):
    await crm.create("product", name=f"{word} alt", sku=f"{word}-1", price={"amount": "5.00", "currency": "EUR"})
    await crm.create("product", name=f"{word} gleich", sku=f"{word}-2")
    id_ = await draft_of(crm, f"Name;Code\n{word} neu;{word}-1\n{word} gleich;{word}-2\n")
    await ordered(crm, id_, mapping=mapped(Name="name", Code="sku"), mode="upsert", match="sku")
    assert figures(await trial(crm, id_)) == ("done", 0, 1, 1, 0)
    [changed] = await samples(crm, id_, "updated")
    assert changed.changes is not None
    assert changed.changes["name"] == (f"{word} alt", f"{word} neu")
    assert changed.record is not None
    [same] = await samples(crm, id_, "skipped")
    assert (same.row, same.changes) == (3, None)


async def test_a_trial_tells_how_far_it_is_and_can_be_stopped(crm, word, monkeypatch):
    monkeypatch.setattr(running, "CHUNK", 10)
    id_ = await draft_of(crm, "Name\n" + "".join(f"{word} {n}\n" for n in range(60)))
    async with crm.opened() as scope:
        await rehearse(scope, id_)
    seen = []
    beat = running.beat

    async def watched(connection, key, done):
        seen.append(done)
        async with crm.opened() as scope:
            if done == 10:
                with pytest.raises(Conflict):
                    await discard(scope, key)
            if done == 30:
                await cancel_import(scope, key)
        return await beat(connection, key, done)

    monkeypatch.setattr(running, "beat", watched)
    await run_import(crm.opened, id_)
    state = await state_of(crm, id_)
    assert seen == [10, 20, 30]
    assert state["state"] == "failed"
    assert state["reason"]
    assert not await crm.records("product", tagged(word))
    monkeypatch.setattr(running, "beat", beat)
    assert figures(await trial(crm, id_)) == ("done", 60, 0, 0, 0), "it can be tried again from the beginning"
    async with crm.opened() as scope:
        assert await tried(scope.connection, id_) > 0


async def test_the_same_headings_are_mapped_as_before(crm, word):
    heading = f"{word}a;{word}b"
    id_ = await draft_of(crm, f"{heading}\n{word};5\n")
    order = {f"{word}a": (Rule("name", values={"x": "y"}),), f"{word}b": (Rule("price"),)}
    await ordered(crm, id_, mapping=order, constants={"unit": "Stück", "sku": ""}, mode="upsert", match="sku")
    await trial(crm, id_)
    again = await draft_of(crm, f"{heading}\nother;7\n")
    draft = await reading(crm, again)
    assert draft.order.mapping == order
    assert draft.order.constants == {"unit": "Stück"}
    async with crm.opened() as scope:
        stranger = replace(scope, context=replace(scope.context, actor=Actor("user", uuid4(), uuid4())))
        found = await remembered(stranger, "product", [f"{word}a", f"{word}b"])
        assert found is not None
        assert found.order.mapping == {f"{word}a": (Rule("name"),), f"{word}b": (Rule("price"),)}
        assert found.order.constants == {}, "what somebody has typed is theirs"
    hidden = crm.with_rights("product", hidden=frozenset({"price"}))
    async with hidden.opened() as scope:
        found = await remembered(scope, "product", [f"{word}a", f"{word}b"])
        assert found is not None
        assert set(found.order.mapping) == {f"{word}a"}
    async with crm.opened() as scope:
        await suggest_anew(scope, again)
    assert (await reading(crm, again)).order.mapping == {}


async def test_mended_cells_go_into_the_file_of_errors(crm, word):
    id_ = await draft_of(crm, f"Name;Preis\n{word};teuer\n")
    await ordered(crm, id_, mapping=mapped(Name="name", Preis="price"))
    await trial(crm, id_)
    async with crm.opened() as scope:
        await fix_row(scope, id_, 2, {0: f"{word} x"})
        file = b"".join([part async for part in errors_file(scope, id_)])
    _, row = csv.reader(io.StringIO(file.decode("utf-8-sig")), delimiter=";")
    assert row[:2] == [f"{word} x", "teuer"]
