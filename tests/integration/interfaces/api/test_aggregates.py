"""Grouped figures through the API: each of a row's keys is there once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tests.integration.rights.crm import Crm

BIN = """
kind: object
name: bin
label: {en: Bin, de: Kiste}
label_plural: {en: Bins, de: Kisten}
fields:
  - {name: name, type: text, label: {en: Name, de: Name}}
  - {name: count, type: number, label: {en: Count, de: Anzahl}}
"""


async def test_a_field_called_count_is_told_apart_from_the_measure(new_crm: Callable[[], Awaitable[Crm]]) -> None:
    crm = await new_crm()
    await crm.configure(BIN)
    admin = await crm.caller(await crm.user("administrator"))
    for count in (3, 3, 5):
        assert (await admin.api.post("/api/v1/bin", json={"name": "x", "count": count})).status_code == 201
    for asked in ({"group": "count"}, {"group": "count", "measure": "count"}):
        answer = await admin.get("/bin/aggregate", **asked)
        assert answer.status_code == 422
        assert [error["field"] for error in answer.json()["errors"]] == ["measure"]
    rows = (await admin.get("/bin/aggregate", group="count", measure="count_distinct:id")).json()["data"]
    assert rows == [{"count": 3, "count_distinct:id": 2}, {"count": 5, "count_distinct:id": 1}]
