"""After the storm: everything acknowledged is there, nothing is half there."""

from __future__ import annotations

from collections.abc import Iterable

import httpx
import psycopg

from faults.ledger import Ledger

INVARIANTS = {
    "a live record without a search entry, or one of a deleted record": """
        select count(*) from {ws}.account a full join {ws}.search_entry s on s.object = 'account' and s.record = a.id
         where (s.object = 'account' or s.object is null) and (a.deleted_at is null) is distinct from (s.record is not null)""",
    "a version without its journal entry": """
        select count(*) from {ws}.account a
         where a.version <> (select count(*) from {ws}.change_entry e where e.object = 'account' and e.record = a.id)""",
    "a journal entry without its change": """
        select count(*) from {ws}.change_entry e
         where not exists (select 1 from {ws}.change c where c.id = e.change and c.at = e.at)""",
    "contact points that are not those of the record": """
        select count(*) from {ws}.account a
         where jsonb_array_length(a.emails) <> (
           select count(*) from {ws}.contact_point p where p.object = 'account' and p.record = a.id
              and p.field = 'emails' and p.live = (a.deleted_at is null))""",
    "a record without its row of figures": """
        select count(*) from {ws}.account a where not exists (select 1 from {ws}.account_rollup r where r.record = a.id)""",
}


def compare(url: str, token: str, ledgers: Iterable[Ledger]) -> list[str]:
    """What the API shows against what was acknowledged."""
    client = httpx.Client(base_url=f"{url}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=60)
    wrong: list[str] = []
    for ledger in ledgers:
        wrong += ledger.strange
        ids = list(ledger.records)
        for start in range(0, len(ids), 500):
            chunk = ids[start : start + 500]
            body = {"where": {"field": "id", "op": "in", "value": chunk}, "fields": ["name", "version"], "limit": 1000}
            found = {r["id"]: r for r in client.post("/account/query", json=body).raise_for_status().json()["data"]}
            for id_ in chunk:
                record, shown = ledger.records[id_], found.get(id_)
                if record.gone != (shown is None):
                    wrong.append(f"{id_}: {'still there' if record.gone else 'lost'}")
                elif shown and (shown["name"], shown["version"]) != (record.name, record.version):
                    wrong.append(f"{id_}: {shown} instead of {record}")
    return wrong


def invariants(dsn: str, schema: str) -> list[str]:
    """What must hold in the database at any time."""
    wrong = []
    with psycopg.connect(dsn) as connection:
        for name, statement in INVARIANTS.items():
            row = connection.execute(statement.replace("{ws}", schema)).fetchone()
            if row and row[0]:
                wrong.append(f"{name}: {row[0]}")
    return wrong
