"""One object by YAML: put into a fresh installation while it runs, it works everywhere at once. Not one line of Python knows it."""

from __future__ import annotations

import csv
import io
import json
import re
import uuid
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.acceptance.conftest import Server

YAML = Path(__file__).parent / "documents" / "vessel.yaml"
PASSWORD = "a ship in a bottle 1905"
MASTER = "master@harbour.example"


@pytest.fixture(scope="module")
def admin(server: Server) -> Iterator[httpx.Client]:
    with server.client() as client:
        yield client


@pytest.fixture(scope="module")
def applied(server: Server, admin: httpx.Client) -> str:
    """The plan by which the object came; before it there was none, and the server was up all the time."""
    assert admin.get("/vessel").status_code == 404
    planned = server.run("config", "plan", str(YAML))
    assert "+ object vessel" in planned
    assert admin.get("/vessel").status_code == 404, "planning changes nothing"
    server.run("config", "apply", str(YAML), "--note", "ships")
    for _ in range(5):  # whichever process answers
        assert admin.get("/vessel").status_code == 200
    return server.run("config", "history", "--limit", "1").split()[0]


@pytest.fixture(scope="module")
def master(server: Server, applied: str) -> Iterator[httpx.Client]:
    """Somebody with the role from the same file."""
    server.run("user", "add", MASTER, "--role", "harbour_master", "--language", "en")
    with server.client(server.run("token", "add", MASTER).split()[-1]) as client:
        yield client


@pytest.fixture(scope="module")
def pages(server: Server, applied: str) -> Iterator[httpx.Client]:
    """An administrator's browser."""
    add = ("user", "add", "captain@harbour.example", "--role", "administrator", "--language", "en", "--password-stdin")
    server.served.run(*add, given=PASSWORD)
    with httpx.Client(base_url=server.url, timeout=30) as client:
        answer = client.post("/sign-in", data={"email": "captain@harbour.example", "password": PASSWORD})
        assert answer.status_code in (200, 303), answer.text[:500]
        yield client


@pytest.fixture(scope="module")
def owner(admin: httpx.Client, applied: str) -> dict[str, Any]:
    return admin.post("/account", json={"name": "Reederei Nord"}).raise_for_status().json()


@pytest.fixture(scope="module")
def values(admin: httpx.Client, owner: dict[str, Any]) -> dict[str, Any]:
    """A value for every field that can be written."""
    captain = admin.post("/contact", json={"last_name": "Ahab"}).raise_for_status().json()
    team = admin.post("/team", json={"name": "Werft"}).raise_for_status().json()
    user = admin.get("/user", params={"limit": 1}).json()["data"][0]
    return {
        "name": "Pequod", "hull": "H-1", "long": "Gebaut in Nantucket", "rich": "<p>Seetüchtig</p>", "motto": {"de": "Volle Fahrt", "en": "Full speed"}, "tale": {"de": "Es war ein Wal"}, "crew": 120, "draught": "7.125",
        "share": "12.50", "price": {"amount": "1234567.89", "currency": "EUR"}, "afloat": True, "day": "2026-12-01",
        "instant": "2026-11-01T10:00:00Z", "took": 3600, "again": "FREQ=YEARLY;UNTIL=20261101", "kind": "cargo", "flags": ["de", "mt"], "tags": ["whale"], "stage": "building",
        "emails": ["bridge@pequod.example"], "phones": ["+4940123456"], "domains": ["pequod.example"], "site": "https://pequod.example",
        "harbour": {"street": "Kai 1", "postcode": "20457", "city": "Hamburg", "country": "DE"}, "account": owner["id"],
        "captains": [captain["id"]], "anything": [{"object": "account", "id": owner["id"]}], "inspector": user["id"], "yard": team["id"],
        "stars": 4, "data": {"a": [1, 2]}, "key": "very secret value",
    }  # fmt: skip


@pytest.fixture(scope="module")
def pequod(admin: httpx.Client, values: dict[str, Any]) -> dict[str, Any]:
    answer = admin.post("/vessel", json=values)
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.fixture(scope="module")
def fleet(admin: httpx.Client, owner: dict[str, Any], pequod: dict[str, Any]) -> list[str]:
    create = [{"name": f"Kutter {n}", "hull": f"K-{n}", "crew": n, "kind": "ferry", "stage": ["planned", "building"][n % 2],
               "price": {"amount": str(n * 100), "currency": "EUR"}, "account": owner["id"], "sister": pequod["id"]} for n in range(1, 5)]  # fmt: skip
    return admin.post("/vessel/batch", json={"create": create}).raise_for_status().json()["created"]


