"""Exchange rates as records are worth by them: those of a day, and those that closed records keep."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

from kundig.base.database import Connection
from kundig.engine.policy.scope import Scope

Holder = tuple[str, UUID]
"""The object and id of the record whose date and closing decide."""

_OF_DAYS = """
select w.currency, w.day, r.rate from unnest(%(currencies)s::text[], %(days)s::date[]) w (currency, day)
 cross join lateral (
   select rate from {ws}.exchange_rate e where e.currency = w.currency and e.day <= w.day order by e.day desc limit 1
 ) r
"""
_KEPT = """
select k.object, k.record, k.currency, k.rate from {ws}.kept_rate k
  join unnest(%(objects)s::text[], %(records)s::uuid[]) w (object, record) on w.object = k.object and w.record = k.record
 where k.home = %(home)s
"""
_KEEP = """
insert into {ws}.kept_rate (object, record, currency, home, rate)
select w.object, w.record, w.currency, %(home)s, w.rate
  from unnest(%(objects)s::text[], %(records)s::uuid[], %(currencies)s::text[], %(rates)s::numeric[])
       w (object, record, currency, rate)
on conflict (object, record, currency, home) do update set rate = excluded.rate
"""


async def rates_on(connection: Connection, wanted: Collection[tuple[str, date]]) -> dict[tuple[str, date], Decimal]:
    """What one unit of a currency was worth on a day; left out where none is known by then."""
    if not wanted:
        return {}
    asked = sorted(wanted)
    params = {"currencies": [currency for currency, _ in asked], "days": [day for _, day in asked]}
    return {(row["currency"], row["day"]): row["rate"] for row in await connection.rows(_OF_DAYS, params)}


async def kept_rates(scope: Scope, holders: Collection[Holder]) -> dict[tuple[Holder, str], Decimal]:
    """The rates that closed records keep, by record and currency."""
    if not holders:
        return {}
    params = {
        "objects": [object_ for object_, _ in holders],
        "records": [record for _, record in holders],
        "home": scope.context.workspace.currency,
    }
    rows = await scope.connection.rows(_KEPT, params)
    return {((row["object"], row["record"]), row["currency"]): row["rate"] for row in rows}


async def keep_rates(scope: Scope, rates: Mapping[tuple[Holder, str], Decimal]) -> None:
    """Keep rates for records that are closed, for good."""
    if not rates:
        return
    params = {
        "objects": [object_ for (object_, _), _ in rates],
        "records": [record for (_, record), _ in rates],
        "currencies": [currency for _, currency in rates],
        "rates": list(rates.values()),
        "home": scope.context.workspace.currency,
    }
    await scope.connection.execute(_KEEP, params)


async def forget_rates(scope: Scope, object_: str, records: Collection[UUID]) -> None:
    """Records that are closed once more are worth what they are by then."""
    statement = "delete from {ws}.kept_rate where object = %(object)s and record = any(%(records)s) and home = %(home)s"
    params = {"object": object_, "records": list(records), "home": scope.context.workspace.currency}
    await scope.connection.execute(statement, params)
