"""Jobs that go through all records: nothing is measured beside them."""

from __future__ import annotations

import time

from bench.world import World
from kundig.engine.policy.jobs import FILL, RENEW_ENTRIES, RENEW_WORTH

_GOING = "select count(*) from jobs.procrastinate_jobs where status in ('todo', 'doing') and task_name"
_FILLS = f"{_GOING} = '{FILL}' and coalesce(scheduled_at, now()) <= now() + interval '1 second'"
_LONG = f"{_GOING} in ('{FILL}', '{RENEW_ENTRIES}', '{RENEW_WORTH}')"


def is_filling(world: World) -> bool:
    """Whether the job that fills the audiences still runs; that it looks once more a minute later is no matter."""
    return bool(world.value(_FILLS))


def await_jobs(world: World) -> None:
    """Until none is left, with their second looks and those of an upgrade; then as PostgreSQL would have left it after a night."""
    waited = False
    while world.value(_LONG):
        waited = True
        time.sleep(1)
    if waited:
        world.connection.execute("vacuum (analyze)")
