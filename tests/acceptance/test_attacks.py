"""Attacks of security.md 1.1 to 1.4 that concern the API itself; the rights of single users are tested with the policy."""

from __future__ import annotations

import json
import uuid

import httpx
import pytest
from tests.acceptance.conftest import Server

PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def simple(server: Server) -> tuple[str, str]:
    """An object whose only required field is a text, and that field."""
    with server.client() as client:
        for described in client.get("/meta/objects").raise_for_status().json()["data"]:
            needed = [f for f in described["fields"] if f["required"] and not f["read_only"]]
            if len(needed) == 1 and needed[0]["type"] == "text":
                return described["name"], needed[0]["name"]
    pytest.fail("expected an object with one required text")


@pytest.fixture
def record(api: httpx.Client, simple: tuple[str, str]) -> dict:
    return api.post(f"/{simple[0]}", json={simple[1]: f"attack {uuid.uuid4()}"}).raise_for_status().json()


def test_every_route_of_the_description_needs_a_token(server: Server, api: httpx.Client) -> None:
    """OA-16: crawled as nobody, with a wrong token, with a cookie, with basic authentication: 401, always the same."""
    described = api.get("/openapi.json").raise_for_status().json()
    bodies = set()
    with httpx.Client(base_url=f"{server.url}/api/v1", timeout=10) as stranger:
        for path, item in described["paths"].items():
            address = path.replace("{id}", str(uuid.uuid4())).replace("{field}", "external_id").replace("{value}", "a:b")
            for method in set(item) & {"get", "post", "put", "patch", "delete"}:
                for headers in (
                    {},
                    {"Authorization": "Bearer nonsense"},
                    {"Authorization": f"Basic {api.headers['authorization'].split()[1]}"},
                    {"Cookie": f"session={api.headers['authorization'].split()[1]}; kundig_session=x"},
                    {"X-Api-Key": api.headers["authorization"].split()[1]},
                ):
                    answer = stranger.request(method, address, headers=headers)
                    assert answer.status_code == 401, f"{method} {path} {list(headers)}: {answer.status_code}"
                    assert answer.headers["www-authenticate"].startswith("Bearer")
                    assert answer.headers["content-type"] == PROBLEM
                    bodies.add(answer.text)
        token = api.headers["authorization"].split()[1]
        assert stranger.get(f"/meta/objects?token={token}&access_token={token}").status_code == 401
    assert len(bodies) == 1, "expected refusals to say nothing about what is there"


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "bearer",
        "Token x",
        "Bearer ü",
        "Bearer " + "x" * 5000,
        "Bearer a b",
        "Bearer '; drop table x;--",
        "Bearer %00",
    ],
)
def test_odd_authorization_headers_are_401(server: Server, header: str) -> None:
    answer = httpx.get(f"{server.url}/api/v1/meta/objects", headers={"Authorization": header.encode("utf-8")})
    assert answer.status_code in (401, 431, 400), answer.text
    if answer.status_code == 401:
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_the_full_set_of_attributes_is_not_assignable(api: httpx.Client, simple: tuple[str, str], record: dict) -> None:
    """PE-01, PE-02: identity, ownership of time, version, deletion, rights: named and refused, nothing changed."""
    name, _ = simple
    for field, value in {
        "id": str(uuid.uuid4()), "object": "user", "label": "x", "org_id": "x", "workspace": "x", "created_by": str(uuid.uuid4()),
        "created_at": "2020-01-01T00:00:00Z", "updated_at": "2020-01-01T00:00:00Z", "updated_by": str(uuid.uuid4()), "deleted_at": None,
        "is_sample": True, "source": "x", "audience": [1], "label_fold": "x", "is_admin": True, "role": "admin", "role[]": "admin",
        "permissions": ["*"], "external_ids": ["a:b"], "owner_id": str(uuid.uuid4()), "team_id": None,
    }.items():  # fmt: skip
        answer = api.patch(f"/{name}/{record['id']}", json={field: value})
        assert answer.status_code == 422, f"{field}: {answer.status_code} {answer.text}"
        assert answer.json()["errors"][0]["code"] in ("read_only", "unknown_field"), answer.text
        made = api.post(f"/{name}", json={simple[1]: "x", field: value})
        assert made.status_code == 422, f"POST {field}: {made.status_code}"
    assert api.get(f"/{name}/{record['id']}").json() == record


