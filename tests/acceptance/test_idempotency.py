"""One effect however often it is sent (security.md F-06, F-07, F-08), over HTTP and at the same time."""

from __future__ import annotations

import json
import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from tests.acceptance.conftest import Server


@pytest.fixture(scope="module")
def place(server: Server) -> tuple[str, str]:
    with server.client() as client:
        for object_ in client.get("/meta/objects").raise_for_status().json()["data"]:
            needed = [f for f in object_["fields"] if f["required"] and not f["read_only"]]
            if len(needed) == 1 and needed[0]["type"] == "text" and object_["name"] not in ("user", "team"):
                return object_["name"], needed[0]["name"]
    pytest.fail("expected an object with one required text")


def count(api: httpx.Client, place: tuple[str, str], word: str) -> int:
    where = json.dumps({"field": place[1], "op": "is", "value": word})
    return api.get(f"/{place[0]}", params={"where": where, "count": "exact"}).raise_for_status().json()["count"]


def test_twenty_at_the_same_time_are_one(server: Server, api: httpx.Client, place: tuple[str, str]) -> None:
    word, key = f"once {uuid.uuid4()}", uuid.uuid4().hex

    def send(_: int) -> httpx.Response:
        with server.client() as client:
            return client.post(f"/{place[0]}", json={place[1]: word}, headers={"Idempotency-Key": key})

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(send, range(20)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.text for answer in answers if answer.status_code == 201}) == 1
    assert count(api, place, word) == 1
    again = api.post(f"/{place[0]}", json={place[1]: word}, headers={"Idempotency-Key": key})
    assert again.status_code == 201
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["etag"] == '"1"'


def test_a_refused_request_is_not_kept(api: httpx.Client, place: tuple[str, str]) -> None:
    key = {"Idempotency-Key": uuid.uuid4().hex}
    assert api.post(f"/{place[0]}", json={}, headers=key).status_code == 422
    assert api.post(f"/{place[0]}", json={place[1]: f"kept {uuid.uuid4()}"}, headers=key).status_code == 201


def test_another_token_has_keys_of_its_own(server: Server, api: httpx.Client, place: tuple[str, str]) -> None:
    key, word = {"Idempotency-Key": uuid.uuid4().hex}, f"two {uuid.uuid4()}"
    other = server.run("token", "add", "admin@example.com").split()[-1]
    first = api.post(f"/{place[0]}", json={place[1]: word}, headers=key).json()
    with server.client(other) as client:
        second = client.post(f"/{place[0]}", json={place[1]: word}, headers=key).json()
    assert first["id"] != second["id"]


@pytest.mark.parametrize("key", ["", "ü", "x" * 256, "a b"])
def test_keys_that_are_none(api: httpx.Client, place: tuple[str, str], key: str) -> None:
    word = f"bad key {uuid.uuid4()}"
    answer = api.post(f"/{place[0]}", json={place[1]: word}, headers={"Idempotency-Key": key.encode()})
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"
    assert count(api, place, word) == 0


def test_of_two_writers_with_one_version_one_wins(server: Server, api: httpx.Client, place: tuple[str, str]) -> None:
    made = api.post(f"/{place[0]}", json={place[1]: f"race {uuid.uuid4()}"}).json()

    def send(number: int) -> int:
        with server.client() as client:
            body = {place[1]: f"winner {number} {uuid.uuid4()}"}
            return client.patch(f"/{place[0]}/{made['id']}", json=body, headers={"If-Match": '"1"'}).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(send, range(8)))
    assert sorted(statuses) == [200] + [412] * 7
    assert api.get(f"/{place[0]}/{made['id']}").json()["version"] == 2


def test_upserts_of_one_key_at_the_same_time_are_one_record(server: Server, place: tuple[str, str]) -> None:
    key = f"erp:{uuid.uuid4()}"

    def send(number: int) -> httpx.Response:
        with server.client() as client:
            return client.put(f"/{place[0]}/by/external_id/{key}", json={place[1]: f"upsert {number}"})

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201], [answer.text for answer in answers]
    assert len({answer.json()["id"] for answer in answers}) == 1
