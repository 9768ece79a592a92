"""What the engine does by itself or later: everything a worker must know of it."""

from __future__ import annotations

from collections.abc import Sequence

from kundig.base.jobs import Job
from kundig.engine.audit.forgetting import FORGET
from kundig.engine.history.partitions import PARTITIONS
from kundig.engine.policy.jobs import SystemScope, make_jobs
from kundig.engine.records.continuing import series_jobs
from kundig.engine.records.passing import passing_jobs
from kundig.engine.records.purging import purge_jobs
from kundig.engine.records.renewing import renewal_jobs
from kundig.engine.records.renewing_worth import worth_jobs


def engine_jobs(system_scope: SystemScope, traces: Sequence[str] = ()) -> tuple[Job, ...]:
    """All jobs of the engine, given how to open a scope of the program itself, and what other rooms keep of records."""
    return (
        *make_jobs(system_scope), *passing_jobs(system_scope), *renewal_jobs(system_scope), *series_jobs(system_scope),
        *worth_jobs(system_scope), *purge_jobs(system_scope, traces), PARTITIONS, FORGET,
    )  # fmt: skip
