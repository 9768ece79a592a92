"""Jobs: what follows a write, queued in its transaction and done by worker processes, at least once.

`Job` says what can be done, `queue()` asks for it, `run_worker()` does it. Effects in the database are made once by
`first_time()`. The engine below is procrastinate, in schema `jobs`.
"""

from kundig.base.jobs.job import Job, JobRun
from kundig.base.jobs.queueing import due, first_time, queue
from kundig.base.jobs.schema import JOBS, prepare_jobs
from kundig.base.jobs.worker import run_worker

__all__ = ["JOBS", "Job", "JobRun", "due", "first_time", "prepare_jobs", "queue", "run_worker"]
