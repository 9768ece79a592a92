"""Who sees little or much finds what begins with a question in its order, whoever else may see it, and by the indexes made for it."""

from __future__ import annotations

import random
import re
from uuid import UUID

import pytest
from tests.integration.world import World

from kundig.base.database.connection import Compiled
from kundig.engine.policy.scope import Scope
from kundig.engine.search import query
from kundig.engine.search.query import LARGE_AUDIENCE, search
from kundig.engine.search.sight import Alike, alike

OTHERS = 1_000_000
"""Numbers of principals from here on are nobody's."""
MANY = (0, 1, LARGE_AUDIENCE - 1, LARGE_AUDIENCE, LARGE_AUDIENCE + 1, 5_000)
_ADD = """update {ws}.search_entry set audience = audience || array(select generate_series(%(first)s, %(first)s - 1 + %(many)s))
  where record = %(id)s"""
_BEGIN = """select record from {ws}.search_entry where object = 'house' and starts_with(label_fold, kundig.fold(%(q)s))
  and audience && %(reads)s::integer[] order by label_fold, record"""


async def found(scope: Scope, q: str, limit: int) -> list[UUID]:
    return [UUID(hit["id"]) for hit in await search(scope, q, ["house"], limit)]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("few_objects", [0, 3])
async def test_what_begins_comes_in_its_order(world: World, monkeypatch: pytest.MonkeyPatch, few_objects: int, seed: int) -> None:
    monkeypatch.setattr(query, "_FEW_OBJECTS", few_objects)
    rng = random.Random(seed)
    me, other, everybody = await world.user("level_own"), await world.user("level_own"), await world.user("level_all")
    parts = ("q", "qu", "Qu", "qü", "quer", "Quer Hof", "quelle", "r")
    ids = [await world.create("house", name=rng.choice(parts), owner=rng.choice((me, me, other))) for _ in range(50)]
    async with world.system() as scope:
        for id_ in ids:
            await scope.connection.execute(_ADD, {"id": id_, "first": OTHERS, "many": rng.choice(MANY)})
    for user in (me, other, everybody):
        for few in (True, False):

            async def sees_few(_scope: Scope, group: Alike, few: bool = few) -> bool:
                return few and group.reads is not None

            monkeypatch.setattr(query, "sees_few_entries", sees_few)
            async with world.scope(user) as scope:
                for q in ("q", "qu", "quer", "quer hof", "qx"):
                    begin = await _begin(scope, q)
                    for limit in (1, 7, 20, 100):
                        ids = await found(scope, q, limit)
                        assert ids[: len(begin)] == begin[:limit]


async def _begin(scope: Scope, q: str) -> list[UUID]:
    reads = scope.access.objects["house"].reads
    if reads is None:
        every = _BEGIN.replace("and audience && %(reads)s::integer[]", "")
        return await scope.connection.values(every, {"q": q})
    return await scope.connection.values(_BEGIN, {"q": q, "reads": list(reads)})


@pytest.mark.parametrize("few_objects", [0, 3])
async def test_labels_are_read_without_the_entries(world: World, monkeypatch: pytest.MonkeyPatch, few_objects: int) -> None:
    monkeypatch.setattr(query, "_FEW_OBJECTS", few_objects)
    async with world.scope(await world.user("level_own")) as scope:
        asking = query._Asking(scope, "q", alike(scope, ["house"]), [False], 20)
        await scope.connection.execute(
            "select set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true)"
        )
        plan = str(await scope.connection.rows(Compiled(f"explain {asking.names()}"), asking.values))
    # With so few entries the planner may take either of the two.
    assert re.search(r"Index Only Scan using search_entry_(object_)?label on", plan)
    assert "using search_entry_label_many on" in plan
