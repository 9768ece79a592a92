"""Rights that hang on an amount, or on a formula over it, follow it: changed by hand or by a line."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from tests.integration.rights.crm import Caller, Crm

ROLE = """
kind: role
name: small
label: {en: Small deals, de: Kleine}
objects:
  opportunity: {read: own, where: {field: FIELD, op: lt, value: "100"}}
"""


@dataclass
class Place:
    admin: Caller
    reader: Caller

    async def made(self, **more: Any) -> str:
        answer = await self.admin.api.post("/api/v1/opportunity", json={"name": "x", "stage": "proposal", **more})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def edit(self, path: str, **values: Any) -> None:
        answer = await self.admin.api.patch(f"/api/v1{path}", json=values)
        assert answer.status_code == 200, answer.text

    async def lines(self, opportunity: str) -> list[str]:
        rows = (await self.admin.get("/opportunity_line")).json()["data"]
        return [row["id"] for row in rows if row["opportunity"]["id"] == opportunity]

    async def seen(self, opportunity: str) -> bool:
        """Whether the reader may see it."""
        return (await self.reader.get(f"/opportunity/{opportunity}")).status_code == 200


@pytest.fixture(scope="module", params=["amount", "expected_revenue"])
async def place(request: pytest.FixtureRequest, new_crm: Callable[[], Awaitable[Crm]]) -> Place:
    """A workspace whose only filter names one field: another one would have everything looked at that depends on that."""
    crm = await new_crm()
    await crm.configure(ROLE.replace("FIELD", request.param))
    admin, reader = [await crm.caller(await crm.user(role)) for role in ("administrator", "small")]
    return Place(admin, reader)


def euro(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


async def test_an_amount_changed_by_hand(place: Place) -> None:
    deal = await place.made(amount=euro("5.00"))
    assert await place.seen(deal)
    await place.edit(f"/opportunity/{deal}", amount=euro("5000.00"))
    assert not await place.seen(deal)


async def test_an_amount_that_follows_from_lines(place: Place) -> None:
    deal = await place.made(opportunity_line=[{"name": "a", "unit_price": euro("5.00")}])
    assert await place.seen(deal)
    [line] = await place.lines(deal)
    await place.edit(f"/opportunity_line/{line}", quantity="1000")
    assert not await place.seen(deal)
    assert (await place.admin.api.delete(f"/api/v1/opportunity_line/{line}")).status_code == 204
    await place.edit(f"/opportunity/{deal}", opportunity_line=[{"name": "b", "unit_price": euro("6.00")}])
    assert await place.seen(deal)


async def test_an_amount_that_is_there_from_the_first(place: Place) -> None:
    deal = await place.made(opportunity_line=[{"name": "a", "unit_price": euro("5000.00")}])
    assert not await place.seen(deal)
