"""How long the audit trail is kept: only the owner can delete from it, and only by this job, when the time that was set is over."""

from __future__ import annotations

from kundig.base.jobs import Job, JobRun

KEPT_DAYS = 400
"""Unless the workspace says otherwise: what happened a year ago can still be compared with now."""
LEAST_DAYS, MOST_DAYS = 90, 3650
CHUNK = 5000
"""Events deleted in one transaction, so that nobody waits for it."""
_KEPT = "select (body ->> 'audit_days')::int from {ws}.document where kind = 'workspace'"
_FORGET = """
delete from {ws}.audit_event where id in (
  select id from {ws}.audit_event where at < now() - make_interval(days => %(days)s) order by at, id limit %(chunk)s)
"""


async def _forget(run: JobRun) -> None:
    while True:
        async with run.database.owner(run.workspace) as connection:
            days = await connection.value(_KEPT) or KEPT_DAYS
            gone = await connection.execute(_FORGET, {"days": max(LEAST_DAYS, days), "chunk": CHUNK})
        if gone < CHUNK:
            return


FORGET = Job("audit.forget", _forget, periodic="41 2 * * *")
"""Every night, in every workspace."""
