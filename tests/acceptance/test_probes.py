"""Everything that names a field, function, direction, unit, time zone, id or path is fed with what breaks naive SQL (security.md 1.5).

Whatever is sent: no 5xx, no word of the driver, no waiting, and nothing that was not asked for.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest

PROBES = [
    "'",
    '"',
    "`",
    "\\",
    ";--",
    ")",
    "/**/",
    "\0",
    "pg_sleep(5)",
    "(select 1)",
    "id desc nulls last",
    "created_at::text",
    "data->>'x'",
    '"a" "b"',
    "x" * 4000,
    "’‘“”",
    "UTC') OR (select 1 from pg_sleep(5))--",
    "AND 1=1) OR (1=1",
    "(case when (select 1)=1 then id end)",
    "%(name)s %s {ws} {0} ${x}",
    "name;drop table account",
    "１２",
    "__class__.__mro__",
    "\ud800",
    "NaN",
    "1e400",
    "-0",
]
LEAKS = (
    "syntax error",
    "psycopg",
    "sqlalchemy",
    "Traceback",
    "pg_catalog",
    "LINE 1",
    "relation ",
    "operator does not exist",
    "ws_",
)
SECONDS = 4.5
"""Less than the five that the probes would sleep, enough for a busy machine."""


HALF = "\ud800"
"""Half a character: no text at all, so it is refused as malformed wherever it stands."""


def text_of(probe: str) -> str:
    """A probe for an address: half a surrogate pair as its bytes."""
    return quote(probe.encode("utf-8", "surrogatepass"), safe="")


def checked(api: httpx.Client, method: str, path: str, body: object = None) -> httpx.Response:
    """Send; no 5xx, nothing of the inside in the answer, no waiting."""
    begun = time.monotonic()
    content = None if body is None else json.dumps(body).encode()
    answer = api.request(method, path, content=content, headers={"Content-Type": "application/json"} if content else None)
    where = f"{method} {path[:300]} {str(body)[:300]}: {answer.status_code} {answer.text[:500]}"
    assert answer.status_code < 500, where
    assert time.monotonic() - begun < SECONDS, where
    if answer.status_code >= 400:
        assert answer.headers["content-type"].startswith("application/problem+json"), where
        assert not [leak for leak in LEAKS if leak in answer.text], where
    return answer


@pytest.fixture(scope="module")
def objects(server) -> list[dict]:
    with server.client() as client:
        return client.get("/meta/objects").raise_for_status().json()["data"]


@pytest.fixture(scope="module")
def object_(objects: list[dict]) -> dict:
    """The object with the most kinds of fields."""
    return max(objects, key=lambda o: len({f["type"] for f in o["fields"]}))


@pytest.mark.parametrize("probe", PROBES, ids=lambda p: ascii(p)[:30])
def test_every_parameter(api: httpx.Client, object_: dict, probe: str) -> None:
    name, sent = object_["name"], text_of(probe)
    for parameter in ("where", "fields", "order", "limit", "cursor", "count"):
        answer = checked(api, "GET", f"/{name}?{parameter}={sent}")
        assert answer.status_code in (400, 422), f"{parameter}: {answer.text[:300]}"
    for parameter in ("group", "measure"):
        for form in (sent, f"{sent}%3Amonth", f"created_at%3A{sent}", f"sum%3A{sent}", f"{sent}%3Aid"):
            assert checked(api, "GET", f"/{name}/aggregate?{parameter}={form}").status_code in (400, 422), (
                f"{parameter}={form[:100]}"
            )
    for parameter in ("format", "fields", "where", "order"):
        rest = "" if parameter == "format" else "&format=csv"
        assert checked(api, "GET", f"/{name}/export?{parameter}={sent}{rest}").status_code in (400, 422)
    checked(api, "GET", f"/search?q={sent}")
    assert checked(api, "GET", f"/search?q=x&object={sent}").status_code in (400, 422)
    assert checked(api, "GET", f"/{name}?{sent}=1").status_code in (400, 422)


@pytest.mark.parametrize("probe", PROBES, ids=lambda p: ascii(p)[:30])
def test_every_part_of_an_address(api: httpx.Client, object_: dict, probe: str) -> None:
    name, sent = object_["name"], text_of(probe)
    for method, path in [
        ("GET", f"/{sent}"),
        ("GET", f"/{name}/{sent}"),
        ("PATCH", f"/{name}/{sent}"),
        ("DELETE", f"/{name}/{sent}"),
        ("GET", f"/{name}/{sent}/journal"),
        ("GET", f"/{name}/{sent}/timeline"),
        ("POST", f"/{name}/{sent}/actions/{sent}"),
        ("POST", f"/changes/{sent}/undo"),
        ("GET", f"/imports/{sent}"),
        ("GET", f"/imports/{sent}/errors.csv"),
        ("POST", f"/imports/{sent}/stop"),
        ("POST", f"/imports/{sent}/resume"),
        ("PUT", f"/{name}/by/{sent}/x"),
    ]:
        answer = checked(api, method, path, {} if method in ("PATCH", "POST", "PUT") else None)
        assert 400 <= answer.status_code < 500, f"{method} {path[:200]}: {answer.status_code}"


@pytest.mark.parametrize("probe", PROBES, ids=lambda p: ascii(p)[:30])
def test_every_field_in_a_filter(api: httpx.Client, object_: dict, probe: str) -> None:
    """A field's type decides what a value may be, also of a custom field; text is bound, everything else refused."""
    by_type = {field["type"]: field for field in object_["fields"]}
    for field in by_type.values():
        for operator in ("is", "between", "contains", probe):
            value = [probe, probe] if operator == "between" else probe
            where = {"field": field["name"], "op": operator, "value": value}
            answer = checked(api, "POST", f"/{object_['name']}/query", {"where": where, "limit": 1, "fields": ["id"]})
            assert answer.status_code in ((400,) if probe == HALF else (200, 422)), f"{where}: {answer.text[:300]}"
            if operator == probe:
                assert answer.status_code in (400, 422)
    for where in (
        {"field": probe, "op": "is", "value": "x"},
        {"related": probe, "where": {}},
        {"all": [{"any": [{"none": [{"all": [{"any": [{"field": probe, "op": "is", "value": probe}]}]}]}]}]},
        {probe: []},
        probe,
        [probe],
    ):
        assert checked(api, "POST", f"/{object_['name']}/query", {"where": where}).status_code == (400 if probe == HALF else 422), (
            where
        )


