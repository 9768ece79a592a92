"""What collaboration does by itself comes when it should."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice, pairwise

from croniter import croniter

from kundig.services.collaboration.jobs import collaboration_jobs
from kundig.services.identity.scopes import Scopes


def test_news_are_looked_for_every_ten_seconds() -> None:
    [watch] = [job for job in collaboration_jobs(Scopes(())) if job.name == "collaboration.watch"]
    assert watch.periodic
    ticks = croniter(watch.periodic, datetime(2026, 11, 26, 12, 59, 57, tzinfo=UTC)).all_next(datetime)
    times = list(islice(ticks, 100))
    assert {(after - before).total_seconds() for before, after in pairwise(times)} == {10}
