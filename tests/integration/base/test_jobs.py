"""Jobs: queued with the transaction, done once, done again when their worker is killed."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from psycopg import errors as pg

from kundig.base.context import Actor, Workspace
from kundig.base.database import Database
from kundig.base.database.address import Address
from kundig.base.errors import Conflict, Denied, OutsideFault
from kundig.base.i18n import t
from kundig.base.jobs import Job, JobRun, first_time, queue, run_worker

ACTOR = Actor("user", uuid4(), uuid4())


@asynccontextmanager
async def working(database: Database, *jobs: Job) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(run_worker(database, jobs, stop))
    try:
        yield
    finally:
        stop.set()
        await task


async def until(condition: Callable[[], Any], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - others change it
            await asyncio.sleep(0.02)


async def left(database: Database, name: str) -> list[str]:
    async with database.transaction(None) as connection:
        return [
            str(value)
            for value in await connection.values("select status from jobs.procrastinate_jobs where task_name = %(n)s", {"n": name})
        ]


@pytest.fixture(autouse=True)
async def empty_queue(database: Database) -> None:
    async with database.owner() as connection:
        await connection.execute("set local search_path = jobs; truncate jobs.procrastinate_jobs cascade; truncate jobs.step_done")


async def test_a_job_runs_where_and_for_whom_it_was_queued(database: Database, workspace: Workspace) -> None:
    runs: list[JobRun] = []

    async def run(job: JobRun) -> None:
        async with job.transaction() as connection:
            assert await connection.value("select current_user::text") == f"kundig_{workspace.schema}"
        runs.append(job)

    async with database.transaction(workspace) as connection:
        number = await queue(connection, "test.where", {"ä": [1, None]}, actor=ACTOR)
    async with working(database, Job("test.where", run)):
        await until(lambda: runs)
    assert (runs[0].id, runs[0].workspace, runs[0].actor, runs[0].payload) == (number, workspace, ACTOR, {"ä": [1, None]})
    assert await left(database, "test.where") == []


async def test_a_job_of_a_failed_transaction_never_was(database: Database, workspace: Workspace) -> None:
    with pytest.raises(Conflict):
        async with database.transaction(workspace) as connection:
            await queue(connection, "test.never", {})
            raise Conflict(t("Stop"))
    assert await left(database, "test.never") == []


async def test_one_waits_per_queueing_lock_and_the_transaction_goes_on(database: Database, workspace: Workspace) -> None:
    async with database.transaction(workspace) as connection:
        assert await queue(connection, "test.once", {}, queueing_lock="one") is not None
        assert await queue(connection, "test.once", {}, queueing_lock="one") is None
        assert await connection.value("select 1") == 1
        assert await queue(connection, "test.once", {}, lock="other") is not None
    assert await left(database, "test.once") == ["todo", "todo"]


async def test_a_workspace_queues_for_itself_only(database: Database, workspace: Workspace) -> None:
    with pytest.raises(pg.InsufficientPrivilege):
        async with database.transaction(workspace) as connection:
            await connection.execute("""select jobs.queue('x', '{"workspace": "ws_other"}', null, null, null)""")
    with pytest.raises(pg.InsufficientPrivilege):
        async with database.transaction(workspace) as connection:
            await connection.execute("select * from jobs.procrastinate_jobs")


async def test_a_fault_of_the_outside_is_tried_again_an_answer_is_not(database: Database, workspace: Workspace) -> None:
    tries = {"fault": 0, "answer": 0}

    async def fault(job: JobRun) -> None:
        tries["fault"] += 1
        if job.attempt < 1:
            raise OutsideFault(t("away"))

    async def answer(job: JobRun) -> None:
        tries["answer"] += 1
        raise Denied(t("no"))

    async with database.transaction(workspace) as connection:
        await queue(connection, "test.fault", {})
        await queue(connection, "test.answer", {})
    async with working(database, Job("test.fault", fault), Job("test.answer", answer)):
        await until(lambda: tries["fault"] == 2)
        await asyncio.sleep(0.3)
    assert tries == {"fault": 2, "answer": 1}
    assert await left(database, "test.answer") == ["failed"]


async def test_jobs_of_a_lock_run_one_after_the_other(database: Database, workspace: Workspace) -> None:
    running, most, done = 0, 0, 0

    async def run(job: JobRun) -> None:
        nonlocal running, most, done
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.05)
        running -= 1
        done += 1

    async with database.transaction(workspace) as connection:
        for _ in range(4):
            await queue(connection, "test.lock", {}, lock="same")
    async with working(database, Job("test.lock", run)):
        await until(lambda: done == 4)
    assert most == 1


async def test_a_periodic_job_runs_in_each_workspace(database: Database, workspace: Workspace) -> None:
    seen: list[Workspace | None] = []

    async def run(job: JobRun) -> None:
        seen.append(job.workspace)

    async with working(database, Job("test.tick", run, periodic="* * * * * *")):
        await until(lambda: workspace in seen)
    assert None not in seen


async def test_a_shutdown_hands_the_job_back(database: Database, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kundig.base.jobs.worker._GRACE_SECONDS", 0.2)
    begun: list[int] = []

    async def run(job: JobRun) -> None:
        begun.append(job.attempt)
        async with job.transaction() as connection:
            await connection.execute("select pg_sleep(60)")

    async with database.transaction(workspace) as connection:
        await queue(connection, "test.long", {})
    async with working(database, Job("test.long", run)):
        await until(lambda: begun)
    assert await left(database, "test.long") == ["todo"]


async def test_the_worker_survives_lost_connections(database: Database, workspace: Workspace) -> None:
    done: list[int] = []

    async def run(job: JobRun) -> None:
        done.append(job.id)

    async with working(database, Job("test.lost", run)):
        for n in range(2):
            async with database.transaction(workspace) as connection:
                await queue(connection, "test.lost", {})
            await until(lambda wanted=n + 1: len(done) == wanted)
            async with database.transaction(None) as connection:
                await connection.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'kundig-worker' and pid <> pg_backend_pid()"
                )


async def _mark_then_hang(job: JobRun) -> None:
    async with job.transaction() as connection:
        first = await first_time(connection, job)
        await connection.execute("insert into {ws}.done_by values (%(pid)s, %(first)s)", {"pid": os.getpid(), "first": first})
    if job.attempt == 0:
        await asyncio.sleep(600)


def _worker_process(address: Address) -> None:
    async def main() -> None:
        async with Database(address, size=4) as database:
            await run_worker(database, [Job("test.killed", _mark_then_hang)], asyncio.Event())

    asyncio.run(main())


async def test_a_killed_workers_job_is_done_by_another_once(database: Database, address: Address, workspace: Workspace) -> None:
    async with database.owner(workspace) as connection:
        await connection.execute("drop table if exists {ws}.done_by; create table {ws}.done_by (pid int, first boolean)")
    async with database.transaction(workspace) as connection:
        await queue(connection, "test.killed", {})

    async def marks() -> list[dict[str, Any]]:
        async with database.transaction(workspace) as connection:
            return await connection.rows("select * from {ws}.done_by")

    victim = multiprocessing.get_context("spawn").Process(target=_worker_process, args=(address,), daemon=True)
    victim.start()
    async with asyncio.timeout(20):
        while not await marks():  # noqa: ASYNC110 - another process changes it
            await asyncio.sleep(0.05)
    os.kill(victim.pid or 0, signal.SIGKILL)
    victim.join()
    killed = time.monotonic()
    async with working(database, Job("test.killed", _mark_then_hang)), asyncio.timeout(20):
        while len(await marks()) < 2:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.05)
    assert time.monotonic() - killed < 10
    assert sorted(mark["first"] for mark in await marks()) == [False, True]
    assert await left(database, "test.killed") == []


async def test_a_job_that_is_tried_again_does_not_get_stuck_behind_its_like(database: Database, workspace: Workspace) -> None:
    """While it ran another of its queueing lock was queued, which waits for its lock."""
    attempts: list[tuple[int, int]] = []

    async def queue_one() -> None:
        async with database.transaction(workspace) as connection:
            await queue(connection, "test.like", {}, lock="like", queueing_lock="like")

    async def run(job: JobRun) -> None:
        attempts.append((job.id, job.attempt))
        if len(attempts) == 1:
            await queue_one()
            raise OutsideFault(t("away"))

    await queue_one()
    async with working(database, Job("test.like", run)):
        await until(lambda: len(attempts) == 3)
        await until_none_is_left(database, "test.like")
    assert len({job for job, _ in attempts}) == 2
    assert sorted(attempt for _, attempt in attempts) == [0, 0, 1]


async def test_a_killed_workers_job_does_not_get_stuck_behind_its_like(database: Database, workspace: Workspace) -> None:
    done: list[int] = []

    async def run(job: JobRun) -> None:
        done.append(job.id)

    async with database.transaction(workspace) as connection:
        left_behind = await queue(connection, "test.left", {}, lock="left", queueing_lock="left")
    async with database.owner() as connection:
        await connection.execute("set local search_path = jobs")
        await connection.execute("update procrastinate_jobs set status = 'doing' where id = %(id)s", {"id": left_behind})
    async with database.transaction(workspace) as connection:
        waiting = await queue(connection, "test.left", {}, lock="left", queueing_lock="left")
    async with working(database, Job("test.left", run)):
        await until(lambda: len(done) == 2)
        await until_none_is_left(database, "test.left")
    assert sorted(done) == sorted(id_ for id_ in (left_behind, waiting) if id_)


async def until_none_is_left(database: Database, name: str) -> None:
    async with asyncio.timeout(10):
        while await left(database, name):  # noqa: ASYNC110 - a worker changes it
            await asyncio.sleep(0.05)


async def _mark_slowly(job: JobRun) -> None:
    """Shows in a transaction of its own that it has begun, then does its work in one that takes a while at first."""
    async with job.transaction() as connection:
        await connection.execute("insert into {ws}.begun_by values (%(pid)s)", {"pid": os.getpid()})
    async with job.transaction() as connection:
        if await first_time(connection, job):
            await connection.execute("insert into {ws}.done_by values (%(pid)s, true)", {"pid": os.getpid()})
        await asyncio.sleep(0 if job.attempt else 1)


def _slow_worker_process(address: Address) -> None:
    async def main() -> None:
        async with Database(address, size=4) as database:
            await run_worker(database, [Job("test.frozen", _mark_slowly)], asyncio.Event())

    asyncio.run(main())


async def test_a_worker_that_comes_back_from_the_dead_commits_nothing(
    database: Database, address: Address, workspace: Workspace
) -> None:
    """Stopped amid its transaction and cut off, as with a machine that sleeps; another does the job before it goes on."""
    async with database.owner(workspace) as connection:
        for table, columns in (("done_by", "pid int, first boolean"), ("begun_by", "pid int")):
            await connection.execute(f"drop table if exists {{ws}}.{table}; create table {{ws}}.{table} ({columns})")
    async with database.transaction(workspace) as connection:
        await queue(connection, "test.frozen", {})

    async def pids(table: str) -> list[int]:
        async with database.transaction(workspace) as connection:
            return await connection.values(f"select pid from {{ws}}.{table}")

    zombie = multiprocessing.get_context("spawn").Process(target=_slow_worker_process, args=(address,), daemon=True)
    zombie.start()
    async with asyncio.timeout(60):
        while not await pids("begun_by"):  # noqa: ASYNC110 - another process changes it
            await asyncio.sleep(0.02)
    os.kill(zombie.pid or 0, signal.SIGSTOP)
    async with database.transaction(None) as connection:
        await connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and usename = current_user and pid <> pg_backend_pid()"
        )
    async with working(database, Job("test.frozen", _mark_slowly)), asyncio.timeout(60):
        while os.getpid() not in await pids("done_by"):  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.05)
        os.kill(zombie.pid or 0, signal.SIGCONT)
        while await left(database, "test.frozen"):  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.05)
    os.kill(zombie.pid or 0, signal.SIGTERM)
    zombie.join()
    assert await pids("done_by") == [os.getpid()]
