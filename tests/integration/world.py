"""A small world to test rights in: houses with rooms, owned windows and visitors, people in teams, a role for each level."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID

from kundig.base.context import Workspace
from kundig.base.database import Database
from kundig.engine.extension import Forbid, Grant, Module, Object, Role, SharingRule, field
from kundig.engine.extension.rights import Level
from kundig.engine.policy.applying import apply_documents, settle
from kundig.engine.policy.audience import next_chunk, renew_differing
from kundig.engine.policy.scope import Scope
from kundig.engine.records.writing import Change, Create, Update
from kundig.services.identity.module import MODULE as IDENTITY
from kundig.services.identity.scopes import Scopes


def label(text: str) -> dict[str, str]:
    return {"en": text, "de": text}


HOUSE = Object(
    name="house",
    label=label("House"),
    label_plural=label("Houses"),
    fields=(
        field("name", "text", "Name", "Name", required=True),
        field("city", "text", "City", "Ort"),
        field("price", "number", "Price", "Preis"),
        field("rooms", "rollup", "Rooms", "Zimmer", child="room.house", measure="count"),
        field("area", "rollup", "Area", "Fläche", child="room.house", measure="sum", field="area"),
    ),
)
ROOM = Object(
    name="room",
    label=label("Room"),
    label_plural=label("Rooms"),
    order="name",
    fields=(
        field("name", "text", "Name", "Name", required=True),
        field("house", "link", "House", "Haus", target="house"),
        field("area", "number", "Area", "Fläche"),
    ),
)
WINDOW = Object(
    name="window",
    label=label("Window"),
    label_plural=label("Windows"),
    storage="owned",
    parent="room",
    fields=(
        field("name", "text", "Name", "Name", required=True),
        field("room", "link", "Room", "Zimmer", target="room"),
    ),
)
VISITOR = Object(
    name="visitor",
    label=label("Visitor"),
    label_plural=label("Visitors"),
    storage="owned",
    parent="house",
    readers=("user",),
    title="{user}|{name}",
    fields=(
        field("house", "link", "House", "Haus", target="house", required=True),
        field("user", "user", "User", "Benutzer"),
        field("name", "text", "Name", "Name"),
    ),
)


def level_role(level: Level, **more: Any) -> Role:
    grant = Grant(read=level, create=True, edit=level, delete=level, assign=level, share=level, **more)
    return Role(name=f"level_{level}", label=label(level), objects={"house": grant, "room": grant})


ROLES = (
    *(level_role(level) for level in ("own", "team", "team_below", "all")),
    Role(
        name="reads_all_edits_own",
        label=label("Reads all"),
        objects={"house": Grant(read="all", edit="own"), "room": Grant(read="all", create=True, edit="own")},
    ),
    Role(name="sees", label=label("Sees"), objects={"house": Grant(read="all"), "room": Grant(read="own")}),
    Role(
        name="in_rome",
        label=label("In Rome"),
        objects={"house": Grant(read="own", edit="own", where={"field": "city", "op": "is", "value": "Rome"})},
    ),
    Role(
        name="not_cheap",
        label=label("Not cheap"),
        objects={"house": Grant(read="all")},
        forbids=(Forbid("house", {"field": "price", "op": "lt", "value": 100}),),
    ),
    Role(name="no_price", label=label("No price"), objects={"house": Grant(read="all", fields={"price": "hidden"})}),
)
WORLD = Module(name="world", label=label("World"), objects=(HOUSE, ROOM, WINDOW, VISITOR), roles=ROLES)


@dataclass
class World:
    """A workspace with the module above. Everything made in it stays until the end of the run."""

    database: Database
    workspace: Workspace
    scopes: Scopes
    _numbers: count[int]

    @classmethod
    async def made(cls, database: Database, workspace: Workspace) -> World:
        scopes = Scopes([IDENTITY, WORLD])
        await settle(database, workspace, scopes.models)
        return cls(database, workspace, scopes, count(1))

    @asynccontextmanager
    async def system(self) -> AsyncIterator[Scope]:
        async with self.database.transaction(self.workspace) as connection:
            yield await self.scopes.of_system(connection, self.workspace, "test")

    async def fill(self, object_: str) -> None:
        """Renew the audiences of all records of an object, as the job does."""
        ids: list[UUID] = []
        while True:
            async with self.system() as scope:
                ids = await next_chunk(scope, object_, ids[-1] if ids else None)
                if not ids:
                    return
                await renew_differing(scope, object_, ids)

    @asynccontextmanager
    async def scope(self, user: UUID) -> AsyncIterator[Scope]:
        async with self.database.transaction(self.workspace) as connection:
            yield await self.scopes.of_user(connection, self.workspace, user, "test")

    async def create(self, object_: str, **values: Any) -> UUID:
        async with self.system() as scope:
            [id_] = await Change(scope).write(object_, [Create(_json(values))])
        return id_

    async def update(self, object_: str, id_: UUID, **values: Any) -> None:
        async with self.system() as scope:
            await Change(scope).write(object_, [Update(id_, _json(values))])

    async def team(self, parent: UUID | None = None) -> UUID:
        return await self.create("team", name=f"Team {next(self._numbers)}", parent=parent)

    async def user(self, *roles: str, teams: tuple[UUID, ...] = (), email: str | None = None) -> UUID:
        number = next(self._numbers)
        return await self.create(
            "user",
            name=f"User {number}",
            email=email or f"user{number}.{self.workspace.name}@example.com",
            role=list(roles),
            teams=[str(team) for team in teams],
        )

    async def until_waiting(self, many: int) -> None:
        """Until others wait for what a transaction holds."""
        waiting = "select count(*) from pg_locks where not granted"
        async with asyncio.timeout(60):
            while True:
                async with self.database.owner() as connection:
                    if await connection.value(waiting) >= many:
                        return
                await asyncio.sleep(0.02)

    @asynccontextmanager
    async def configuring(self) -> AsyncIterator[None]:
        """As if somebody were just changing the configuration: others wait until this ends."""
        async with self.database.owner() as connection:
            lock = "select pg_advisory_xact_lock(hashtextextended('kundig configuration ' || %(schema)s, 0))"
            await connection.execute(lock, {"schema": self.workspace.schema})
            yield

    async def apply(self, *documents: Any, whole: bool = False) -> Any:
        return await apply_documents(self.database, self.workspace, self.scopes.models, documents, whole=whole)


def _json(values: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, UUID) else value for name, value in values.items()}


__all__ = ["ROLES", "WORLD", "SharingRule", "World", "label"]
