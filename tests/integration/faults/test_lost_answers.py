"""The connection to the database breaks between commit and answer: asked again, there is the one effect (security.md F-06)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import psycopg
import pytest
from tests.integration.rights.crm import Caller, Crm


@pytest.fixture
async def caller(crm: Crm) -> Caller:
    return await crm.caller(await crm.user("administrator"))


@pytest.fixture
def cut(crm: Crm, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Ends the connection of so many of the next commits that follow a write, as soon as they are done."""
    left = {"commits": 0}
    execute = psycopg.AsyncConnection.execute

    async def cutting(self: Any, query: Any, *arguments: Any, **more: Any) -> Any:
        if query != "commit" or not left["commits"]:
            return await execute(self, query, *arguments, **more)
        written = await execute(self, "select pg_current_xact_id_if_assigned() is not null")
        [wrote] = await written.fetchone()
        done = await execute(self, query, *arguments, **more)
        if not wrote:
            return done
        left["commits"] -= 1
        async with await psycopg.AsyncConnection.connect(crm.database.address.login("kundig_app")) as other:
            await other.execute("select pg_terminate_backend(%s)", [self.info.backend_pid])
        return await execute(self, "select 1")  # nobody answers any more: it raises as a commit without an answer does

    monkeypatch.setattr(psycopg.AsyncConnection, "execute", cutting)
    return left


async def _count(caller: Caller, name: str) -> int:
    where = f'{{"field": "name", "op": "is", "value": "{name}"}}'
    count: int = (await caller.get("/account", where=where, count="exact")).json()["count"]
    return count


async def test_with_a_key_it_is_done_once(caller: Caller, cut: dict[str, int]) -> None:
    name, headers = f"Einmal {uuid4()}", {"Idempotency-Key": uuid4().hex}
    cut["commits"] = 1
    lost = await caller.api.post("/api/v1/account", json={"name": name}, headers=headers)
    assert lost.status_code == 503
    assert int(lost.headers["retry-after"]) > 0
    again = await caller.api.post("/api/v1/account", json={"name": name}, headers=headers)
    assert again.status_code == 201
    assert again.headers["idempotency-replayed"] == "true"
    assert await _count(caller, name) == 1
    other = await caller.api.post("/api/v1/account", json={"name": f"{name} anders"}, headers=headers)
    assert (other.status_code, other.json()["errors"][0]["code"]) == (422, "reused")
    assert await _count(caller, f"{name} anders") == 0


async def test_with_a_version_nothing_is_overwritten(caller: Caller, cut: dict[str, int]) -> None:
    made = (await caller.api.post("/api/v1/account", json={"name": f"Alt {uuid4()}"})).json()
    change = {"json": {"name": f"Neu {uuid4()}"}, "headers": {"If-Match": '"1"'}}
    cut["commits"] = 1
    assert (await caller.api.patch(f"/api/v1/account/{made['id']}", **change)).status_code == 503
    assert (await caller.api.patch(f"/api/v1/account/{made['id']}", **change)).status_code == 412
    shown = (await caller.get(f"/account/{made['id']}")).json()
    assert (shown["name"], shown["version"]) == (change["json"]["name"], 2)


async def test_a_batch_with_a_stale_version_changes_nothing(caller: Caller) -> None:
    """One in bulk and one alone: who comes second with the first version is told so, and none of the batch is done (F-08)."""
    ids = [(await caller.api.post("/api/v1/account", json={"name": f"{n} {uuid4()}"})).json()["id"] for n in range(2)]
    assert (await caller.api.patch(f"/api/v1/account/{ids[1]}", json={"name": "Erster"}, headers={"If-Match": '"1"'})).is_success
    update = [{"id": id_, "version": 1, "name": "Zweiter"} for id_ in ids]
    assert (await caller.api.post("/api/v1/account/batch", json={"update": update})).status_code == 412
    shown = [(await caller.get(f"/account/{id_}")).json() for id_ in ids]
    assert [record["version"] for record in shown] == [1, 2]
    assert shown[1]["name"] == "Erster"
