"""A workspace with all shipped objects and the application itself, called in-process: as quick as a function, as true as HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from litestar import Litestar
from tests.integration.world import World

from kundig import wiring
from kundig.base.context import SYSTEM, Context, Workspace
from kundig.base.database import Database
from kundig.base.secrets import Secrets
from kundig.base.settings import Settings
from kundig.engine.configuration.yaml import load
from kundig.engine.history.feed import position
from kundig.engine.policy.applying import settle
from kundig.engine.policy.resolve import UNNARROWED, Narrowing
from kundig.engine.records.writing import Change, Create
from kundig.interfaces.application import application
from kundig.interfaces.web.edge import SESSION_COOKIE, csrf_token
from kundig.services.delivery.post import post_of
from kundig.services.identity.scopes import Scopes
from kundig.services.identity.sessions import begin_session
from kundig.services.identity.tokens import add_token

TEST_KEY = b"only for tests, never for people"


@dataclass(frozen=True)
class Caller:
    """Somebody with a token for the API and a session for the pages."""

    user: UUID
    api: httpx.AsyncClient
    pages: httpx.AsyncClient

    async def get(self, path: str, **params: Any) -> httpx.Response:
        """A call of the API."""
        return await self.api.get(f"/api/v1{path}", params=params or None)


class Crm(World):
    """All shipped objects, filled by the tests; `caller` gives clients of its application."""

    app: Litestar
    stack: AsyncExitStack

    @classmethod
    async def opened(cls, database: Database, workspace: Workspace, data: Path, stack: AsyncExitStack) -> Crm:
        """With its tables and its application, for as long as `stack` lasts."""
        secrets = Secrets(TEST_KEY)
        scopes = Scopes(wiring.modules(), secrets)
        await settle(database, workspace, scopes.models)
        crm = cls(database, workspace, scopes, count(1))

        @asynccontextmanager
        async def held() -> AsyncIterator[Database]:
            yield database

        settings = Settings(data=data, secret_key=TEST_KEY, base_url="http://kundig.test", api_rate=0)
        crm.app = application(settings, scopes, held, workspace=workspace, post=post_of(settings))
        crm.stack = stack
        await stack.enter_async_context(alive(crm.app))
        return crm

    async def configure(self, text: str) -> Any:
        """Apply YAML and let the records follow, as the job does."""
        plan = await self.apply(*load(text, "test.yaml"))
        async with self.system() as scope:
            names = [name for name in scope.model.objects if scope.policies.filters(scope.model.objects[name].definition)]
        for name in names:
            await self.fill(name)
        return plan

    async def add(self, object_: str, values: dict[str, Any], id_: UUID | None = None) -> UUID:
        """A record, with an id of one's own choice."""
        async with self.system() as scope:
            [made] = await Change(scope).write(object_, [Create(values, id_)])
        return made

    async def feed_end(self) -> int:
        """A position of the feed that lies behind everything written so far."""
        async with self.database.transaction(None) as connection:
            end: int = await connection.value("select pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        return end

    async def caught_up(self) -> None:
        """Wait until the feed lies behind everything written so far: transactions of other tests hold it back for a while."""
        end = await self.feed_end()
        for _ in range(1500):
            async with self.database.transaction(None) as connection:
                if await position(connection) >= end:
                    return
            await asyncio.sleep(0.02)
        raise TimeoutError

    async def in_english(self, *roles: str) -> Caller:
        """Clients of a new user who works in English."""
        user = await self.user(*roles)
        await self.update("user", user, language="en")
        return await self.caller(user)

    async def caller(self, user: UUID, narrowing: Narrowing = UNNARROWED) -> Caller:
        """Clients that act as a user."""
        async with self.database.transaction(self.workspace) as connection:
            token = await add_token(Context(connection, self.workspace, SYSTEM, "test"), user, "test", narrowing=narrowing)
        async with self.database.transaction(None) as connection:
            find = "select id from kundig.workspace where schema = %(schema)s"
            number = await connection.value(find, {"schema": self.workspace.schema})
            code = await begin_session(connection, number, user, agent="test", address=None)
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        csrf = csrf_token(Secrets(TEST_KEY), code)
        api = httpx.AsyncClient(transport=transport, base_url="http://kundig.test", headers={"Authorization": f"Bearer {token}"})
        pages = httpx.AsyncClient(
            transport=transport, base_url="http://kundig.test", cookies={SESSION_COOKIE: code}, headers={"X-CSRFToken": csrf}
        )
        return Caller(user, await self.stack.enter_async_context(api), await self.stack.enter_async_context(pages))


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what another task does."""
    async with asyncio.timeout(120):
        while not condition():  # noqa: ASYNC110 - nobody tells us
            await asyncio.sleep(0.02)


@asynccontextmanager
async def alive(app: Litestar) -> AsyncIterator[None]:
    """The application's lifespan in a task of its own: pytest may end a fixture in another task than it began in."""
    started, ended = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.lifespan():
            started.set()
            await ended.wait()

    task = asyncio.create_task(live())
    await asyncio.wait({task, asyncio.create_task(started.wait())}, return_when=asyncio.FIRST_COMPLETED)
    try:
        yield
    finally:
        ended.set()
        await task


__all__ = ["Caller", "Crm", "Narrowing", "until"]
