"""Sample data goes when an administrator says so; what is one's own stays."""

from __future__ import annotations

import pytest
from tests.integration.world import World

from kundig.base.context import Actor
from kundig.base.errors import Denied
from kundig.base.jobs import JobRun
from kundig.engine.records.undo import undo
from kundig.engine.records.writing import Create, write
from kundig.services.identity.samples import ask_for_removal, has_samples, remove_samples, samples_job


async def _live(world: World) -> set[str]:
    async with world.system() as scope:
        return set(await scope.connection.values("select name from {ws}.house where deleted_at is null and name like 'Sample%%'"))


async def test_they_are_removed_by_a_job_and_come_back_by_undo(world: World) -> None:
    admin = await world.user("administrator")
    async with world.system() as scope:
        await write(scope.because("demo"), "house", [Create({"name": "Sample hut"}), Create({"name": "Sample tent"})])
        await write(scope, "house", [Create({"name": "Sample of my own"})])
        assert await has_samples(scope)
    async with world.scope(admin) as scope:
        await ask_for_removal(scope)
    job = samples_job(world.scopes)
    for number in (90_000_001, 90_000_001):  # run again after a kill, it finds nothing more to do
        await job.run(JobRun(number, world.database, world.workspace, Actor("user", admin, admin), {}, 0))
    assert await _live(world) == {"Sample of my own"}
    async with world.system() as scope:
        assert not await has_samples(scope)
        change = await scope.connection.value(
            "select id from {ws}.change where reason = 'sample data removed' order by at desc limit 1"
        )
    async with world.scope(admin) as scope:
        await undo(scope, change)
    assert await _live(world) == {"Sample of my own", "Sample hut", "Sample tent"}
    async with world.system() as scope:
        assert await remove_samples(scope) == 2


async def test_nobody_else_may_ask(world: World) -> None:
    async with world.scope(await world.user("level_all")) as scope:
        with pytest.raises(Denied):
            await ask_for_removal(scope)
