"""Rights that hang on an amount, on a formula over it, or on a roll-up follow it: changed by hand, by a line, by a child."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.integration.rights.crm import Caller, Crm

from kundig.engine.policy.audience import renew
from kundig.engine.records.bulk import derive
from kundig.engine.records.draft import Delete, Restore, Update
from kundig.engine.records.writing import Change

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


ROLL_UPS = """
kind: role
name: bigger
label: {en: Big accounts, de: Große Firmen}
objects:
  account: {read: own, where: {field: won_revenue, op: gt, value: "10000"}}
  contact: {read: own, where: {field: account.open_opportunities, op: gt, value: 1}}
---
kind: role
name: planned
label: {en: Planned, de: Geplant}
objects:
  account: {read: own, where: {field: next_activity_at, op: not_empty}}
"""


@dataclass
class Estate:
    """An account with a contact, and people whose rights hang on what the account's children come to."""

    crm: Crm
    account: str
    contact: str
    bigger: Caller
    planned: Caller

    async def deal(self, amount: str, stage: str) -> UUID:
        values = {"name": "x", "account": self.account, "amount": euro(amount), "stage": stage, "close_date": "2026-12-01"}
        return await self.crm.add("opportunity", values)

    async def change(self, *items: Any, object_: str = "opportunity") -> None:
        async with self.crm.system() as scope:
            await Change(scope).write(object_, items)

    async def seen(self) -> tuple[bool, bool]:
        """Whether the account and its contact are shown to who sees big ones."""
        paths = (f"/account/{self.account}", f"/contact/{self.contact}")
        account, contact = [(await self.bigger.get(path)).status_code == 200 for path in paths]
        return account, contact


@pytest.fixture
async def estate(rolled_up: Crm) -> Estate:
    account = str(await rolled_up.add("account", {"name": f"Konto {uuid4()}"}))
    contact = str(await rolled_up.add("contact", {"last_name": "Hofmann", "account": account}))
    bigger, planned = [await rolled_up.caller(await rolled_up.user(role)) for role in ("bigger", "planned")]
    return Estate(rolled_up, account, contact, bigger, planned)


@pytest.fixture(scope="module")
async def rolled_up(new_crm: Callable[[], Awaitable[Crm]]) -> Crm:
    crm = await new_crm()
    await crm.configure(ROLL_UPS)
    return crm


async def test_a_roll_up_changed_by_a_child(estate: Estate) -> None:
    assert await estate.seen() == (False, False)
    small, big = await estate.deal("9000.00", "won"), await estate.deal("8000.00", "proposal")
    assert await estate.seen() == (False, False)
    await estate.change(Update(big, {"stage": "won"}))
    assert await estate.seen() == (True, False)
    await estate.change(Update(small, {"amount": euro("1.00")}))
    assert await estate.seen() == (False, False)
    await estate.change(Update(small, {"stage": "proposal"}), Update(big, {"stage": "proposal"}))
    assert await estate.seen() == (False, True), "the contact follows what is counted at its account"


async def test_a_roll_up_changed_by_the_trash_and_by_moving(estate: Estate) -> None:
    won = await estate.deal("20000.00", "won")
    first, second = await estate.deal("1.00", "proposal"), await estate.deal("1.00", "proposal")
    assert await estate.seen() == (True, True)
    await estate.change(Delete(won), Delete(second))
    assert await estate.seen() == (False, False)
    await estate.change(Restore(won), Restore(second))
    assert await estate.seen() == (True, True)
    elsewhere = str(await estate.crm.add("account", {"name": "Anderswo"}))
    await estate.change(*[Update(deal, {"account": elsewhere}) for deal in (won, first)])
    assert await estate.seen() == (False, False)
    assert (await estate.bigger.get(f"/account/{elsewhere}")).status_code == 200


async def test_a_roll_up_changed_by_a_line(estate: Estate) -> None:
    deal = await estate.deal("1.00", "won")
    await estate.crm.add(
        "opportunity_line", {"opportunity": str(deal), "name": "a", "quantity": "1", "unit_price": euro("20000.00")}
    )
    assert await estate.seen() == (True, False)


async def test_what_a_timeline_tells(estate: Estate) -> None:
    async def seen() -> bool:
        return (await estate.planned.get(f"/account/{estate.account}")).status_code == 200

    assert not await seen()
    related = [{"object": "account", "id": estate.account}]
    meeting = {"subject": "x", "starts_at": "2090-01-01T10:00:00Z", "ends_at": "2090-01-01T11:00:00Z", "related_to": related}
    made = await estate.crm.add("meeting", meeting)
    assert await seen()
    await estate.change(Update(made, {"starts_at": "2020-01-01T10:00:00Z", "ends_at": "2020-01-01T11:00:00Z"}), object_="meeting")
    assert not await seen()


async def test_records_that_came_by_the_thousand(estate: Estate) -> None:
    """Bulk loading works figures out before it asks filters."""
    deal = await estate.deal("20000.00", "won")
    empty = "update {ws}.account_rollup set won_revenue = null, won_revenue__base = null where record = %(id)s"
    async with estate.crm.system() as scope:
        await scope.connection.execute(empty, {"id": UUID(estate.account)})
        await renew(scope, "account", [UUID(estate.account)])
    assert await estate.seen() == (False, False)
    async with estate.crm.system() as scope:
        await derive(scope, "true")
    assert await estate.seen() == (True, False), deal
