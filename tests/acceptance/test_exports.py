"""Exports over HTTP: every record once, in the order asked for, harmless to spreadsheets; refusals come before the first byte."""

from __future__ import annotations

import csv
import io
import json
import uuid
import zipfile

import httpx
import pytest
from tests.acceptance.conftest import Server

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", '=HYPERLINK("https://evil.example","x")']


@pytest.fixture(scope="module")
def place(server: Server) -> tuple[str, str, str]:
    """An object with a required text, that field, and a word that all records of these tests hold."""
    with server.client() as client:
        described = client.get("/meta/objects").raise_for_status().json()["data"]
        for object_ in described:
            needed = [f for f in object_["fields"] if f["required"] and not f["read_only"]]
            if (
                len(needed) == 1
                and needed[0]["type"] == "text"
                and not needed[0]["unique"]
                and object_["name"] not in ("user", "team")
            ):
                name, field, word = object_["name"], needed[0]["name"], uuid.uuid4().hex
                for start in (0, 1000):
                    body = {"create": [{field: f"{word} {n:05}"} for n in range(start, start + 1000)]}
                    client.post(f"/{name}/batch", json=body, timeout=120).raise_for_status()
                client.post(
                    f"/{name}/batch", json={"create": [{field: f"{formula}{word}"} for formula in FORMULAS]}
                ).raise_for_status()
                return name, field, word
    pytest.fail("expected an object with one required text")


def where(place: tuple[str, str, str], op: str = "starts_with") -> str:
    return json.dumps({"field": place[1], "op": op, "value": place[2]})


def test_every_record_once_in_order(api: httpx.Client, place: tuple[str, str, str]) -> None:
    name, field, word = place
    params = {"format": "csv", "where": where(place), "fields": f"id,{field}", "order": f"-{field}"}
    answer = api.get(f"/{name}/export", params=params).raise_for_status()
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert rows[0] == ["id", field]
    assert [row[1] for row in rows[1:]] == [f"{word} {n:05}" for n in reversed(range(2000))]


def test_lines_of_json_are_the_records_themselves(api: httpx.Client, place: tuple[str, str, str]) -> None:
    answer = api.get(f"/{place[0]}/export", params={"format": "jsonl", "where": where(place)}).raise_for_status()
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert len({line["id"] for line in lines}) == 2000
    assert lines[0] == api.get(f"/{place[0]}/{lines[0]['id']}").json()


def test_a_workbook_opens(api: httpx.Client, place: tuple[str, str, str]) -> None:
    answer = api.get(f"/{place[0]}/export", params={"format": "xlsx", "where": where(place), "fields": place[1]}).raise_for_status()
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        assert book.testzip() is None
        assert f"{place[2]} 01999" in "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))


def test_no_cell_is_a_formula(api: httpx.Client, place: tuple[str, str, str]) -> None:
    """EM-09: what a spreadsheet would take for a formula gets a leading apostrophe, localized or not."""
    for localized in ("false", "true"):
        params = {"format": "csv", "where": where(place, "contains"), "fields": place[1], "localized": localized}
        text = api.get(f"/{place[0]}/export", params=params).raise_for_status().content.decode("utf-8-sig")
        cells = [row[-1] for row in csv.reader(io.StringIO(text, newline="")) if row]
        assert len(cells) == 2000 + len(FORMULAS) + 1
        assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]
        assert sum(cell.startswith("'") for cell in cells) >= 5


@pytest.mark.parametrize(
    "query",
    ["", "format=pdf", "format=csv&fields=nonsense", "format=csv&order=nonsense", "format=csv&where={}&x=1", "format=csv&limit=5"],
)
def test_what_is_wrong_is_told_before_the_first_byte(api: httpx.Client, place: tuple[str, str, str], query: str) -> None:
    answer = api.get(f"/{place[0]}/export?{query}")
    assert answer.status_code == 422, answer.text[:300]
    assert answer.headers["content-type"] == "application/problem+json"


def test_without_the_right_to_export(server: Server, place: tuple[str, str, str]) -> None:
    """A token that can't reach the object does not know it; nobody without a token gets anything."""
    narrow = server.run("token", "add", "admin@example.com", "--object", "user").split()[-1]
    with server.client(narrow) as client:
        assert client.get(f"/{place[0]}/export?format=csv").status_code == 404
    assert httpx.get(f"{server.url}/api/v1/{place[0]}/export?format=csv").status_code == 401
