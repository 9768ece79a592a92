"""Who owns what in the benchmark's world, and the ids and values that its requests name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from kundig.base.database import Connection
from kundig.engine.policy.scope import Scope
from kundig.engine.records.writing import Update, write
from kundig.modules.sales.pipelines import SALES

RARE = 10
"""How many contacts have the rare name."""


async def hand_out(connection: Connection, users: Mapping[int, Any]) -> None:
    """Make each user the owner of so many contacts, of the accounts they work for, of as many opportunities, and of half the calls.

    They are spread over the whole table, as in a company that has long been at work; nobody's is what is left over.
    """
    for count, user in users.items():
        if await connection.value("select exists (select 1 from {ws}.contact where owner_id = %(user)s)", {"user": user}):
            continue
        contacts = """select c.id from {ws}.contact c join {ws}.account a on a.id = c.account
          where c.owner_id is null and a.owner_id is null and c.deleted_at is null and a.deleted_at is null
          order by md5(a.id::text), c.id limit %(count)s"""
        await _give(connection, "contact", contacts, user, count)
        accounts = "select account as id from {ws}.contact where owner_id = %(user)s group by account"
        await _give(connection, "account", accounts, user, count)
        deals = """select p.id from {ws}.opportunity p left join {ws}.account a on a.id = p.account
          where p.owner_id is null and p.deleted_at is null
          order by a.owner_id is not distinct from %(user)s desc, md5(p.id::text) limit %(count)s"""
        await _give(connection, "opportunity", deals, user, count)
        calls = """select e.record as id from {ws}.account a
          join {ws}.timeline_entry e on e.about_object = 'account' and e.about = a.id and e.object = 'call'
          where a.owner_id = %(user)s group by e.record order by md5(e.record::text) limit (%(count)s + 1) / 2"""
        await _give(connection, "call", calls, user, count)


async def _give(connection: Connection, table: str, chosen: str, user: Any, count: int) -> None:
    """Owner and audience, in the records, in their search entries and on timelines."""
    await connection.execute(
        f"""with mine as ({chosen}),
              number as (select id from {{ws}}.principal where kind = 'user' and ref = %(user)s::text),
              given as (update {{ws}}."{table}" r set owner_id = %(user)s, audience = array[(select id from number)]
                          from mine where mine.id = r.id returning r.id, r.audience),
              told as (update {{ws}}.timeline_entry t set audience = given.audience from given
                        where t.object = '{table}' and t.record = given.id)
            update {{ws}}.search_entry e set audience = given.audience from given
             where e.object = '{table}' and e.record = given.id""",
        {"user": user, "count": count},
    )


async def facts_of(scope: Scope, user: Any) -> dict[str, Any]:
    """What requests of a user name (None: the administrator); ten of their contacts get a name that nobody else has."""
    connection, rare = scope.connection, f"Seltenfeld{'' if user is None else str(user)[-4:]}"
    mine = "owner_id is null" if user is None else "owner_id = %(user)s"
    if not await connection.value("select exists (select 1 from {ws}.contact where last_name = %(rare)s)", {"rare": rare}):
        chosen = await connection.values(
            f"""select id from {{ws}}.contact where {mine} and deleted_at is null and account is not null
                 order by md5(id::text) limit {RARE}""",
            {"user": user},
        )
        await write(scope, "contact", [Update(id_, {"last_name": rare}) for id_ in chosen])
    record = await connection.row(
        "select id, account, phones -> 0 ->> 'value' as phone from {ws}.contact where last_name = %(rare)s order by id limit 1",
        {"rare": rare},
    ) or {"id": None, "account": None, "phone": "+4917139200000"}
    number = await connection.value("select id from {ws}.principal where kind = 'user' and ref = %(user)s::text", {"user": user})
    return {
        "rare": rare,
        "contact": record["id"],
        "id": record["id"],
        "account": str(record["account"]),
        "phone": record["phone"],
        "phone_quoted": quote(record["phone"]),
        "from": "m",
        "to": "n",
        "stages": [stage.key for stage in SALES.stages],
        "closed": [stage.status != "open" for stage in SALES.stages],
        "reads": [] if number is None else [number],
    }