@pytest.mark.parametrize("probe", PROBES, ids=lambda p: ascii(p)[:30])
def test_every_field_as_a_value(api: httpx.Client, objects: list[dict], probe: str) -> None:
    """As a value a probe is text like any other, or refused; it is stored as it was sent."""
    for described in objects:
        for value in (
            {f["name"]: probe for f in described["fields"]},
            {f["name"]: [probe, {"id": probe}] for f in described["fields"]},
        ):
            answer = checked(api, "POST", f"/{described['name']}", value)
            assert answer.status_code == (400 if probe == HALF else 422), f"{described['name']}: {answer.text[:300]}"
    name = next(iter(texts(objects)))
    answer = checked(api, "POST", f"/{name}", {texts(objects)[name]: probe})
    if answer.status_code == 201:
        assert answer.json()[texts(objects)[name]] == probe.strip()
        assert api.delete(f"/{name}/{answer.json()['id']}").status_code == 204


def texts(objects: list[dict]) -> dict[str, str]:
    """Objects whose only required field is a text, with that field."""
    needed = {o["name"]: [f for f in o["fields"] if f["required"] and not f["read_only"]] for o in objects}
    return {name: fields[0]["name"] for name, fields in needed.items() if len(fields) == 1 and fields[0]["type"] == "text"}


@pytest.mark.parametrize("q", ["%", "_", "((((", "a & ! ( |", "(a+)+$", "a" * 10_000, "a " * 3000, ":*", "<->", "\\"])
def test_searches_that_mean_harm(api: httpx.Client, q: str) -> None:
    answer = checked(api, "GET", f"/search?q={quote(q, safe='')}")
    assert answer.status_code in (200, 400, 414, 422)
    if answer.status_code == 200 and not any(c.isalnum() for c in q):
        assert answer.json()["data"] == []


def deep(levels: int) -> Iterator[tuple[str, object]]:
    """Trees and values nested deeper than anybody needs."""
    tree: object = {"field": "id", "op": "is", "value": "x"}
    for _ in range(levels):
        tree = {"all": [tree]}
    yield "where", tree
    value: object = "x"
    for _ in range(levels):
        value = [value]
    yield "value", value


@pytest.mark.parametrize("levels", [33, 60, 300, 3000])
def test_depth_has_an_end(api: httpx.Client, object_: dict, levels: int) -> None:
    for kind, nested in deep(levels):
        text = json_text(nested)
        body = f'{{"where": {text}}}' if kind == "where" else f'{{"where": {{"field": "id", "op": "in", "value": {text}}}}}'
        answer = api.post(f"/{object_['name']}/query", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in (400, 422), f"{levels}: {answer.status_code}"


def json_text(value: object) -> str:
    """JSON without recursion in the writer's way."""
    import sys

    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    try:
        return json.dumps(value)
    finally:
        sys.setrecursionlimit(limit)


def test_a_thousand_leaves_are_too_many(api: httpx.Client, object_: dict) -> None:
    leaves = [{"field": "id", "op": "not_empty"}] * 501
    assert checked(api, "POST", f"/{object_['name']}/query", {"where": {"all": leaves}}).status_code == 422
