"""After the storm: what follows from acknowledged writes has come, once, and nothing is half there."""

from __future__ import annotations

import time
from pathlib import Path

import psycopg

from faults.ledger import Ledger

PATIENCE = 180

INVARIANTS = {
    "a live record without a search entry, or one of a deleted record": """
        select a.id from {ws}.account a full join {ws}.search_entry s on s.object = 'account' and s.record = a.id
         where (s.object = 'account' or s.object is null) and (a.deleted_at is null) is distinct from (s.record is not null)""",
    "a version without its journal entry": """
        select a.id from {ws}.account a
         where a.version <> (select count(*) from {ws}.change_entry e where e.object = 'account' and e.record = a.id)""",
    "a journal entry without its change": """
        select e.record from {ws}.change_entry e
         where not exists (select 1 from {ws}.change c where c.id = e.change and c.at = e.at)""",
    "a journal entry without its record": """
        select e.record from {ws}.change_entry e
         where e.object = 'account' and not exists (select 1 from {ws}.account a where a.id = e.record)""",
    "contact points that are not those of the record": """
        select a.id from {ws}.account a
         where jsonb_array_length(a.emails) <> (
           select count(*) from {ws}.contact_point p where p.object = 'account' and p.record = a.id
              and p.field = 'emails' and p.live = (a.deleted_at is null))""",
    "a record without its row of figures": """
        select a.id from {ws}.account a where not exists (select 1 from {ws}.account_rollup r where r.record = a.id)""",
    "an import that has not ended": "select id from {ws}.import_run where state <> 'done'",
    "an import whose figures are not those of its change": """
        select i.id from {ws}.import_run i
         where i.created <> (select count(*) from {ws}.change_entry e where e.change = i.change and e.action = 'create')""",
    "an undo that has not ended": "select change from {ws}.change_state where state <> 'applied'",
    "an undo that took something back twice, or not at all": """
        select s.change from {ws}.change_state s
         where s.of_change is not null
           and s.total <> (select count(*) from {ws}.change_entry e where e.change = s.change)""",
    "an invited user with no mail or more than one": """
        select u.id from {ws}."user" u
         where u.email like 'f%-%@example.com' and 1 <> (select count(*) from {ws}.mail m where m.recipient = u.email)""",
    "a mail to nobody": """
        select m.id from {ws}.mail m where not exists (select 1 from {ws}."user" u where u.email = m.recipient)""",
    "a mail that has not left": "select id from {ws}.mail where state <> 'filed'",
    "a mention that was not told, or more than once": """
        select c.id from {ws}.comment c cross join lateral unnest(c.mentions) as wanted (person)
         where 1 <> (select count(*) from {ws}.notification n where n.comment = c.id and n.recipient = wanted.person)""",
    "somebody was not told of what was given to them": """
        select a.id from {ws}.account a
         where a.owner_id <> a.created_by and a.deleted_at is null and not exists (
           select 1 from {ws}.notification n where n.recipient = a.owner_id and n.record = a.id and n.kind = 'assigned')""",
    "a job that has failed": "select id from jobs.procrastinate_jobs where status not in ('todo', 'doing')",
}
_RESTING = """
select not exists (select 1 from jobs.procrastinate_jobs where status = 'doing' or status = 'todo'
                     and (scheduled_at is null or scheduled_at <= now()))
   and (select position >= %(since)s from {ws}.feed_position where reader = 'notifications')
"""


def settle(dsn: str, schema: str, ledger: Ledger) -> None:
    """Wait until the feed has been read to where it ends now and no job is left to do."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        row = connection.execute("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint").fetchone()
        assert row is not None
        statement = _RESTING.replace("{ws}", schema)
        begun = time.monotonic()
        while time.monotonic() - begun < PATIENCE:
            resting = connection.execute(statement, {"since": row[0]}).fetchone()
            if resting and resting[0]:
                return
            time.sleep(0.2)
        left = connection.execute("select task_name, status, attempts from jobs.procrastinate_jobs").fetchall()
    ledger.strange(f"jobs are not done after {PATIENCE} s: {left[:10]}")


def invariants(dsn: str, schema: str, mails: Path, ledger: Ledger) -> None:
    """What must hold in the database, and between it and the folder of mails, once all is settled."""
    with psycopg.connect(dsn) as connection:
        for name, statement in INVARIANTS.items():
            found = [str(row[0]) for row in connection.execute(statement.replace("{ws}", schema)).fetchall()]
            if found:
                ledger.strange(f"{name}: {len(found)}, such as {', '.join(found[:3])}")
        filed = {str(row[0]) for row in connection.execute(f"select id from {schema}.mail").fetchall()}
    files = sorted(path.name for path in mails.iterdir()) if mails.exists() else []
    named = [name[-40:-4] for name in files]  # a date, an id and `.eml`; what is called otherwise is a half-written one
    if sorted(named) != sorted(filed):
        ledger.strange(f"files of mails that are not those of the database: {len(named)} against {len(filed)}")
