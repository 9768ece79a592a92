"""The trash under rights, and the columns of a board."""

from __future__ import annotations

from tests.integration.world import World

from kundig.engine.policy.scope import Scope
from kundig.engine.records.columns import list_columns
from kundig.engine.records.trash import list_trash
from kundig.engine.records.writing import Change, Create, Delete, Restore, Update, write


async def test_the_trash_shows_what_the_reader_may_bring_back(world: World) -> None:
    jana, tom, only_sees = await world.user("level_own"), await world.user("level_own"), await world.user("sees")
    hers = await world.create("house", name="Hers", owner=jana)
    his = await world.create("house", name="His", owner=tom)
    async with world.system() as scope:
        await Change(scope).write("house", [Delete(hers), Delete(his)])
    async with world.scope(jana) as scope:
        assert [record.id for record in (await list_trash(scope)).records] == [hers]
        await write(scope, "house", [Restore(hers)])
        assert (await list_trash(scope)).records == ()
    async with world.scope(only_sees) as scope:
        assert (await list_trash(scope)).records == ()


async def test_the_trash_goes_on_page_by_page_newest_first(scope: Scope) -> None:
    made = await write(scope, "account", [Create({"name": f"Trash {n}"}) for n in range(5)])
    await write(scope, "account", [Delete(id_) for id_ in made.ids])
    first = await list_trash(scope, limit=2)
    second = await list_trash(scope, limit=2, cursor=first.next_cursor)
    last = await list_trash(scope, limit=2, cursor=second.next_cursor)
    shown = [record.id for page in (first, second, last) for record in page.records]
    # older records of other tests may lie below these
    assert shown[: len(made.ids)] == sorted(made.ids, reverse=True)
    assert len(shown) == len(set(shown))
    assert first.next_cursor is not None


async def test_each_column_has_its_own_first_records_in_its_own_order(scope: Scope) -> None:
    names = [f"Column {n}" for n in range(5)]
    made = await write(scope, "opportunity", [Create({"name": name}) for name in names])
    await write(scope, "opportunity", [Update(made.ids[0], {"stage": "won"}), Update(made.ids[1], {"stage": "won"})])
    where = {"field": "name", "op": "starts_with", "value": "Column"}
    orders = {"qualification": "name", "proposal": "name", "won": "-name"}
    before = scope.connection.statements
    found = await list_columns(scope, "opportunity", "stage", orders, where=where, fields=("name",), most=2)
    assert scope.connection.statements == before + 3  # found, looked for those without a name, read
    assert {stage: [record["name"] for record in rows] for stage, rows in found.items()} == {
        "qualification": ["Column 2", "Column 3"],
        "proposal": [],
        "won": ["Column 1", "Column 0"],
    }