@pytest.mark.parametrize("body", ['{{"{f}": "a", "{f}": "b"}}', '{{"{f}": "a", "x": {{"y": 1, "y": 2}}}}'])
def test_duplicate_keys_are_400(api: httpx.Client, simple: tuple[str, str], body: str) -> None:
    answer = api.post(f"/{simple[0]}", content=body.format(f=simple[1]), headers={"Content-Type": "application/json"})
    assert answer.status_code == 400, answer.text


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_a_form_of_another_site_is_no_json(api: httpx.Client, simple: tuple[str, str], kind: str) -> None:
    answer = api.post(f"/{simple[0]}", content=json.dumps({simple[1]: "x"}), headers={"Content-Type": kind})
    assert answer.status_code == 400, answer.text


def test_the_method_cannot_be_smuggled(api: httpx.Client, simple: tuple[str, str], record: dict) -> None:
    path = f"/{simple[0]}/{record['id']}"
    for headers in ({"X-HTTP-Method-Override": "DELETE"}, {"X-Method-Override": "DELETE"}):
        api.get(path, headers=headers)
        api.post(f"{path}?_method=DELETE", json={}, headers=headers)
    assert api.get(path).status_code == 200
    for method in ("POST", "PUT", "TRACE"):
        answer = api.request(method, path, json={})
        assert answer.status_code == 405, f"{method}: {answer.status_code}"
        assert answer.headers["content-type"] == PROBLEM
        assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize("method", ["get", "patch", "delete"])
def test_not_there_and_could_not_be_there_look_the_same(api: httpx.Client, simple: tuple[str, str], method: str) -> None:
    kwargs = {"json": {simple[1]: "x"}} if method == "patch" else {}
    texts = {api.request(method, f"/{simple[0]}/{id_}", **kwargs).text for id_ in (uuid.uuid4(), uuid.uuid4(), "x", "0" * 36)}
    assert len(texts) == 1


def test_answers_are_for_nobody_else_to_keep(api: httpx.Client, simple: tuple[str, str], record: dict) -> None:
    """FL-17: no shared cache may keep a personal answer; no script of another origin may read it."""
    for answer in (api.get(f"/{simple[0]}/{record['id']}"), api.get("/meta/objects"), api.get(f"/{simple[0]}/x")):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "access-control-allow-origin" not in answer.headers
        assert "set-cookie" not in answer.headers


def test_a_body_beyond_the_limit_is_413(api: httpx.Client, simple: tuple[str, str]) -> None:
    content = b'{"x": "' + b"a" * (11 * 1024 * 1024) + b'"}'
    answer = api.post(f"/{simple[0]}", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413, answer.text[:300]
    assert answer.headers["content-type"] == PROBLEM


def test_secrets_are_nowhere(server: Server, api: httpx.Client) -> None:
    """FL-11: every GET of the description, as administrator: no token, no hash, no key of the data folder."""
    token = server.token
    key = (server.data / "secret.key").read_text().strip()
    described = api.get("/openapi.json").raise_for_status().json()
    for path, item in described["paths"].items():
        if "get" not in item or "{" in path:
            continue
        answer = api.get(
            path, params={"q": "a"} if path == "/search" else {"format": "jsonl"} if path.endswith("/export") else None
        )
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:200]}"
        for secret in (token, token[-12:], key, "$argon2", "password_hash"):
            assert secret not in answer.text, f"{path} holds {secret[:6]}…"
