"""Imports as programs bring them: stopped, gone on with, mended, taken back, and nobody else's."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from tests.integration.rights.crm import Caller, Crm, Narrowing

from kundig.base.jobs import JobRun
from kundig.base.jobs.job import actor_from_json
from kundig.engine.policy.scope import Scope
from kundig.services.transfer import run as running
from kundig.services.transfer.imports import JOB, cancel_import
from kundig.services.transfer.jobs import transfer_jobs
from kundig.services.transfer.run import run_import

ROLES = """
kind: role
name: bringer
label: {en: Bringer, de: Bringer}
objects: {account: {read: own, create: true, edit: own, delete: own, bring: true}}
---
kind: role
name: looker
label: {en: Looker, de: Ansehen}
objects: {account: {read: all}}
"""
STEPS = (("POST", "/stop"), ("POST", "/resume"), ("GET", "/errors.csv"))
_runs = count(30_000_000)


@pytest.fixture(scope="module")
async def crm(new_crm: Callable[[], Awaitable[Crm]]) -> Crm:
    found = await new_crm()
    await found.configure(ROLES)
    return found


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "CHUNK", 10)


@pytest.fixture
async def bringer(crm: Crm) -> Caller:
    return await crm.in_english("bringer")


def sheet(word: str, many: int) -> str:
    """Every seventh row has an address that is none."""
    rows = (f"{word} {n};{'nowhere' if n % 7 == 0 else f'{word}{n}@firm.example'}\n" for n in range(many))
    return "Firma;Mail\n" + "".join(rows)


async def started(caller: Caller, content: str) -> str:
    parts = {"object": "account", "mapping": json.dumps({"Firma": "name", "Mail": "emails"}), "mode": "create", "locale": "de"}
    answer = await caller.api.post("/api/v1/imports", data=parts, files={"file": ("firmen.csv", content.encode())})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


async def step(caller: Caller, id_: str, name: str, **headers: str) -> httpx.Response:
    return await caller.api.post(f"/api/v1/imports/{id_}/{name}", headers=headers)


async def work(crm: Crm, id_: str) -> int:
    """Do what is queued for an import, as a worker does; how many jobs those were."""
    async with crm.database.owner() as connection:
        await connection.execute("set local search_path = jobs")
        rows = await connection.rows(
            "delete from jobs.procrastinate_jobs where task_name = %(job)s and args -> 'payload' ->> 'id' = %(id)s"
            " returning args -> 'payload' as payload, args -> 'actor' as actor",
            {"job": JOB, "id": id_},
        )
    [bring, *_] = transfer_jobs(crm.scopes)
    for row in rows:
        await bring.run(JobRun(next(_runs), crm.database, crm.workspace, actor_from_json(row["actor"]), row["payload"], 0))
    return len(rows)


async def names(caller: Caller, word: str) -> list[str]:
    where = json.dumps({"field": "name", "op": "starts_with", "value": f"{word} "})
    found = await caller.get("/account", where=where, limit="1000", fields="name")
    return sorted(record["name"] for record in found.json()["data"])


def good(word: str, many: int) -> list[str]:
    return sorted(f"{word} {n}" for n in range(many) if n % 7)


async def test_stopped_before_it_began_and_gone_on_with(crm: Crm, bringer: Caller) -> None:
    """Each row comes once, however often somebody stops and goes on; the same key does it once."""
    id_ = await started(bringer, sheet("Wartend", 40))
    key = {"Idempotency-Key": str(uuid4())}
    stopped = [await step(bringer, id_, "stop", **key) for _ in range(2)]
    assert [answer.status_code for answer in stopped] == [200, 200], stopped[0].text
    assert stopped[1].headers["idempotency-replayed"] == "true"
    assert stopped[0].json() == stopped[1].json() == (await bringer.get(f"/imports/{id_}")).json()
    assert (stopped[0].json()["state"], stopped[0].json()["reason"]) == ("failed", "The import was stopped.")
    assert (await step(bringer, id_, "stop")).status_code == 409
    assert await work(crm, id_) == 1
    assert await names(bringer, "Wartend") == []
    resumed = await step(bringer, id_, "resume")
    assert (resumed.status_code, resumed.json()["state"]) == (200, "queued")
    assert (await step(bringer, id_, "resume")).status_code == 409
    assert await work(crm, id_) == 1
    state = (await bringer.get(f"/imports/{id_}")).json()
    assert [state[name] for name in ("state", "total", "created", "failed")] == ["done", 40, 34, 6]
    assert await names(bringer, "Wartend") == good("Wartend", 40)
    for name in ("stop", "resume"):
        assert (await step(bringer, id_, name)).status_code == 409


async def test_stopped_in_the_middle_gone_on_with_and_taken_back(crm: Crm, bringer: Caller) -> None:
    id_ = await started(bringer, sheet("Mitten", 40))

    def opened() -> AbstractAsyncContextManager[Scope]:
        return crm.scope(bringer.user)

    async def stop(run: Any) -> None:
        if run.position > 15 and not run.over:
            assert (await step(bringer, id_, "stop")).status_code == 200

    await run_import(opened, UUID(id_), stop)
    halfway = (await bringer.get(f"/imports/{id_}")).json()
    assert (halfway["state"], 0 < halfway["created"] < 34) == ("failed", True)
    assert (await step(bringer, id_, "resume")).status_code == 200
    await work(crm, id_)
    state = (await bringer.get(f"/imports/{id_}")).json()
    assert (state["state"], state["created"]) == ("done", 34)
    assert await names(bringer, "Mitten") == good("Mitten", 40)
    undone = await bringer.api.post(f"/api/v1/changes/{state['change']}/undo")
    assert undone.status_code == 200, undone.text
    assert await names(bringer, "Mitten") == []
    assert (await bringer.get(f"/imports/{id_}")).json()["state"] == "undone"


async def test_what_failed_is_a_file_to_mend(crm: Crm, bringer: Caller) -> None:
    """The same file as on the pages; mended and imported again it leaves nothing out and brings nothing twice."""
    id_ = await started(bringer, sheet("Fehler", 20))
    await work(crm, id_)
    answer = await bringer.get(f"/imports/{id_}/errors.csv")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == f'attachment; filename="errors-{id_}.csv"'
    assert answer.headers["cache-control"] == "no-store"
    assert answer.content == (await bringer.pages.get(f"/imports/{id_}/errors.csv")).content
    text = answer.content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert rows[0] == ["Firma", "Mail", "Error"]
    assert [row[:2] for row in rows[1:]] == [[f"Fehler {n}", "nowhere"] for n in (0, 7, 14)]
    assert all(row[2] for row in rows[1:])
    async with crm.system() as scope:
        find = "select count(*) from {ws}.audit_event where event = 'import_errors_downloaded' and detail ->> 'import' = %(id)s"
        assert await scope.connection.value(find, {"id": id_}) == 2
    for n in (0, 7, 14):
        text = text.replace("nowhere", f"fehler{n}@firm.example", 1)
    again = await started(bringer, text)
    await work(crm, again)
    assert (await bringer.get(f"/imports/{again}")).json()["created"] == 3
    assert await names(bringer, "Fehler") == sorted(f"Fehler {n}" for n in range(20))


async def test_of_others_they_are_not_there(crm: Crm, bringer: Caller) -> None:
    """Nor for who may read everything, and nothing happens to them."""
    id_ = await started(bringer, sheet("Fremd", 3))
    for other in (await crm.in_english("bringer"), await crm.in_english("looker")):
        for method, path in STEPS:
            answers = [await other.api.request(method, f"/api/v1/imports/{of}{path}") for of in (id_, uuid4(), "x")]
            assert [answer.status_code for answer in answers] == [404] * 3, path
            assert answers[0].text == answers[1].text
    assert (await bringer.get(f"/imports/{id_}")).json()["state"] == "queued"
    await work(crm, id_)
    assert (await bringer.get(f"/imports/{id_}")).json()["created"] == 2


@pytest.mark.parametrize("stopped", [False, True])
async def test_without_the_right_nothing_is_stopped_or_gone_on_with(crm: Crm, stopped: bool) -> None:
    """A token that only reads, one for other objects, and one's own after the right was taken."""
    user = await crm.user("bringer")
    await crm.update("user", user, language="en")
    whole, reads, narrow = [
        await crm.caller(user, narrowing)
        for narrowing in (Narrowing(), Narrowing(read_only=True), Narrowing(objects=frozenset({"contact"})))
    ]
    id_ = await started(whole, sheet(f"Recht{stopped}", 3))
    if stopped:
        async with crm.scope(user) as scope:
            await cancel_import(scope, UUID(id_))
    before = (await whole.get(f"/imports/{id_}")).json()
    assert [(await step(reads, id_, name)).status_code for name in ("stop", "resume")] == [403, 403]
    assert (await reads.get(f"/imports/{id_}/errors.csv")).status_code == 200
    for method, path in (*STEPS, ("GET", "")):
        assert (await narrow.api.request(method, f"/api/v1/imports/{id_}{path}")).status_code == 404
    assert (await whole.get(f"/imports/{id_}")).json() == before
    await crm.update("user", user, role=["looker"])
    assert [(await step(whole, id_, name)).status_code for name in ("stop", "resume")] == [403, 403]
    assert (await whole.get(f"/imports/{id_}")).json() == before


async def test_what_is_unknown_is_refused(crm: Crm, bringer: Caller) -> None:
    id_ = await started(bringer, sheet("Fragen", 3))
    for method, path in (*STEPS, ("GET", "")):
        answer = await bringer.api.request(method, f"/api/v1/imports/{id_}{path}?force=true")
        assert answer.status_code in (400, 422), path
        assert "force" in answer.text
    for name in ("stop", "resume"):
        answer = await bringer.api.post(f"/api/v1/imports/{id_}/{name}", json={"force": True})
        assert answer.status_code == 422, answer.text
    assert (await bringer.get(f"/imports/{id_}")).json()["state"] == "queued"


async def test_they_are_described(bringer: Caller) -> None:
    paths = (await bringer.get("/openapi.json")).json()["paths"]
    assert {(method, path) for path, found in paths.items() if path.startswith("/imports") for method in found} == {
        ("post", "/imports"),
        ("get", "/imports/{id}"),
        ("post", "/imports/{id}/stop"),
        ("post", "/imports/{id}/resume"),
        ("get", "/imports/{id}/errors.csv"),
    }