@pytest.fixture(scope="module")
def sunk(admin: httpx.Client, applied: str) -> str:
    """The name of a vessel in the trash."""
    ship = admin.post("/vessel", json={"name": "Vasa"}).raise_for_status().json()
    admin.delete(f"/vessel/{ship['id']}").raise_for_status()
    return "Vasa"


def test_every_type_that_documents_may_use_is_in_it(applied: str) -> None:
    """A new type of field without a line in the document fails here."""
    from kundig.engine.schema.fields import TYPES

    used = set(re.findall(r"type: (\w+)", YAML.read_text()))
    assert {name for name, type_ in TYPES.items() if not type_.for_modules} == used


def test_create_and_read(admin: httpx.Client, values: dict[str, Any], pequod: dict[str, Any], owner: dict[str, Any]) -> None:
    read = admin.get(f"/vessel/{pequod['id']}")
    assert read.json() == pequod
    assert read.headers["etag"] == '"1"'
    plain = (
        "name",
        "hull",
        "long",
        "motto",
        "tale",
        "crew",
        "draught",
        "share",
        "price",
        "afloat",
        "day",
        "took",
        "kind",
        "flags",
        "tags",
        "stage",
        "site",
        "stars",
        "data",
    )
    assert {name: pequod[name] for name in plain} == {name: values[name] for name in plain}
    assert re.fullmatch(r"V-\d{5} Pequod", pequod["label"]), pequod["label"]
    assert pequod["account"] == {"id": owner["id"], "object": "account", "label": "Reederei Nord"}
    assert [link["label"] for link in pequod["captains"]] == ["Ahab"]
    assert pequod["status"] == "open"
    assert pequod["chance"] == "60.00" or pequod["chance"] == "60"
    assert "very secret value" not in json.dumps(pequod)


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"name": ""}, "name", "required"),
        ({"hull": "H-1", "name": "x"}, "hull", "not_unique"),
        ({"name": "x", "crew": -1}, "crew", None),
        ({"name": "x", "kind": "raft"}, "kind", None),
        ({"name": "x", "account": str(uuid.uuid4())}, "account", None),
        ({"name": "x", "stage": "delivered"}, "day", "required"),
        ({"name": "x", "mast": 3}, "mast", "unknown_field"),
        ({"name": "x", "site": "javascript:alert(1)"}, "site", None),
    ],
)
def test_bad_values_are_named(
    admin: httpx.Client, pequod: dict[str, Any], given: dict[str, Any], field: str, code: str | None
) -> None:
    answer = admin.post("/vessel", json=given)
    assert answer.status_code == 422, answer.text
    [error] = [e for e in answer.json()["errors"] if e["field"].startswith(field)]
    assert code is None or error["code"] == code


@pytest.mark.parametrize(
    ("where", "count"),
    [
        ({"field": "kind", "op": "is", "value": "ferry"}, 4),
        ({"field": "crew", "op": "between", "value": [2, 3]}, 2),
        ({"field": "price", "op": "gt", "value": 1000}, 1),
        ({"field": "account.name", "op": "contains", "value": "reederei"}, 5),
        ({"field": "harbour.city", "op": "is", "value": "Hamburg"}, 1),
        ({"field": "sister.hull", "op": "is", "value": "H-1"}, 4),
        ({"field": "flags", "op": "has_all", "value": ["mt", "de"]}, 1),
        ({"field": "domains", "op": "is", "value": "PEQUOD.example"}, 1),
        ({"field": "captains", "op": "not_empty"}, 1),
        ({"field": "status", "op": "is", "value": "open"}, 5),
        ({"related": "vessel.sister", "count": ["gte", 4]}, 1),
        ({"field": "day", "op": "within", "value": "next_2_years"}, 0),
    ],
)
def test_filters(admin: httpx.Client, fleet: list[str], where: dict[str, Any], count: int) -> None:
    answer = admin.get("/vessel", params={"where": json.dumps(where), "count": "exact"}).raise_for_status().json()
    assert answer["count"] == count == len(answer["data"])


