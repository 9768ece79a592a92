"""TN-01, TN-04, TN-06: two workspaces in one database know nothing of each other, also under load on few connections."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import UUID

import pytest
from tests.integration.rights.crm import Caller, Crm

from kundig.base.context import Workspace
from kundig.base.database import Database
from kundig.base.database.address import Address

WORDS = ("kanariewest", "kanarieost")


@pytest.fixture(scope="module")
async def tenants(
    address: Address, database: Database, new_workspace: Callable[[], Awaitable[Workspace]], data: Path
) -> AsyncIterator[list[tuple[Crm, Caller, UUID]]]:
    """Two workspaces served over a pool of two connections, each with an administrator and records that hold its word."""
    workspaces = [await new_workspace(), await new_workspace()]
    async with AsyncExitStack() as stack:
        few = await stack.enter_async_context(Database(address, size=2))
        made = []
        for workspace, word in zip(workspaces, WORDS, strict=True):
            crm = await Crm.opened(few, workspace, data, stack)
            caller = await crm.caller(await crm.user("administrator", email="boss@both.example"))
            account = await crm.add("account", {"name": f"{word} GmbH", "domains": ["same.example"], "description": word})
            await crm.add("product", {"name": word, "sku": "SAME-1"})
            made.append((crm, caller, account))
        yield made


async def test_the_same_values_in_both(tenants: list[tuple[Crm, Caller, UUID]]) -> None:
    """TN-06: unique means unique within the workspace; the fixture has made the same address, domain and number twice."""
    for _, caller, _ in tenants:
        answer = await caller.api.post("/api/v1/product", json={"name": "x", "sku": "SAME-1"})
        assert answer.status_code == 422
        assert (await caller.get("/product", count="exact")).json()["count"] == 1


async def test_ids_of_the_other_are_unknown(tenants: list[tuple[Crm, Caller, UUID]]) -> None:
    """TN-01: in paths, bodies and headers; the answer is that for what does not exist."""
    (_, one, _), (crm, _, theirs) = tenants
    unknown = UUID(int=5)
    headers = {"X-Org-Id": crm.workspace.name, "X-Workspace": crm.workspace.name, "Host": f"{crm.workspace.name}.kundig.test"}
    for end in ("", "/journal", "/timeline"):
        answers = [await one.get(f"/account/{id_}{end}") for id_ in (theirs, unknown)]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].text == answers[1].text
        forged = await one.api.get(f"/api/v1/account/{theirs}{end}", headers=headers)
        assert forged.status_code in (400, 404, 421)
    for body in ({"last_name": "x", "account": str(theirs)}, {"last_name": "x", "owner": str(theirs)}):
        assert (await one.api.post("/api/v1/contact", json=body)).status_code == 422
    assert (await one.api.post("/api/v1/account/batch", json={"delete": [str(theirs)]})).status_code == 422
    assert (await one.api.patch(f"/api/v1/account/{theirs}", json={"name": "x"})).status_code == 404
    for path in (f"/o/account/{theirs}", f"/o/account/{theirs}/edit", f"/o/account/{theirs}/timeline"):
        assert (await one.pages.get(path)).status_code == 404


async def test_nothing_crosses_on_shared_connections(tenants: list[tuple[Crm, Caller, UUID]]) -> None:
    """TN-04: two hundred requests at once over two connections, some cancelled, some failing: each sees its own word only."""
    chance = random.Random(4)

    async def ask(number: int) -> None:
        mine, other = WORDS[number % 2], WORDS[1 - number % 2]
        _, caller, account = tenants[number % 2]
        path = chance.choice(
            [
                f"/api/v1/account/{account}",
                "/api/v1/account",
                "/api/v1/search?q=kanarie",
                "/api/v1/account?where={}",
                f"/o/account/{account}",
                "/api/v1/account?order=nonsense",
            ]
        )
        client = caller.api if path.startswith("/api") else caller.pages
        task = asyncio.create_task(client.get(path))
        if chance.random() < 0.2:
            await asyncio.sleep(chance.random() * 0.02)
            task.cancel()
        try:
            answer = await task
        except asyncio.CancelledError:
            return
        assert other not in answer.text, path
        assert answer.status_code in (200, 422, 503), f"{path}: {answer.status_code} {answer.text[:300]}"  # 503: too many for two
        if answer.status_code == 200:
            assert mine in answer.text, path

    await asyncio.gather(*(ask(number) for number in range(200)))
