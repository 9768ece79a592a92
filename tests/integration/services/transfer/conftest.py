"""A workspace with the shipped modules, and imports and exports in it without a server."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from kundig import engine
from kundig.base.context import SYSTEM, Context, Workspace
from kundig.base.database import Database
from kundig.engine.extension import Extension, Module, field
from kundig.engine.policy.access import Access, ObjectAccess
from kundig.engine.policy.resolve import system_access
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import ListQuery, list_records
from kundig.engine.records.writing import Create, write
from kundig.engine.schema.ddl.applying import apply_model
from kundig.engine.schema.definitions import define
from kundig.engine.schema.model import Model, build_model
from kundig.modules import SHIPPED
from kundig.services import transfer
from kundig.services.identity.objects import TEAM, USER
from kundig.services.transfer.imports import import_state, start_import
from kundig.services.transfer.order import read_order
from kundig.services.transfer.run import run_import

ENGINE, OWN = (sorted((Path(room.__file__).parent / "sql").glob("*.sql")) for room in (engine, transfer))


@dataclass
class Crm:
    """A workspace with all objects, seen by the system or with other rights."""

    database: Database
    workspace: Workspace
    model: Model
    access: Access
    secrets: Any

    def opened(self) -> AbstractAsyncContextManager[Scope]:
        """A new transaction."""
        return self._opened()

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[Scope]:
        async with self.database.transaction(self.workspace, timeout_ms=0) as connection:
            context = Context(connection, self.workspace, SYSTEM, "import", secrets=self.secrets)
            yield Scope(context, self.model, self.access)

    def with_rights(self, object_: str, **changes: Any) -> Crm:
        """The same with other rights on an object."""
        rights: ObjectAccess = replace(self.access.objects[object_], **changes)
        objects = {**self.access.objects, object_: rights}
        return replace(self, access=replace(self.access, objects=objects, shape=f"{self.access.shape}{changes}"))

    async def start(self, content: bytes | str, object_: str, mapping: dict[str, Any], **rest: Any) -> UUID:
        """Begin an import in the German locale."""
        order = read_order(object_=object_, mapping=mapping, **{"language": "de", **rest})
        file = io.BytesIO(content.encode() if isinstance(content, str) else content)
        async with self.opened() as scope:
            return await start_import(scope, order, file, "file.csv", queued=False)

    async def bring(self, content: bytes | str, object_: str, mapping: dict[str, Any], **rest: Any) -> dict[str, Any]:
        """A whole import; its state."""
        id_ = await self.start(content, object_, mapping, **rest)
        await run_import(self.opened, id_)
        return await self.state(id_)

    async def state(self, id_: UUID) -> dict[str, Any]:
        """What the contract shows."""
        async with self.opened() as scope:
            return await import_state(scope, id_)

    async def create(self, object_: str, **values: Any) -> str:
        """A record."""
        async with self.opened() as scope:
            return str((await write(scope, object_, [Create(values)])).ids[0])

    async def records(
        self, object_: str, where: Any = None, fields: list[str] | None = None, order: str | None = None
    ) -> list[Any]:
        """Records, up to a thousand."""
        async with self.opened() as scope:
            return (await list_records(scope, ListQuery(object_, where, fields, order, limit=1000))).records()


@pytest.fixture(scope="session")
async def crm_tables(database: Database, new_workspace: Any, secrets: Any) -> Crm:
    """A workspace of the shipped modules, for all tests of this folder."""
    made = await new_workspace()
    identity = Module(name="identity", label={"en": "I", "de": "I"}, objects=(USER, TEAM))
    slogan = Extension(object="account", fields=(field("slogan", "text", "Slogan", "Slogan", translated=True),))
    more = Module(name="more", label={"en": "M", "de": "M"}, extends=(slogan,))
    model = build_model(define([identity, *SHIPPED, more]), made.schema, 1)
    async with database.owner(made) as connection:
        for table, files in (("stage", ENGINE[:1]), ("import_run", OWN)):
            if await connection.value("select to_regclass(%(name)s) is null", {"name": f"{made.schema}.{table}"}):
                for file in files:
                    await connection.execute(file.read_text())
    await apply_model(database, made, model)
    return Crm(database, made, model, system_access(model), secrets)


@pytest.fixture
def crm(crm_tables: Crm) -> Crm:
    """The workspace, with all rights."""
    return crm_tables


@pytest.fixture
def word(request: Any) -> str:
    """A word that occurs in no record but this test's."""
    return "w" + format(abs(hash(request.node.nodeid)) % 10**9, "x")