def test_order_pages_and_figures(admin: httpx.Client, fleet: list[str]) -> None:
    seen, cursor = [], None
    while True:
        params = {"order": "-crew", "limit": 2, "fields": "crew,account.name"} | ({"cursor": cursor} if cursor else {})
        page = admin.get("/vessel", params=params).raise_for_status().json()
        seen += [row["crew"] for row in page["data"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [120, 4, 3, 2, 1]
    rows = (
        admin.get("/vessel/aggregate", params={"group": "kind", "measure": "count,sum:price,max:crew"})
        .raise_for_status()
        .json()["data"]
    )
    assert {row["kind"]: (row["count"], row["sum:price"], row["max:crew"]) for row in rows} == {
        "cargo": (1, "1234567.89", 120),
        "ferry": (4, "1000.00", 4),
    }


def test_links_both_ways(admin: httpx.Client, owner: dict[str, Any], pequod: dict[str, Any]) -> None:
    queequeg = admin.post("/contact", json={"last_name": "Queequeg", "vessel": pequod["id"]}).raise_for_status().json()
    assert queequeg["vessel"]["label"] == pequod["label"]
    from_account = {"related": "vessel.account", "where": {"field": "kind", "op": "is", "value": "cargo"}}
    found = admin.get("/account", params={"where": json.dumps(from_account)}).raise_for_status().json()["data"]
    assert [row["id"] for row in found] == [owner["id"]]
    over = {"field": "vessel.account.name", "op": "is", "value": "Reederei Nord"}
    assert [row["id"] for row in admin.get("/contact", params={"where": json.dumps(over)}).json()["data"]] == [queequeg["id"]]
    entries = admin.get(f"/account/{owner['id']}/timeline").raise_for_status().json()["data"]
    assert ("vessel", pequod["id"]) in {(entry["object"], entry["id"]) for entry in entries}
    mine = (
        admin.post("/task", json={"subject": "Kalfatern", "related_to": [{"object": "vessel", "id": pequod["id"]}]})
        .raise_for_status()
        .json()
    )
    entries = admin.get(f"/vessel/{pequod['id']}/timeline").raise_for_status().json()["data"]
    assert mine["id"] in {entry["id"] for entry in entries}


def test_owned_children_go_with_their_parent(admin: httpx.Client) -> None:
    ship = admin.post("/vessel", json={"name": "Arche"}).raise_for_status().json()
    cabin = admin.post("/vessel_cabin", json={"vessel": ship["id"], "name": "A1", "beds": 2}).raise_for_status().json()
    assert cabin["vessel"]["id"] == ship["id"]
    assert admin.delete(f"/vessel/{ship['id']}").status_code == 204
    assert admin.get(f"/vessel_cabin/{cabin['id']}").status_code == 404


def test_upsert_patch_stale_journal_undo(admin: httpx.Client, applied: str) -> None:
    made = admin.put("/vessel/by/hull/U-1", json={"name": "Nautilus"})
    assert made.status_code == 201, made.text
    path = f"/vessel/{made.json()['id']}"
    assert admin.put("/vessel/by/hull/U-1", json={"crew": 7}).status_code == 200
    argo = admin.put("/vessel/by/external_id/erp:9", json={"name": "Argo"})
    assert argo.status_code == 201
    assert admin.delete(f"/vessel/{argo.json()['id']}").status_code == 204
    moved = admin.patch(path, json={"stage": "building", "tags": ["deep"]}, headers={"If-Match": '"2"'})
    assert moved.status_code == 200
    assert admin.patch(path, json={"crew": 8}, headers={"If-Match": '"2"'}).status_code == 412
    journal = admin.get(f"{path}/journal").raise_for_status().json()["data"]
    assert [entry["action"] for entry in journal] == ["update", "update", "create"]
    assert journal[0]["fields"]["stage"] == {"old": "planned", "new": "building"}
    undone = admin.post(f"/changes/{journal[0]['change']}/undo")
    assert undone.status_code == 200, undone.text
    now = admin.get(path).json()
    assert (now["stage"], now["tags"], now["crew"]) == ("planned", [], 7)
    assert len(now["stage_history"]) >= 1 if "stage_history" in now else True
    assert admin.delete(path).status_code == 204


def test_search(admin: httpx.Client, pequod: dict[str, Any]) -> None:
    for q in ("Pequod", "pequ", "Seetüchtig", "bridge@pequod.example", "+49 40 123456", pequod["code"]):
        hits = admin.get("/search", params={"q": q}).raise_for_status().json()["data"]
        assert pequod["id"] in {hit["id"] for hit in hits}, q


def test_it_is_described(admin: httpx.Client, applied: str) -> None:
    [described] = [o for o in admin.get("/meta/objects").json()["data"] if o["name"] == "vessel"]
    assert described["label"] == "Vessel"
    fields = {field["name"]: field for field in described["fields"]}
    assert [stage["key"] for stage in fields["stage"]["stages"]] == ["planned", "building", "delivered", "scrapped"]
    assert fields["account"]["target"] == "account"
    paths = admin.get("/openapi.json").json()["paths"]
    for path in (
        "/vessel",
        "/vessel/{id}",
        "/vessel/batch",
        "/vessel/query",
        "/vessel/aggregate",
        "/vessel/export",
        "/vessel_cabin",
    ):
        assert path in paths, path
    schemas = json.dumps(admin.get("/openapi.json").json()["components"]["schemas"])
    assert '"draught"' in schemas
    assert '"cargo"' in schemas


def test_export_and_import(server: Server, admin: httpx.Client, fleet: list[str], tmp_path: Path) -> None:
    text = (
        admin.get("/vessel/export", params={"format": "csv", "fields": "hull,name,crew,account.name", "order": "hull"})
        .raise_for_status()
        .text
    )
    rows = [row for row in csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))) if row["hull"]]
    assert [row["hull"] for row in rows] == ["H-1", "K-1", "K-2", "K-3", "K-4"]
    assert admin.get("/vessel/export", params={"format": "xlsx"}).content[:2] == b"PK"
    file = tmp_path / "vessels.csv"
    file.write_text(
        "Name;Rumpf;Mannschaft;Preis;Ablieferung;Art;Reederei;Phase\n"
        "Eins;I-1;1.200;1.234,50;24.12.2026;Fracht;Reederei Nord;Geplant\nZwei;I-2;3;99,00;;Fähre;;Im Bau\n",
        encoding="utf-8",
    )
    mapping = [
        "Name=name",
        "Rumpf=hull",
        "Mannschaft=crew",
        "Preis=price",
        "Ablieferung=day",
        "Art=kind",
        "Reederei=account",
        "Phase=stage",
    ]
    arguments = [argument for rule in mapping for argument in ("--map", rule)]
    server.run("import", "vessel", str(file), *arguments, "--locale", "de")
    one = admin.get("/vessel", params={"where": json.dumps({"field": "hull", "op": "is", "value": "I-1"})}).json()["data"][0]
    assert (one["crew"], one["price"]["amount"], one["day"], one["kind"]) == (1200, "1234.50", "2026-12-24", "cargo")
    assert (one["account"]["label"], one["stage"]) == ("Reederei Nord", "planned")
    server.run("import", "vessel", str(file), *arguments, "--locale", "de", "--mode", "upsert", "--match", "hull")
    exported = server.run(
        "export", "vessel", "--where", json.dumps({"field": "hull", "op": "starts_with", "value": "I-"}), "--fields", "hull"
    )
    assert sorted(row["hull"] for row in csv.DictReader(io.StringIO(exported.removeprefix("\ufeff")))) == ["I-1", "I-2"]
    ids = [
        row["id"]
        for row in admin.get("/vessel", params={"where": json.dumps({"field": "hull", "op": "starts_with", "value": "I-"})}).json()[
            "data"
        ]
    ]
    admin.post("/vessel/batch", json={"delete": ids}).raise_for_status()


