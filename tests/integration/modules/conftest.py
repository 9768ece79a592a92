"""A workspace with the shipped modules, and a transaction in it that is undone at the end of each test."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest

from kundig.base.context import Actor, Workspace
from kundig.base.database import Database
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import read_record
from kundig.engine.records.writing import Create, Update, write
from kundig.engine.schema.ddl.applying import apply_model
from kundig.modules import SHIPPED
from kundig.services.identity.module import MODULE as IDENTITY
from kundig.services.identity.scopes import Scopes


class _Undo(Exception):
    pass


@dataclass
class Crm:
    """Writing and reading as an administrator."""

    scope: Scope

    async def make(self, object_: str, **values: Any) -> dict[str, Any]:
        """A new record."""
        written = await write(self.scope, object_, [Create(values)])
        return await self.read(object_, written.ids[0])

    async def edit(self, object_: str, record: dict[str, Any], **values: Any) -> dict[str, Any]:
        """The record after a change."""
        await write(self.scope, object_, [Update(UUID(record["id"]), values)])
        return await self.read(object_, record["id"])

    async def read(self, object_: str, id_: UUID | str) -> dict[str, Any]:
        """A record as it reads."""
        record: dict[str, Any] = json.loads((await read_record(self.scope, object_, UUID(str(id_)))).text)
        return record

    async def count(self, object_: str) -> int:
        """How many live records there are."""
        found = await self.scope.connection.value(f'select count(*) from {{ws}}."{object_}" where deleted_at is null')
        return int(found)


@pytest.fixture(scope="session")
def scopes() -> Scopes:
    """Opens scopes on the shipped modules."""
    return Scopes([IDENTITY, *SHIPPED])


@pytest.fixture(scope="session")
async def crm_workspace(database: Database, new_workspace: Callable[[], Awaitable[Workspace]], scopes: Scopes) -> Workspace:
    """A workspace with the tables of the shipped modules, and no records."""
    made = await new_workspace()
    async with database.transaction(made) as connection:
        model = (await scopes.of_system(connection, made, "test")).model
    await apply_model(database, made, model)
    return made


@pytest.fixture
async def system(database: Database, crm_workspace: Workspace, scopes: Scopes) -> AsyncIterator[Scope]:
    """The program itself in a transaction that is undone."""
    try:
        async with database.transaction(crm_workspace, timeout_ms=0) as connection:
            yield await scopes.of_system(connection, crm_workspace, "test")
            raise _Undo
    except _Undo:
        pass


@pytest.fixture
async def crm(system: Scope) -> Crm:
    """The same with a user who is answerable."""
    made = await write(system, "user", [Create({"name": "Test", "email": "test@firma.example", "role": ["administrator"]})])
    user = made.ids[0]
    access = replace(system.access, user=user)
    return Crm(replace(system, context=replace(system.context, actor=Actor("user", user, user)), access=access))
