"""Who sees much or little reads a list in the order that it usually has, whoever else may see what, and by the indexes made for it."""

from __future__ import annotations

import random
import re

import pytest
from tests.integration.engine.records.making import walked
from tests.integration.world import World

from kundig.base.database.connection import Compiled, compile_statement
from kundig.engine.policy.scope import Scope
from kundig.engine.records import few
from kundig.engine.records.ordering import parse_order
from kundig.engine.records.pages import MOST, Reach, ids_statement
from kundig.engine.records.segments import segments_of
from kundig.engine.schema.indexes import LARGE_AUDIENCE

OTHERS = 1_000_000
"""Numbers of principals from here on are nobody's."""
MANY = (0, 1, LARGE_AUDIENCE - 1, LARGE_AUDIENCE, LARGE_AUDIENCE + 1, 5_000)
NAMES = ("q", "qu", "Qu", "qü", "quer", "Quer Hof", "z" * 200, "ß" * 400, "𝔔" * 500, "r")
_ADD = """update {ws}.room set audience = audience || array(select generate_series(%(first)s, %(first)s - 1 + %(many)s))
  where id = %(id)s"""


def reading(monkeypatch: pytest.MonkeyPatch, *, first: int, beside: int) -> None:
    """Forget what was counted, and read those of so few records first."""
    monkeypatch.setattr(few, "FEW", first)
    monkeypatch.setattr(few, "FEW_BESIDE_INDEX", beside)
    monkeypatch.setattr("kundig.engine.policy.remembering._SECONDS", 0.0)


@pytest.mark.parametrize("seed", range(3))
async def test_it_holds_the_same_however_it_is_read(world: World, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    rng = random.Random(seed)
    me, other, everybody = await world.user("level_own"), await world.user("level_own"), await world.user("level_all")
    ids = [await world.create("room", name=rng.choice(NAMES), owner=rng.choice((me, me, other))) for _ in range(60)]
    async with world.system() as scope:
        for id_ in ids:
            await scope.connection.execute(_ADD, {"id": id_, "first": OTHERS, "many": rng.choice(MANY)})
        await scope.connection.execute("update {ws}.room set deleted_at = now() where id = any(%(ids)s)", {"ids": ids[:5]})
    async with world.scope(everybody) as scope:
        every = await walked(scope, "room", field="id", order="name,id", limit=100)
    for user in (me, other):
        async with world.scope(user) as scope:
            for order in (None, "name", "-name", "name,-area"):
                ways = []
                for first, beside in ((10_000, 10_000), (10_000, 0), (0, 0)):
                    reading(monkeypatch, first=first, beside=beside)
                    ways += [await walked(scope, "room", field="id", order=order, limit=limit) for limit in (1, 7, 100)]
                assert all(way == ways[0] for way in ways)
                assert len(ways[0]) > 5
                if order is None:
                    assert ways[0] == [id_ for id_ in every if id_ in set(ways[0])]


async def test_others_records_are_passed_without_reading_them(world: World) -> None:
    async with world.scope(await world.user("level_own")) as scope:
        plan = await _plan(scope, passing=True)
        assert re.search(r"Index Only Scan using room__name_sight__ix on", plan)
        assert "using room__name_sight_rest__ix on" in plan
        assert "sight" not in await _plan(scope, passing=False)


async def _plan(scope: Scope, *, passing: bool) -> str:
    object_ = scope.object("room")
    keys = parse_order(scope, object_, None)
    reach = Reach(scope, object_, None, descending=False, passing=passing)
    asked = ids_statement(reach, list(enumerate(segments_of(object_, keys)))[:1], None, None)
    settings = ", ".join(f"set_config('enable_{way}', 'off', true)" for way in ("seqscan", "bitmapscan", "sort"))
    await scope.connection.execute(f"select {settings}")
    compiled = compile_statement(asked)
    explained = Compiled(f"explain {compiled.text}", compiled.fixed, compiled.adapters)
    return str(await scope.connection.rows(explained, {MOST: 51, **scope.access.parameters}))
