"""Names, search entries and figures of old records after a change of the model, made anew by a job."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import count
from typing import Any
from uuid import UUID

import msgspec
import pytest
from tests.integration.engine.policy.test_visibility import sees
from tests.integration.engine.records.making import make_all
from tests.integration.world import HOUSE, IDENTITY, WORLD, World

from kundig.base.context import Workspace
from kundig.engine.configuration.yaml import load
from kundig.engine.policy.applying import settle
from kundig.engine.policy.jobs import RENEW_ENTRIES
from kundig.engine.records import renewing
from kundig.engine.records.renewing import objects_due, renew_entries
from kundig.engine.search.query import search
from kundig.services.identity.scopes import Scopes

BOAT = """
kind: object
name: {name}
label: {{en: Boat, de: Boot}}
label_plural: {{en: Boats, de: Boote}}
title: "{title}"
fields:
  - {{name: name, type: text, label: {{en: Name, de: Name}}}}
  - {{name: port, type: text, label: {{en: Port, de: Hafen}}, searched: {searched}}}
  - {{name: house, type: link, label: {{en: House, de: Haus}}, options: {{target: house}}}}
"""


async def apply(world: World, name: str, *, title: str = "{name}", searched: bool = True) -> None:
    await world.apply(*load(BOAT.format(name=name, title=title, searched=str(searched).lower()), "boat.yaml"))


async def run(world: World) -> list[str]:
    """What the job does; the objects that were due."""
    async with world.system() as scope:
        due = await objects_due(scope)
    for object_ in due:
        after: UUID | None = UUID(int=0)
        while after is not None:
            async with world.system() as scope:
                after = await renew_entries(scope, object_, after)
    return due


async def hits(world: World, name: str, words: str) -> set[str]:
    async with world.system() as scope:
        return {hit["label"] for hit in await search(scope, words, [name])}


async def labels(world: World, name: str) -> dict[str, tuple[str, int]]:
    async with world.system() as scope:
        rows = await scope.connection.rows(f'select name, label, version from {{ws}}."{name}"')
    return {row["name"]: (row["label"], row["version"]) for row in rows}


async def test_nothing_is_due_when_nothing_changed(world: World) -> None:
    await apply(world, "barge")
    assert "barge" in await run(world)
    assert await run(world) == []
    await world.apply(*load("kind: role\nname: idle\nlabel: {en: Idle, de: Untätig}", "r.yaml"))
    assert await run(world) == [], "a role that hides nothing"
    async with world.database.transaction(None) as connection:
        queued = "select count(*) from jobs.procrastinate_jobs where task_name = %(name)s and args->>'workspace' = %(schema)s"
        assert await connection.value(queued, {"name": RENEW_ENTRIES, "schema": world.workspace.schema}) == 1


async def test_fields_that_begin_or_cease_to_be_searched(world: World) -> None:
    await apply(world, "canoe", searched=False)
    await run(world)
    async with world.system() as scope:
        await make_all(scope, "canoe", {"name": "Ark", "port": "Lissabon"})
    assert await hits(world, "canoe", "lissabon") == set()
    await apply(world, "canoe", searched=True)
    assert await run(world) == ["canoe"]
    assert await hits(world, "canoe", "lissabon") == {"Ark"}
    await apply(world, "canoe", searched=False)
    await run(world)
    assert await hits(world, "canoe", "lissabon") == set()


async def test_a_field_that_a_role_hides_leaves_the_search(world: World) -> None:
    await apply(world, "dinghy")
    async with world.system() as scope:
        await make_all(scope, "dinghy", {"name": "Ark", "port": "Porto"})
    await run(world)
    assert await hits(world, "dinghy", "porto") == {"Ark"}
    await world.apply(
        *load("kind: role\nname: blind\nlabel: {en: B, de: B}\nobjects: {dinghy: {read: all, fields: {port: hidden}}}", "r.yaml")
    )
    blind = await world.user("blind")
    async with world.scope(blind) as scope:
        assert await search(scope, "porto", ["dinghy"]) == [], "hidden at once, before anything is made anew"
        assert await search(scope, "ark", ["dinghy"]) == [], "until then, who may not see everything finds nothing"
    assert await run(world) == ["dinghy"]
    assert await hits(world, "dinghy", "porto") == set()
    async with world.scope(blind) as scope:
        assert [hit["label"] for hit in await search(scope, "ark", ["dinghy"])] == ["Ark"]
        assert await search(scope, "porto", ["dinghy"]) == []


async def test_names_follow_another_title(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renewing, "CHUNK", 2)
    await apply(world, "ferry")
    house = await world.create("house", name="Villa")
    async with world.system() as scope:
        made = [{"name": f"F{n}", "port": "Kiel", "house": str(house)} for n in range(5)]
        await make_all(scope, "ferry", *made)
    await run(world)
    await apply(world, "ferry", title="{name} of {house}")
    assert {label for label, _ in (await labels(world, "ferry")).values()} == {f"F{n}" for n in range(5)}
    await run(world)
    assert await labels(world, "ferry") == {f"F{n}": (f"F{n} of Villa", 1) for n in range(5)}, "no new version"
    assert await hits(world, "ferry", "kiel") == {f"F{n} of Villa" for n in range(5)}


async def test_figures_that_an_object_gets_when_it_has_records(
    new_workspace: Callable[[], Awaitable[Workspace]], world: World
) -> None:
    """A module's next version counts what was there before, and who reads records by such a figure reads them."""
    workspace = await new_workspace()
    old = await _with_figures(world, workspace)
    houses = [await old.create("house", name=name) for name in ("two rooms", "none")]
    rooms = [await old.create("room", name="r", house=houses[0], area=area) for area in (10, 20)]
    first = await _with_figures(world, workspace, "rooms")
    await first.apply(*load(_BIG, "rule.yaml"))
    assert "house" in await run(first)
    assert await _figures(first, *houses) == [2, 0]
    reader = await first.user("level_own")
    assert await sees(first, reader, *houses) == [True, False]
    second = await _with_figures(world, workspace, "rooms", "area")
    assert await run(second) == ["house"]
    assert await _figures(second, *houses, name="area") == [30, None]
    await second.update("room", rooms[0], house=houses[1])
    assert (await _figures(second, *houses), await _figures(second, *houses, name="area")) == ([1, 1], [20, 10])
    assert await run(second) == []


_BIG = """
kind: sharing_rule
name: big_houses
label: {en: Big houses, de: Große Häuser}
object: house
where: {field: rooms, op: gt, value: 1}
to: ['role:level_own']
"""


async def _with_figures(world: World, workspace: Workspace, *names: str) -> World:
    """A workspace as it starts with the version of the module whose houses have these roll-ups."""
    fields = tuple(f for f in HOUSE.fields if f.type != "rollup" or f.name in names)
    objects = tuple(msgspec.structs.replace(o, fields=fields) if o is HOUSE else o for o in WORLD.objects)
    scopes = Scopes([IDENTITY, replace(WORLD, objects=objects)])
    await settle(world.database, workspace, scopes.models)
    return World(world.database, workspace, scopes, count(1))


async def _figures(world: World, *ids: UUID, name: str = "rooms") -> list[Any]:
    """As stored: one process runs only one version of a module, and keeps the statements of it."""
    async with world.system() as scope:
        rows = await scope.connection.rows("select * from {ws}.house_rollup")
    found = {row["record"]: row[name] for row in rows}
    return [found[id_] for id_ in ids]
