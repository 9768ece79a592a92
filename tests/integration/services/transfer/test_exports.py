"""Exports: all records, flat where they must be, harmless in a spreadsheet, and only what may be seen at that moment."""

from __future__ import annotations

import csv
import io
import json
from uuid import UUID

import pytest
from python_calamine import CalamineWorkbook

from kundig.base.errors import Denied, Invalid, Missing
from kundig.services.transfer import export as exporting
from kundig.services.transfer.export import export_stream, guessed_size, start_export


async def exported(crm, object_="account", format_="csv", **rest) -> bytes:
    async with crm.opened() as scope:
        started = await start_export(scope, object_, format_, **rest)
    return b"".join([part async for part in export_stream(crm.opened, started)])


def tagged(word):
    return {"field": "label", "op": "contains", "value": word}


def rows_of(content: bytes, delimiter=","):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter))


@pytest.fixture
async def account(crm, word):
    parent = await crm.create("account", name=f"{word} Mutter")
    values = {
        "name": f'{word} =Käse; "Söhne"', "annual_revenue": {"amount": "-1234.50", "currency": "EUR"}, "parent": parent,
        "billing_address": {"city": "Köln", "country": "DE"}, "emails": [f"a@{word}.example.com", f"b@{word}.example.com"],
        "phones": ["+498920304050"], "industry": "retail", "founded_on": "1998-12-31", "employees": 7, "tags": ["x", "y"],
        "description": "=HYPERLINK(1)", "legal_name": "-5",
    }  # fmt: skip
    return await crm.create("account", **values)


FIELDS = ["name", "annual_revenue", "parent", "billing_address", "emails", "phones", "industry", "founded_on", "employees", "tags"]


async def test_csv_is_flat_and_guarded(crm, word, account):
    where = {"field": "id", "op": "is", "value": account}
    header, row = rows_of(await exported(crm, where=where, fields=[*FIELDS, "description", "legal_name", "parent.name"]))
    cells = dict(zip(header, row, strict=True))
    assert header[0] == "id"
    assert cells["name"] == f'{word} =Käse; "Söhne"'
    assert (cells["annual_revenue"], cells["annual_revenue.currency"]) == ("-1234.50", "EUR")
    assert (cells["parent"], cells["parent.name"]) == (f"{word} Mutter", f"{word} Mutter")
    assert (cells["billing_address.city"], cells["billing_address.country"], cells["billing_address.street"]) == ("Köln", "DE", "")
    assert cells["emails"] == f"a@{word}.example.com; b@{word}.example.com"
    assert cells["phones"] == "'+498920304050"
    assert (cells["industry"], cells["founded_on"], cells["employees"], cells["tags"]) == ("retail", "1998-12-31", "7", "x; y")
    assert (cells["description"], cells["legal_name"]) == ("'=HYPERLINK(1)", "'-5")


async def test_csv_for_people(crm, word, account):
    where = {"field": "id", "op": "is", "value": account}
    content = await exported(crm, where=where, fields=["name", "annual_revenue", "industry", "founded_on"], localized=True)
    assert content.startswith(b"\xef\xbb\xbf")
    header, row = rows_of(content, ";")
    assert header[:3] == ["id", "Name", "Jahresumsatz"] or header[1] == "Name"
    assert row[2:] == ["-1234,50", "EUR", "Handel", "31.12.1998"]


async def test_what_is_exported_can_be_imported(crm, word, account):
    content = await exported(crm, where=tagged(word), fields=FIELDS, order="name")
    lines = rows_of(content)
    mapping = {column: column for column in lines[0] if column not in {"id", "name", "parent"}}
    renamed = content.replace(word.encode(), f"{word}x".encode())
    async with crm.opened() as scope:
        ids = await scope.connection.values("select id from {ws}.account where label like %(l)s", {"l": f"{word} %"})
    assert len(ids) == 2
    state = await crm.bring(renamed, "account", {**mapping, "name": "name"}, language="en")
    assert (state["created"], state["failed"]) == (2, 0), state["errors"]
    first, second = await crm.records("account", tagged(f"{word}x"), order="name")
    kept = first if first["employees"] else second
    assert kept["annual_revenue"]["amount"] == "-1234.50"
    assert kept["phones"][0]["value"] == "+498920304050"
    assert [item["value"] for item in kept["emails"]] == [f"a@{word}x.example.com", f"b@{word}x.example.com"]
    assert kept["tags"] == ["x", "y"]


async def test_json_lines_are_the_records_themselves(crm, word, account):
    lines = (await exported(crm, format_="jsonl", where=tagged(word), order="name")).splitlines()
    assert [json.loads(line) for line in lines] == await crm.records("account", tagged(word), order="name")
    assert await exported(crm, format_="jsonl", where=tagged(f"{word}nothing")) == b""


