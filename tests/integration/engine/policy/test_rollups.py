"""Roll-ups for readers of a part: worked out over what they see, never the stored sum over everything."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from tests.integration.world import World

from kundig.engine.policy.predicates import AccessReading


async def figures(world: World, user: UUID, house: UUID) -> tuple[Any, Any, bool]:
    """Rooms and area as a user reads them, and whether those are the stored ones."""
    async with world.scope(user) as scope:
        bound = scope.model.objects["house"]
        row = bound.table.alias("r")
        reading = AccessReading.of(scope)
        rooms, area = (bound.fields[name] for name in ("rooms", "area"))
        shown = sa.select(rooms.type.select(rooms, row, reading).label("rooms"), area.type.select(area, row, reading).label("area"))
        found = await scope.connection.row(shown.where(row.c.id == house), scope.access.parameters)
        assert found is not None
        return found["rooms"], found["area"], reading.stored_rollup(rooms)


async def test_figures_are_over_what_the_reader_sees(world: World) -> None:
    reader, colleague = await world.user("sees"), await world.user("sees")
    house = await world.create("house", name="x")
    for owner, area in ((reader, 10), (colleague, 20), (colleague, 30)):
        await world.create("room", name="y", house=house, owner=owner, area=area)
    assert await figures(world, reader, house) == (1, 10, False)
    assert await figures(world, colleague, house) == (2, 50, False)
    assert await figures(world, await world.user("sees"), house) == (0, None, False)
    assert await figures(world, await world.user("level_all"), house) == (3, 60, True)