def test_rights(admin: httpx.Client, master: httpx.Client, pequod: dict[str, Any], fleet: list[str]) -> None:
    """The role of the same file: own ships only, the price hidden, the crew not to be changed."""
    assert master.get(f"/vessel/{pequod['id']}").status_code == 404
    own = master.post("/vessel", json={"name": "Jolle"})
    assert own.status_code == 201, own.text
    assert not {"price", "long", "chance_base"} & own.json().keys()
    path = f"/vessel/{own.json()['id']}"
    admin.patch(path, json={"price": {"amount": "5.00", "currency": "EUR"}, "long": "geheimniskraemer"}).raise_for_status()
    assert [row["id"] for row in master.get("/vessel").json()["data"]] == [own.json()["id"]]
    for method, sent in (
        ("GET", {"where": json.dumps({"field": "price", "op": "gt", "value": 1})}),
        ("GET", {"order": "price"}),
        ("GET", {"fields": "price"}),
    ):
        answer = master.request(method, "/vessel", params=sent)
        assert answer.status_code == 422, sent
        assert answer.json()["errors"][0]["code"] == "unknown_field"
    assert master.get("/vessel/aggregate", params={"measure": "sum:price"}).status_code == 422
    assert master.patch(path, json={"price": None}).json()["errors"][0]["code"] == "unknown_field"
    assert master.patch(path, json={"crew": 1}).status_code == 403
    journal = master.get(f"{path}/journal").json()["data"]
    assert not [entry for entry in journal if {"price", "long"} & entry["fields"].keys()]
    assert "price" not in master.get("/vessel/export", params={"format": "csv"}).text.splitlines()[0].split(",")
    assert master.get("/search", params={"q": "geheimniskraemer"}).json()["data"] == []
    described = next(o for o in master.get("/meta/objects").json()["data"] if o["name"] == "vessel")
    assert not {"price", "long"} & {field["name"] for field in described["fields"]}
    assert admin.delete(path).status_code == 204