async def test_workbooks_hold_typed_cells_and_no_formulas(crm, word, account):
    content = await exported(crm, format_="xlsx", where=tagged(word), fields=[*FIELDS, "description"], order="-employees")
    header, row, _ = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    cells = dict(zip(header, row, strict=True))
    assert (cells["annual_revenue"], cells["employees"], cells["description"]) == (-1234.5, 7, "'=HYPERLINK(1)")
    assert str(cells["founded_on"]).startswith("1998-12-31")


async def test_a_whole_record_has_all_columns_once(crm, word, account):
    header, *rows = rows_of(await exported(crm, where=tagged(word)))
    assert len(header) == len(set(header))
    assert {"id", "name", "parent", "parent.id", "owner", "created_at", "external_ids", "open_opportunities"} <= set(header)
    assert len(rows) == 2


async def test_every_record_once_over_many_pages(crm, word, monkeypatch):
    monkeypatch.setattr(exporting, "PAGE", 7)
    await crm.bring("\n".join(["N", *(f"{word} {n % 10}" for n in range(50))]), "account", {"N": "name"})
    for order in (None, "name", "-industry,name"):
        ids = [row[0] for row in rows_of(await exported(crm, where=tagged(word), fields=["name"], order=order))[1:]]
        assert len(ids) == len(set(ids)) == 50


async def test_rights_of_now_count_on_every_page(crm, word, monkeypatch):
    monkeypatch.setattr(exporting, "PAGE", 10)
    await crm.bring("\n".join(["N", *(f"{word} {n}" for n in range(30))]), "account", {"N": "name"})
    blind, poor = crm.with_rights("account", hidden=frozenset({"name"})), crm.with_rights("account", export=False)
    now = [crm]
    async with crm.opened() as scope:
        started = await start_export(scope, "account", where={"field": "created_at", "op": "within", "value": "today"})
    parts = []
    async for part in export_stream(lambda: now[0].opened(), started):
        parts.append(part)
        now[0] = blind
    assert parts[1].count(word.encode()) > 0 or len(parts) > 2
    assert word.encode() not in b"".join(parts[2:]), "a field that was hidden meanwhile leaves no more"
    now[0] = crm
    with pytest.raises(Denied):
        async for _ in export_stream(lambda: now[0].opened(), started):
            now[0] = poor


async def test_what_is_wrong_is_told_before_the_first_byte(crm, word):
    for error, kwargs in [
        (Invalid, {"format_": "pdf"}),
        (Invalid, {"fields": ["nonsense"]}),
        (Invalid, {"order": "nonsense"}),
        (Invalid, {"where": {"field": "nonsense", "op": "is", "value": 1}}),
        (Missing, {"object_": "starship"}),
    ]:
        with pytest.raises(error):
            await exported(crm, **kwargs)
    with pytest.raises(Denied):
        await exported(crm.with_rights("account", export=False))


async def test_every_export_is_noted(crm, word):
    await exported(crm, where=tagged(word), fields=["name"])
    async with crm.opened() as scope:
        row = await scope.connection.row(
            "select object, detail from {ws}.audit_event where event = 'export' order by at desc, id desc limit 1"
        )
    assert row["object"] == "account"
    assert row["detail"] == {"format": "csv", "fields": ["name"], "where": tagged(word), "order": None}


async def test_translations_have_a_column_for_each_language(crm, word):
    account = await crm.create("account", name=word, slogan={"en": "Hello"})
    where = {"field": "id", "op": "is", "value": account}
    header, row = rows_of(await exported(crm, where=where, fields=["name", "slogan"]))
    assert dict(zip(header, row, strict=True)) | {"id": ""} == {"id": "", "name": word, "slogan.de": "", "slogan.en": "Hello"}
    [line] = (await exported(crm, format_="jsonl", where=where, fields=["slogan"])).splitlines()
    assert json.loads(line)["slogan"] == {"en": "Hello"}


@pytest.mark.parametrize("format_", ["csv", "jsonl", "xlsx"])
async def test_how_far_it_is_and_about_how_many_there_are(crm, word, monkeypatch, format_):
    """Told behind each page; whoever looks on gets the same bytes as who does not."""
    monkeypatch.setattr(exporting, "PAGE", 3)
    for n in range(7):
        await crm.create("account", name=f"{word} {n}")
    async with crm.opened() as scope:
        started = await start_export(scope, "account", format_, where=tagged(word), fields=["name"])
        assert (await guessed_size(scope, started) or 0) >= 0
        ids = [UUID(row["id"]) for row in await crm.records("account", tagged(word), ["id"])]
        chosen = await start_export(scope, "account", format_, fields=["name"], ids=ids[:5])
        assert await guessed_size(scope, chosen) == 5
        monkeypatch.setattr(exporting, "CAP", await guessed_size(scope, started))
        assert await guessed_size(scope, started) is None
    told, parts = [], [[], []]
    async for part in export_stream(crm.opened, started, told.append):
        parts[0].append(part)
    async for part in export_stream(crm.opened, started):
        parts[1].append(part)
    assert told == [3, 6, 7]
    assert format_ == "xlsx" or parts[0] == parts[1]
    told.clear()
    assert [part async for part in export_stream(crm.opened, chosen, told.append)]
    assert told == [3, 5]
