"""What amounts are worth in the company's currency: it follows date and rates, and stays once a record is closed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from tests.integration.world import World

from kundig import wiring
from kundig.base.context import SYSTEM, Workspace
from kundig.base.database import Database
from kundig.base.database.workspaces import workspace_named
from kundig.base.errors import Invalid
from kundig.base.jobs import JobRun
from kundig.engine.configuration.documents import Document
from kundig.engine.configuration.yaml import load
from kundig.engine.policy.applying import rollback_plan, settle
from kundig.engine.policy.rates import stored_rates
from kundig.engine.records import renewing_worth
from kundig.engine.records.renewing_worth import worth_jobs
from kundig.engine.records.undo import undo
from kundig.engine.records.writing import Change, Create, Delete, Update, write
from kundig.services.identity.scopes import Scopes

RATES = {"2026-01-01": "0.90", "2026-07-01": "0.80"}
TWICE = {"2026-01-01": "0.50", "2026-07-01": "0.40"}


def usd(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "USD"}


@contextmanager
def refused(told: str) -> Iterator[None]:
    """What is done here is refused, and that is said."""
    with pytest.raises(Invalid) as caught:
        yield
    assert told in "; ".join(str(error.text) for error in caught.value.errors)


class Till(World):
    """A company that sells in dollars."""

    async def rates(self, currency: str = "USD", rates: Mapping[str, Any] | None = None) -> Any:
        """Say what a currency is worth from now on, and let the job do its work."""
        plan = await self.apply(Document("exchange_rates", currency, {"name": currency, "rates": dict(rates or RATES)}))
        await self.job(currencies=[currency])
        return plan

    async def take_back(self, plan: Any) -> None:
        await rollback_plan(self.database, self.workspace, self.scopes.models, plan.id)
        async with self.database.transaction(None) as connection:
            self.workspace = await workspace_named(connection, self.workspace.name)
        await self.job()

    async def currency(self, code: str) -> Any:
        """Give the company another currency."""
        plan = await self.apply(Document("workspace", "workspace", {"company": "Till", "currency": code}))
        self.workspace = replace(self.workspace, currency=code)
        await self.job()
        return plan

    async def job(self, **payload: Any) -> None:
        [job] = worth_jobs(self.scopes.of_system)
        await job.run(JobRun(1, self.database, self.workspace, SYSTEM, payload, 0))

    async def change(self, object_: str, id_: UUID, **values: Any) -> UUID:
        """Change a record; the id of the change."""
        async with self.system() as scope:
            made = (await write(scope, object_, [Update(id_, values)])).change
        assert made is not None
        return made

    async def undo(self, change: UUID) -> UUID:
        async with self.system() as scope:
            return (await undo(scope, change)).change

    async def worth(self, id_: UUID, field: str = "amount", object_: str = "opportunity") -> Decimal | None:
        async with self.system() as scope:
            found: Decimal | None = await scope.connection.value(
                f'select "{field}__base" from {{ws}}."{object_}" where id = %(id)s', {"id": id_}
            )
        return found

    async def opportunity(self, **values: Any) -> UUID:
        return await self.create("opportunity", name="x", **({"close_date": "2026-03-04", "amount": usd("100.00")} | values))


@pytest.fixture
async def till(database: Database, new_workspace: Callable[[], Awaitable[Workspace]]) -> Till:
    workspace = await new_workspace()
    scopes = Scopes(wiring.modules())
    await settle(database, workspace, scopes.models)
    return Till(database, workspace, scopes, count(1))


async def test_the_rate_is_that_of_the_rate_date(till: Till) -> None:
    await till.rates()
    id_ = await till.opportunity()
    assert await till.worth(id_) == 90
    moved = await till.change("opportunity", id_, close_date="2026-08-01")
    assert await till.worth(id_) == 80
    await till.undo(moved)
    assert await till.worth(id_) == 90
    await till.change("opportunity", id_, amount=usd("10.01"))
    assert await till.worth(id_) == Decimal("9.01")  # rounded half up
    await till.change("opportunity", id_, close_date="2025-12-31")
    assert await till.worth(id_) is None  # nobody knows a rate that old
    await till.change("opportunity", id_, amount={"amount": "5.00", "currency": "EUR"})
    assert await till.worth(id_) == 5


SALE = """
kind: object
name: sale
label: {en: Sale, de: Verkauf}
label_plural: {en: Sales, de: Verkäufe}
rate_date: sold_at
fields:
  - {name: name, type: text, label: {en: Name, de: Name}}
  - {name: sold_at, type: datetime, label: {en: Sold at, de: Verkauft am}}
  - {name: amount, type: money, label: {en: Amount, de: Betrag}}