def test_pages(
    pages: httpx.Client, admin: httpx.Client, pequod: dict[str, Any], fleet: list[str], owner: dict[str, Any], sunk: str
) -> None:
    cabin = (
        admin.post("/vessel_cabin", json={"vessel": pequod["id"], "name": "Kapitänskajüte", "beds": 1}).raise_for_status().json()
    )
    record = f"/o/vessel/{pequod['id']}"
    for path, words in {
        "/": ["Vessels"],
        "/o/vessel": ["Pequod", "Kutter 1", "Large ones"],
        "/o/vessel?view=large": ["Pequod"],
        "/o/vessel/count": ["5"],
        "/o/vessel/board": ["Planned", "Delivered", "Pequod", "Kutter 1"],
        "/o/vessel/new": ["Hull number", "Shipowner"],
        record: ["Pequod", "Reederei Nord", "Draught", "Hamburg"],
        f"{record}/edit": ["Hull number", "H-1", "Captains"],
        f"{record}/timeline": [],
        f"{record}/journal": [],
        f"{record}/related/vessel_cabin.vessel": ["Kapitänskajüte"],
        f"/o/account/{owner['id']}/timeline": ["Pequod"],
        "/lookup/vessel?q=pequ": ["Pequod"],
        "/palette?q=pequ": ["Pequod"],
        "/search?q=pequod": ["Pequod"],
        "/trash": [sunk],
    }.items():
        answer = pages.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        text = unescape(answer.text)
        for word in words:
            assert word in text, f"{path}: {word}"
        assert "very secret value" not in text
    assert cabin["vessel"]["id"] == pequod["id"]


def test_a_form_makes_a_record(pages: httpx.Client, admin: httpx.Client, owner: dict[str, Any]) -> None:
    form = pages.get("/o/vessel/new").text
    token = re.search(r'name="_csrf_token" value="([^"]+)"', form) or re.search(r'csrf[^"]*" content="([^"]+)"', form)
    headers = {"X-CSRFToken": token[1] if token else ""}
    typed = {
        "name": "Formular",
        "hull": "F-1",
        "motto.de": "Ahoi",
        "motto.en": "",
        "crew": "12",
        "price": "1,234.50",
        "price.currency": "EUR",
        "kind": "ferry",
        "account": owner["id"],
    }
    answer = pages.post("/o/vessel/new", data=typed, headers=headers)
    assert answer.status_code in (200, 303), answer.text[:300]
    found = admin.get("/vessel", params={"where": json.dumps({"field": "hull", "op": "is", "value": "F-1"})}).json()["data"]
    assert len(found) == 1, re.sub(r"<[^>]+>|\s+", " ", answer.text)[:800]
    assert (found[0]["crew"], found[0]["price"]["amount"], found[0]["account"]["id"]) == (12, "1234.50", owner["id"])
    assert 'name="motto.en"' in form
    assert found[0]["motto"] == {"de": "Ahoi"}
    refused = pages.post("/o/vessel/new", data={"name": "x", "hull": "F-1"}, headers=headers)
    assert "F-1" in refused.text
    admin.delete(f"/vessel/{found[0]['id']}").raise_for_status()
    assert "Formular" in pages.get("/trash").text
    restored = pages.post(f"/trash/vessel/{found[0]['id']}/restore", headers=headers)
    assert restored.status_code in (200, 303)
    assert admin.get(f"/vessel/{found[0]['id']}").status_code == 200
    admin.delete(f"/vessel/{found[0]['id']}").raise_for_status()


def test_rolled_back_it_is_gone_and_its_records_wait(
    server: Server, admin: httpx.Client, applied: str, pequod: dict[str, Any]
) -> None:
    """Last in this file."""
    server.run("config", "rollback", applied)
    assert admin.get("/vessel").status_code == 404
    assert "vessel" not in {o["name"] for o in admin.get("/meta/objects").json()["data"]}
    assert "vessel" not in admin.get("/contact", params={"limit": 1}).json()["data"][0]
    assert admin.get("/search", params={"q": "Pequod"}).json()["data"] == []
    server.run("config", "apply", str(YAML))
    back = admin.get(f"/vessel/{pequod['id']}")
    assert back.status_code == 200, "taking an object out keeps its records"
    assert back.json()["price"] == pequod["price"]
    hits = admin.get("/search", params={"q": "Pequod"}).json()["data"]
    assert pequod["id"] in {hit["id"] for hit in hits}
    server.run("config", "rollback", server.run("config", "history", "--limit", "1").split()[0])
