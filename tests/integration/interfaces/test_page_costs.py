"""What pages cost: a fixed, small number of statements whatever they show, and lists that stay light."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from kundig import wiring
from kundig.base.database import Connection, Database
from kundig.base.secrets import Secrets
from kundig.base.settings import Settings
from kundig.engine.policy.scope import Scope
from kundig.engine.records.writing import Create, Delete, write
from kundig.interfaces.application import application
from kundig.interfaces.web.edge import SESSION_COOKIE
from kundig.services.identity.scopes import Scopes
from kundig.services.identity.signing_in import set_first_password, sign_in
from kundig.services.transfer.drafts import begin_draft, rehearse
from kundig.services.transfer.run import run_import

KEY = b"only for tests, never for people"
PASSWORD = "a long and good password"
MOST_LIST, MOST_RECORD, MOST_BYTES = 8, 12, 60 * 1024


@dataclass
class Asker:
    """Asks for pages and counts what they cost."""

    client: httpx.AsyncClient
    account: str
    as_user: Callable[[], AbstractAsyncContextManager[Scope]]
    statements: int = 0

    async def get(self, path: str) -> httpx.Response:
        self.statements = 0
        answer = await self.client.get(path)
        assert answer.status_code == 200, answer.text[:500]
        return answer


@pytest.fixture(scope="module")
async def asker(database: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Asker]:
    scopes = Scopes(wiring.modules(), Secrets(KEY))
    settings = Settings(data=Path(tmp_path_factory.mktemp("pages")), secret_key=KEY)

    @asynccontextmanager
    async def opened() -> AsyncIterator[Database]:
        yield database

    async with database.transaction(wiring.MAIN) as connection:
        scope = await scopes.of_system(connection, wiring.MAIN, "cli")
        values = {"name": "Jana Küster", "email": "jana.pages@nordwind.example", "role": ["administrator"], "language": "de"}
        user = (await write(scope, "user", [Create(values)])).ids[0]
        accounts = await write(
            scope,
            "account",
            [
                Create(
                    {
                        "name": f"Präzisionstechnik Hofmann und Söhne {n:02} GmbH", "type": "customer", "industry": "technology",
                        "phones": [{"value": f"+497114420{n:03}"}], "owner": str(user),
                        "billing_address": {"street": "Weg 1", "postcode": "73730", "city": "Esslingen", "country": "DE"},
                    }
                )
                for n in range(60)
            ],
        )  # fmt: skip
        await write(scope, "opportunity", [Create({"name": f"Anlage {n}", "account": str(accounts.ids[n])}) for n in range(60)])
    async with database.transaction(wiring.MAIN) as connection:
        await set_first_password(connection, user, PASSWORD)
    signed = await sign_in(database, "jana.pages@nordwind.example", PASSWORD, address=None, agent="")

    @asynccontextmanager
    async def as_user() -> AsyncIterator[Scope]:
        async with database.transaction(wiring.MAIN) as connection:
            yield await scopes.of_user(connection, wiring.MAIN, user, "web")

    app = application(settings, scopes, opened, workspace=wiring.MAIN, post=wiring.post_of(settings))
    ready, over = asyncio.Event(), asyncio.Event()

    async def serving() -> None:
        async with app.lifespan():  # left in the task that entered it
            ready.set()
            await over.wait()

    server = asyncio.create_task(serving())
    await ready.wait()
    try:
        transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type] # the same protocol under another name
        cookies = {SESSION_COOKIE: signed.code}
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", cookies=cookies) as client:
            yield Asker(client, str(accounts.ids[0]), as_user)
    finally:
        over.set()
        await server
    async with database.transaction(wiring.MAIN) as connection:
        scope = await scopes.of_system(connection, wiring.MAIN, "cli")
        await write(scope, "account", [Delete(id_) for id_ in accounts.ids])


@pytest.fixture
def counted(asker: Asker, monkeypatch: pytest.MonkeyPatch) -> Asker:
    """Every statement that is sent is counted."""
    send = Connection._send

    async def counting(self: Connection, *args: Any) -> Any:
        asker.statements += 1
        return await send(self, *args)

    monkeypatch.setattr(Connection, "_send", counting)
    return asker


@pytest.mark.parametrize(
    "path", ["/o/account?view=all", "/o/opportunity", "/o/opportunity/board", "/", "/trash", "/search?q=hofmann"]
)
async def test_a_list_page_is_at_most_eight_statements(counted: Asker, path: str) -> None:
    await counted.get(path)  # the first time rights are resolved too
    answer = await counted.get(path)
    assert 0 < counted.statements <= MOST_LIST, counted.statements
    assert "<main" in answer.text


async def test_a_list_page_of_fifty_rows_stays_light(counted: Asker) -> None:
    answer = await counted.get("/o/account?view=all")
    assert answer.text.count("<tr data-row=") == 50
    assert len(answer.content) <= MOST_BYTES, len(answer.content)


@pytest.mark.parametrize("part", ["", "/timeline", "/journal", "/related/opportunity.account", "/edit"])
async def test_a_record_page_is_at_most_twelve_statements(counted: Asker, part: str) -> None:
    await counted.get(f"/o/account/{counted.account}{part}")
    await counted.get(f"/o/account/{counted.account}{part}")
    assert 0 < counted.statements <= MOST_RECORD, counted.statements


@pytest.mark.parametrize("step", ["file", "columns", "values", "check"])
async def test_steps_of_an_import_cost_the_same_for_every_file(counted: Asker, step: str) -> None:
    costs = []
    for rows in (3, 400):
        lines = [
            f"Firma {n} GmbH;{'Energie' if n % 2 else 'Strom'};{'' if n == 1 else f'https://f{n}.example'}" for n in range(rows)
        ]
        content = "\n".join(["Firma;Branche;Website", *lines, "Schlecht GmbH;Energie;kein Link"])
        async with counted.as_user() as scope:
            id_ = await begin_draft(scope, "account", io.BytesIO(content.encode()), "firmen.csv")
            await rehearse(scope, id_)
        await run_import(counted.as_user, id_)
        await counted.get(f"/imports/{id_}/{step}")
        await counted.get(f"/imports/{id_}/{step}")
        costs.append(counted.statements)
    assert costs[0] == costs[1] <= MOST_RECORD, costs