"""


async def test_a_time_has_the_rate_of_the_day_that_it_is_where_the_company_is(till: Till) -> None:
    await till.apply(*load(SALE, "sale.yaml"))
    await till.rates()
    times = {"2026-06-30T21:59:59Z": 90, "2026-06-30T22:30:00Z": 80, "2026-12-31T23:30:00Z": 80, "2025-12-31T23:30:00Z": 90}
    sales = {at: await till.create("sale", name="x", sold_at=at, amount=usd("100.00")) for at in times}
    assert {at: await till.worth(id_, object_="sale") for at, id_ in sales.items()} == times
    user = await till.user("administrator")
    await till.update("user", user, time_zone="America/New_York")
    async with till.scope(user) as scope:
        [there] = (await write(scope, "sale", [Create({"sold_at": "2026-06-30T22:30:00Z", "amount": usd("100.00")})])).ids
    assert await till.worth(there, object_="sale") == 80, "whoever writes"
    await till.rates(rates=TWICE)
    assert await till.worth(sales["2026-06-30T22:30:00Z"], object_="sale") == 40, "and by the job too"


async def test_rates_that_come_later_are_followed(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renewing_worth, "CHUNK", 2)
    account = await till.create("account", name="Acme", annual_revenue=usd("1000.00"))
    ids = [await till.opportunity(account=account, amount=usd(f"{n}00.00")) for n in range(1, 6)]
    await till.opportunity(account=account, stage="won", amount=usd("50.00"))
    won = "select won_revenue from {ws}.account_rollup where record = %(id)s"
    async with till.system() as scope:
        before = await scope.connection.rows("select id, version, updated_at from {ws}.opportunity order by id")
        assert await scope.connection.value(won, {"id": account}) is None
    plan = await till.rates(rates={"2000-01-01": "0.5"})
    assert [await till.worth(id_) for id_ in ids] == [50, 100, 150, 200, 250]
    assert await till.worth(account, "annual_revenue", "account") == 500
    async with till.system() as scope:
        assert await scope.connection.rows("select id, version, updated_at from {ws}.opportunity order by id") == before
        assert await scope.connection.value(won, {"id": account}) == 25
    await till.rates(rates={"2000-01-01": "0.25"})
    assert await till.worth(ids[0]) == 25
    async with till.system() as scope:
        assert await scope.connection.value(won, {"id": account}) == 25  # what is closed stays
    removed = await till.apply(whole=True)
    await till.job(currencies=["USD"])
    assert await till.worth(ids[0]) is None
    await till.take_back(removed)
    assert await till.worth(ids[0]) == 25
    async with till.system() as scope:
        assert len(await stored_rates(scope.connection)) == 1
    assert plan.revisions


async def test_a_change_of_rates_asks_for_the_job(till: Till) -> None:
    queued = "select args -> 'payload' from jobs.procrastinate_jobs where task_name = 'records.renew_worth' and args ->> 'workspace' = %(w)s"

    async def asked() -> list[Any]:
        async with till.database.owner() as connection:
            return list(await connection.values(f"{queued} order by id", {"w": till.workspace.schema}))

    await till.apply(Document("exchange_rates", "USD", {"name": "USD", "rates": RATES}))
    assert await asked() == [{"currencies": ["USD"], "again": True}]
    await till.apply(Document("exchange_rates", "USD", {"name": "USD", "rates": RATES | {"2026-07-01": "0.800"}}))
    assert len(await asked()) == 1  # it is the same rate
    await till.apply(Document("workspace", "workspace", {"company": "Till"}))
    assert len(await asked()) == 1


async def test_what_is_closed_keeps_its_rate(till: Till) -> None:
    await till.rates()
    id_ = await till.opportunity()
    await till.change("opportunity", id_, stage="won")
    await till.rates(rates=TWICE)
    assert await till.worth(id_) == 90
    await till.change("opportunity", id_, close_date="2026-08-01")
    assert await till.worth(id_) == 90
    corrected = await till.change("opportunity", id_, amount=usd("200.00"))
    assert await till.worth(id_) == 180
    await till.undo(corrected)
    assert await till.worth(id_) == 90
    opened = await till.change("opportunity", id_, stage="proposal")
    assert await till.worth(id_) == 40
    back = await till.undo(opened)
    assert await till.worth(id_) == 90  # the rate of the closing that comes back
    await till.undo(back)
    assert await till.worth(id_) == 40
    await till.change("opportunity", id_, stage="lost", lost_reason="price")
    assert await till.worth(id_) == 40
    await till.rates()
    assert await till.worth(id_) == 40
    await till.change("opportunity", id_, stage="proposal")
    assert await till.worth(id_) == 80


async def test_a_rate_that_was_not_known_at_closing_is_the_first_that_comes(till: Till) -> None:
    id_ = await till.opportunity(stage="won")
    assert await till.worth(id_) is None
    await till.rates()
    assert await till.worth(id_) == 90
    await till.rates(rates=TWICE)
    assert await till.worth(id_) == 90


async def test_lines_go_by_the_opportunity(till: Till) -> None:
    await till.rates()
    lines = [{"name": "pump", "unit_price": usd("10.00")}, {"name": "hose", "unit_price": usd("5.00")}]
    id_ = await till.opportunity(opportunity_line=lines, amount=usd("1000.00"))
    assert await till.worth(id_) == Decimal("13.50")
    await till.change("opportunity", id_, close_date="2026-08-01")
    assert await till.worth(id_) == 12
    await till.rates(rates=TWICE)
    assert await till.worth(id_) == 6
    await till.change("opportunity", id_, stage="won")
    await till.rates()
    assert await till.worth(id_) == 6
    async with till.system() as scope:
        [late] = await Change(scope).write(
            "opportunity_line", [Create({"name": "late", "unit_price": usd("5.00"), "opportunity": str(id_)})]
        )
    assert await till.worth(id_) == 8
    await till.change("opportunity", id_, stage="proposal")
    assert await till.worth(id_) == 16
    async with till.system() as scope:
        find = "select id from {ws}.opportunity_line where opportunity = %(id)s"
        await write(scope, "opportunity_line", [Delete(line) for line in await scope.connection.values(find, {"id": id_})])
    assert late is not None
    assert await till.worth(id_) == 800  # its own amount is back, at the rate of today's date


async def test_what_stands_behind_a_figure_follows_too(till: Till) -> None:
    id_ = await till.opportunity(opportunity_line=[{"name": "pump", "unit_price": usd("10.00")}], amount=usd("1000.00"))
    assert await till.worth(id_) is None
    await till.rates()
    assert await till.worth(id_) == 9
    async with till.system() as scope:
        before = "select lines_total__before__base from {ws}.opportunity_rollup where record = %(id)s"
        assert await scope.connection.value(before, {"id": id_}) in (900, None)
        find = "select id from {ws}.opportunity_line where opportunity = %(id)s"
        await write(scope, "opportunity_line", [Delete(line) for line in await scope.connection.values(find, {"id": id_})])
    assert await till.worth(id_) == 900


async def test_another_currency_of_the_company(till: Till) -> None:
    own = await till.create("product", name="pump", price={"amount": "20.00"})
    ids = [await till.opportunity(amount=money) for money in (usd("100.00"), {"amount": "10.00", "currency": "EUR"})]
    lines = await till.opportunity(
        opportunity_line=[{"name": "x", "unit_price": {"amount": "3.00", "currency": "EUR"}}], stage="won"
    )
    plan = await till.currency("USD")
    assert [await till.worth(id_) for id_ in ids] == [100, None]
    assert await till.worth(own, "price", "product") is None
    await till.rates("EUR", {"2000-01-01": "1.25"})
    assert [await till.worth(id_) for id_ in ids] == [100, Decimal("12.50")]
    assert await till.worth(own, "price", "product") == 25
    assert await till.worth(lines) == Decimal("3.75")
    with refused("Remove them first"):
        await till.currency("CHF")
    with refused("needs no rate"):
        await rollback_plan(till.database, till.workspace, till.scopes.models, plan.id)
    await till.apply(Document("workspace", "workspace", {"company": "Till", "currency": "USD"}), whole=True)
    await till.take_back(plan)
    assert till.workspace.currency == "EUR"
    assert [await till.worth(id_) for id_ in ids] == [None, 10]
    assert await till.worth(lines) == 3
    async with till.system() as scope:
        currency = "select amount__currency from {ws}.opportunity where id = %(id)s"
        assert await scope.connection.value(currency, {"id": lines}) == "EUR"


async def test_rates_as_yaml(till: Till) -> None:
    text = "kind: exchange_rates\nname: USD\nrates: {2026-01-01: 0.92, 2026-02-01: '0.93', 2026-03-01: 1}\n---\nkind: workspace\ncurrency: CHF"
    await till.apply(*load(text, "rates.yaml"))
    async with till.system() as scope:
        assert sorted((await stored_rates(scope.connection)).values()) == [Decimal("0.92"), Decimal("0.93"), 1]
    async with till.database.transaction(None) as connection:
        assert (await workspace_named(connection, till.workspace.name)).currency == "CHF"


@pytest.mark.parametrize(
    ("name", "rates", "told"),
    [
        ("EUR", {"2026-01-01": "1"}, "needs no rate"),
        ("XXX", {"2026-01-01": "1"}, "ISO 4217"),
        ("USD", {"2026-02-30": "1"}, "2026-01-31"),
        ("USD", {"20260101": "1"}, "2026-01-31"),
        ("USD", {"0001-01-01": "1"}, "2026-01-31"),
        ("USD", {"2026-01-01": "0"}, "more than 0"),
        ("USD", {"2026-01-01": "-1"}, "more than 0"),
        ("USD", {"2026-01-01": "NaN"}, "number"),
        ("USD", {"2026-01-01": "1e300"}, "number"),
    ],
)
async def test_what_can_be_no_rate_is_refused(crm: World, name: str, rates: dict[str, Any], told: str) -> None:
    with refused(told):
        await crm.apply(Document("exchange_rates", name, {"name": name, "rates": rates}))
