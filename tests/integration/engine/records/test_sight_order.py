"""Who sees much or little reads a list in the order that it usually has, whoever else may see what, and by the indexes made for it."""

from __future__ import annotations

import random
import re

import pytest
from tests.integration.engine.records.making import walked
from tests.integration.world import World

from kundig.base.database.connection import Compiled, compile_statement
from kundig.engine.policy.scope import Scope
from kundig.engine.records import few, pages
from kundig.engine.records.ordering import parse_order
from kundig.engine.records.pages import MOST, Reach, ids_statement
from kundig.engine.records.segments import segments_of
from kundig.engine.schema.indexes import PLACES

OTHERS = 1_000_000
"""Numbers of principals from here on are nobody's."""
MANY = (0, 0, 1, 2, PLACES - 1, PLACES, PLACES + 1, 5_000)
NAMES = ("q", "qu", "Qu", "qü", "quer", "Quer Hof", "z" * 200, "ß" * 400, "𝔔" * 500, "r")
# Before those who may see it or behind them, so that these stand in any place.
_ADD = """update {ws}.room set audience = case when %(before)s then others || audience else audience || others end
  from (select array(select generate_series(%(first)s, %(first)s - 1 + %(many)s)) as others) o where id = %(id)s"""
_TWICE = "update {ws}.room set audience = audience || %(mine)s::integer[] where id = any(%(ids)s)"


def reading(monkeypatch: pytest.MonkeyPatch, *, first: int, places: int, handful: int) -> None:
    """Forget what was counted; read those of so few records first, and find by place for so many principals who see more than these."""
    monkeypatch.setattr(few, "FEW", first)
    monkeypatch.setattr(pages, "HANDFUL", handful)
    monkeypatch.setattr(pages, "MOST_PRINCIPALS", places)
    monkeypatch.setattr("kundig.engine.policy.remembering._SECONDS", 0.0)


@pytest.mark.parametrize("seed", range(3))
async def test_it_holds_the_same_however_it_is_read(world: World, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    rng = random.Random(seed)
    me, other, everybody = await world.user("level_own"), await world.user("level_own"), await world.user("level_all")
    ids = [await world.create("room", name=rng.choice(NAMES), owner=rng.choice((me, me, other))) for _ in range(60)]
    async with world.scope(me) as scope:
        mine = list(scope.rights("room").reads or ())
    assert len(mine) > 1
    async with world.system() as scope:
        for id_ in ids:
            values = {"id": id_, "first": OTHERS, "many": rng.choice(MANY), "before": rng.random() < 0.5}
            await scope.connection.execute(_ADD, values)
        await scope.connection.execute(_TWICE, {"mine": mine, "ids": ids[10:20]})
        await scope.connection.execute("update {ws}.room set deleted_at = now() where id = any(%(ids)s)", {"ids": ids[:5]})
    async with world.scope(everybody) as scope:
        every = await walked(scope, "room", field="id", order="name,id", limit=100)
    for user in (me, other):
        async with world.scope(user) as scope:
            for order in (None, "name", "-name", "name,-area"):
                ways = []
                for first, places, handful in ((10_000, 0, 0), (10_000, 16, 0), (10_000, 16, 200), (0, 16, 0), (0, 0, 0)):
                    reading(monkeypatch, first=first, places=places, handful=handful)
                    ways += [await walked(scope, "room", field="id", order=order, limit=limit) for limit in (1, 7, 100)]
                assert all(way == ways[0] for way in ways)
                assert len(ways[0]) > 5
                if order is None:
                    assert ways[0] == [id_ for id_ in every if id_ in set(ways[0])]


@pytest.mark.parametrize("few", [True, False])
async def test_each_principal_finds_its_records_in_each_place(world: World, few: bool) -> None:
    async with world.scope(await world.user("level_own")) as scope:
        plan = await _plan(scope, few=few)
    for place in range(1, PLACES + 1):
        assert re.search(rf"Index Cond: .*audience\[{place}\] = ", plan), plan
    assert f"using room__name_seen{PLACES}__ix on" in plan
    assert ("_larger__ix" if few else "room__name_seen_larger__ix") in plan  # of few rows the planner may read either


async def _plan(scope: Scope, *, few: bool) -> str:
    object_ = scope.object("room")
    keys = parse_order(scope, object_, None)
    reach = Reach(scope, object_, None, descending=False, seen=pages.HANDFUL + 1 if few else None)
    asked = ids_statement(reach, list(enumerate(segments_of(object_, keys)))[:1], None, None)
    await scope.connection.execute("select set_config('enable_seqscan', 'off', true), set_config('enable_sort', 'off', true)")
    compiled = compile_statement(asked)
    explained = Compiled(f"explain {compiled.text}", compiled.fixed, compiled.adapters)
    return str(await scope.connection.rows(explained, {MOST: 51, **scope.access.parameters}))
