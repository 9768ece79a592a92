"""Running numbers show in labels, one by one in the order of the records."""

from __future__ import annotations

from kundig.engine.extension import Module, Object, field
from kundig.engine.policy.applying import settle
from kundig.engine.records.writing import Change, Create
from kundig.services.identity.module import MODULE as IDENTITY
from kundig.services.identity.scopes import Scopes

BOTH = {"en": "Case", "de": "Fall"}
CASE = Object(
    name="case",
    label=BOTH,
    label_plural=BOTH,
    title="{number} {name}",
    fields=(field("number", "autonumber", "Number", "Nummer", prefix="Fälle 26/", digits=4), field("name", "text", "Name", "Name")),
)


async def test_labels_show_numbers(database, new_workspace):
    place = await new_workspace()
    scopes = Scopes([IDENTITY, Module(name="cases", label=BOTH, objects=(CASE,))])
    await settle(database, place, scopes.models)
    async with database.transaction(place) as connection:
        scope = await scopes.of_system(connection, place, "test")
        await Change(scope).write("case", [Create({"name": "a"})])
        await Change(scope).write("case", [Create({"name": name}) for name in "bc"])
        found = await connection.values('select label from {ws}."case" order by number')
    assert found == ["Fälle 26/0001 a", "Fälle 26/0002 b", "Fälle 26/0003 c"]
