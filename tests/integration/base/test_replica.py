"""Reads on a real streaming replica: never older than on the primary, and on the primary while it is behind, away or breaks off."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors as pg
from tests.integration.rights.crm import Crm

from kundig import wiring
from kundig.base.database import Connection, Database, binaries, retrying
from kundig.base.database.binaries import Account
from kundig.base.database.embedded import EmbeddedServer
from kundig.base.database.names import APP
from kundig.base.database.replica import Replica
from kundig.base.errors import Overtaken

pytestmark = pytest.mark.skipif(bool(os.environ.get("KUNDIG_TEST_DATABASE_URL")), reason="makes servers of its own")


@dataclass
class Pair:
    """A primary and what follows it."""

    database: Database
    primary: EmbeddedServer
    standby: EmbeddedServer
    folder: Path

    def on_standby(self, statement: str) -> None:
        with psycopg.connect(self.standby.address().bootstrap, autocommit=True) as connection:
            connection.execute(statement)

    def set_on_standby(self, name: str, value: str) -> None:
        self.on_standby(f"alter system set {name} = '{value}'")
        self.on_standby("select pg_reload_conf()")

    def stop_standby(self) -> None:
        """As if its machine had gone."""
        running = self.folder / "standby" / "postgres" / "postmaster.pid"
        os.kill(int(running.read_text().splitlines()[0]), signal.SIGQUIT)
        while running.exists():  # until the last of its processes has ended, it answers
            time.sleep(0.01)


@contextmanager
def servers() -> Iterator[tuple[EmbeddedServer, EmbeddedServer, Path]]:
    """Both of them, the second made from the first by `pg_basebackup`, as an operator would."""
    top = Path(tempfile.mkdtemp(prefix="kundig-replica-"))
    top.chmod(0o755)
    folders = [top / name for name in ("primary", "standby")]
    for folder in folders:
        folder.mkdir(mode=0o755)
    primary, standby = (EmbeddedServer(folder) for folder in folders)
    primary.attach()
    try:
        primary.create_database()
        account = Account.for_data(folders[0])
        hba = folders[0] / "postgres" / "pg_hba.conf"
        hba.write_text(f"{hba.read_text()}local replication all peer map=kundig\n")
        with psycopg.connect(primary.address().bootstrap, autocommit=True) as connection:
            connection.execute("select pg_reload_conf()")
        account.own(folders[1])
        copied = binaries.run(
            "pg_basebackup",
            ["-D", str(folders[1] / "postgres"), "-R", "-X", "stream", "-c", "fast", "-h", str(folders[0] / "sockets"),
             "-U", "kundig_bootstrap"],
            account, cwd=folders[1],
        )  # fmt: skip
        assert copied.returncode == 0, copied.stdout
        standby.attach()
        try:
            yield primary, standby, top
        finally:
            standby.detach()
    finally:
        primary.detach()
        shutil.rmtree(top, ignore_errors=True)


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    with servers() as (primary, standby, folder):
        await wiring.prepare(primary.address(), folder / "primary")
        async with Database(primary.address(), size=4, replica=standby.address().login(APP)) as database:
            async with database.owner() as connection:
                await connection.execute(f"create table kundig.probe (n integer); grant all on kundig.probe to {APP}")
                await connection.execute("insert into kundig.probe values (0)")
            yield Pair(database, primary, standby, folder)


async def place(connection: Connection) -> str:
    return "standby" if await connection.value("select pg_is_in_recovery()") else "primary"


async def test_what_was_just_written_is_read_on_the_replica(pair: Pair) -> None:
    assert await pair.database.followed()
    places = []
    for n in range(1, 50):
        async with pair.database.transaction(None) as connection:
            await connection.execute("update kundig.probe set n = %(n)s", {"n": n})
        async with pair.database.reading(None) as connection:
            assert await connection.value("select n from kundig.probe") == n
            places.append(await place(connection))
    assert places.count("standby") > 40, "that it was behind for once is no fault"
    async with pair.database.reading(wiring.MAIN) as connection:
        assert await connection.value('select count(*) from {ws}."user"') == 0
        assert await place(connection) == "standby"
    with pytest.raises(pg.ReadOnlySqlTransaction):
        async with pair.database.reading(None) as connection:
            await connection.execute("update kundig.probe set n = -1")


async def test_behind_or_away_the_primary_is_read(pair: Pair) -> None:
    pair.on_standby("select pg_wal_replay_pause()")
    async with pair.database.transaction(None) as connection:
        await connection.execute("update kundig.probe set n = 100")
    async with pair.database.reading(None) as connection:
        assert (await connection.value("select n from kundig.probe"), await place(connection)) == (100, "primary")
    assert pair.database.replica is not None
    assert pair.database.replica.rests
    pair.on_standby("select pg_wal_replay_resume()")
    pair.database.replica.rest(0)
    async with pair.database.reading(None) as connection:
        assert (await connection.value("select n from kundig.probe"), await place(connection)) == (100, "standby")
    pair.stop_standby()
    places = []

    async def read() -> int:
        async with pair.database.reading(None) as connection:
            found: int = await connection.value("select n from kundig.probe")
            places.append(await place(connection))
            return found

    assert await retrying(read) == 100
    assert places == ["primary"]
    assert not await pair.database.followed()


async def test_what_the_replica_breaks_off_is_begun_again_on_the_primary(pair: Pair) -> None:
    """What the primary has changed waits for reads on the replica only so long; then the replica stops them."""
    pair.set_on_standby("max_standby_streaming_delay", "0")
    places = []

    async def read() -> int:
        async with pair.database.reading(None) as connection:
            places.append(await place(connection))
            if places == ["standby"]:
                await _broken_off(pair, connection)
            found: int = await connection.value("select n from kundig.probe")
            return found

    assert await retrying(read) == 7
    assert places == ["standby", "primary"]
    with pytest.raises(Overtaken):
        assert pair.database.replica is not None
        pair.database.replica.rest(0)
        async with pair.database.reading(None) as connection:
            assert await place(connection) == "standby"
            pair.stop_standby()
            while True:
                await connection.value("select 1")


async def _broken_off(pair: Pair, connection: Connection) -> None:
    """Until the server stops what the connection does: it holds a lock on what the primary has changed."""
    await connection.value("select n from kundig.probe")
    async with pair.database.owner() as owner:
        await owner.execute("alter table kundig.probe add column m integer; update kundig.probe set n = 7")
    while True:
        await connection.value("select n from kundig.probe")


async def test_exports_and_figures_are_read_there_with_what_was_just_written(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[bool] = []
    following = Replica.following

    async def counted(self: Replica, position: str) -> psycopg.AsyncConnection[Any] | None:
        raw = await following(self, position)
        taken.append(raw is not None)
        return raw

    monkeypatch.setattr(Replica, "following", counted)
    async with AsyncExitStack() as stack:
        crm = await Crm.opened(pair.database, wiring.MAIN, pair.folder / "primary", stack)
        boss = await crm.in_english("administrator")
        for n in range(1, 6):
            made = await boss.api.post("/api/v1/ticket", json={"subject": f"Ticket {n}"})
            assert made.status_code == 201
            assert (await boss.get("/ticket/aggregate", measure="count")).json() == {"data": [{"count": n}]}
            assert (await boss.get("/ticket/export", format="jsonl", fields="subject")).text.count("\n") == n
            assert f'id="count-new" hx-swap-oob="innerHTML">{n}<' in (await boss.pages.get("/o/ticket/board/totals")).text
        assert taken.count(True) > 12, "that it was behind for once is no fault"
        before = len(taken)
        await boss.get("/ticket")
        assert len(taken) == before, "a list is read where it was written"
        pair.stop_standby()
        assert (await boss.get("/ticket/aggregate", measure="count")).json() == {"data": [{"count": 5}]}
