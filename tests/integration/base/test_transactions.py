"""Transactions: what they keep, what they give back, what they tell."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import psycopg
import pytest
import sqlalchemy as sa
from psycopg import errors as pg
from psycopg.conninfo import make_conninfo

from kundig.base.context import Workspace
from kundig.base.database import (
    WORKSPACE_SCHEMA,
    Compiled,
    Connection,
    Database,
    DatabaseAway,
    Question,
    TimeLimit,
    compile_statement,
    retrying,
)
from kundig.base.database.address import Address
from kundig.base.database.names import APP
from kundig.base.errors import Conflict, Invalid
from kundig.base.i18n import t

NOTE = sa.Table(
    "note_for_tests",
    sa.MetaData(schema=WORKSPACE_SCHEMA),
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("text", sa.Text),
    sa.Column("extra", sa.JSON),
)


@pytest.fixture(scope="module", autouse=True)
async def notes(database: Database, workspace: Workspace) -> None:
    async with database.owner(workspace) as connection:
        await connection.execute("drop table if exists {ws}.note_for_tests")
        await connection.execute("create table {ws}.note_for_tests (id uuid primary key, text text, extra jsonb)")


async def count(database: Database, workspace: Workspace) -> int:
    async with database.transaction(workspace) as connection:
        return int(await connection.value("select count(*) from {ws}.note_for_tests"))


async def test_what_is_done_is_kept(database: Database, workspace: Workspace) -> None:
    before = await count(database, workspace)
    async with database.transaction(workspace) as connection:
        await connection.execute(NOTE.insert(), {"id": uuid4(), "text": "ä", "extra": {"a": [1, "ß"]}})
        assert connection.statements == 1
    assert await count(database, workspace) == before + 1


async def test_an_error_undoes_everything(database: Database, workspace: Workspace) -> None:
    before = await count(database, workspace)
    with pytest.raises(Conflict):
        async with database.transaction(workspace) as connection:
            await connection.execute(NOTE.insert().values(id=uuid4(), text="lost"))
            raise Conflict(t("Stop"))
    assert await count(database, workspace) == before


async def test_a_savepoint_undoes_its_part_alone(database: Database, workspace: Workspace) -> None:
    before, twice = await count(database, workspace), uuid4()
    async with database.transaction(workspace) as connection:
        await connection.execute(NOTE.insert(), {"id": twice, "text": "kept"})
        with pytest.raises(pg.UniqueViolation):
            async with connection.savepoint():
                await connection.execute(NOTE.insert(), {"id": uuid4(), "text": "undone"})
                await connection.execute(NOTE.insert(), {"id": twice, "text": "twice"})
    assert await count(database, workspace) == before + 1


async def test_a_cancelled_request_leaves_nothing_behind(database: Database, workspace: Workspace) -> None:
    """Cancelled at random moments, with more requests than connections: nothing half, nobody starves, no role leaks."""
    before = await count(database, workspace)

    async def request() -> None:
        async with database.transaction(workspace) as connection:
            await connection.execute(NOTE.insert(), {"id": uuid4(), "text": "half"})
            await connection.execute("select pg_sleep(0.05)")
            raise Conflict(t("Stop"))

    tasks = [asyncio.create_task(request()) for _ in range(60)]
    for n, task in enumerate(tasks):
        await asyncio.sleep(0.002 * (n % 5))
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(result, (asyncio.CancelledError, Conflict)) for result in results), results
    assert await count(database, workspace) == before
    async with asyncio.timeout(3), database.transaction(None) as connection:
        assert await connection.value("select current_user::text") == APP


async def test_compiled_once_and_run_often(connection: Connection) -> None:
    one, two = uuid4(), uuid4()
    insert = compile_statement(NOTE.insert().values(id=sa.bindparam("new_id"), text="fixed", extra=sa.bindparam("new_extra")))
    await connection.execute(insert, {"new_id": one, "new_extra": {"n": 1}})
    await connection.execute(insert, {"new_id": two, "new_extra": None})
    find = compile_statement(
        sa.select(NOTE.c.text, NOTE.c.extra).where(NOTE.c.id == sa.any_(sa.bindparam("ids", type_=sa.ARRAY(sa.Uuid))))
    )
    rows = await connection.rows(find, {"ids": [one, two]})
    assert [row["text"] for row in rows] == ["fixed", "fixed"]
    assert {"n": 1} in [row["extra"] for row in rows]


async def test_percent_signs_survive(connection: Connection) -> None:
    assert await connection.value(sa.select(sa.literal_column("'100 %'"))) == "100 %"
    assert await connection.value("select '100 %'") == "100 %"
    assert await connection.value("select '100 %%' || %(more)s", {"more": "%"}) == "100 %%"


async def test_many_and_copy_and_stream(connection: Connection) -> None:
    await connection.execute_many(NOTE.insert(), [{"id": uuid4(), "text": f"many {n}"} for n in range(10)])
    assert await connection.copy_in("{ws}.note_for_tests", ["id", "text"], ((uuid4(), f"copied {n}") for n in range(50))) == 50
    pages = [len(page) async for page in connection.stream(sa.select(NOTE.c.id).where(NOTE.c.text.like("copied %")), size=20)]
    assert pages == [20, 20, 10]


@pytest.mark.parametrize("text", ["a\x00b", "\ud800"])
async def test_what_cannot_be_stored_is_the_users_mistake(connection: Connection, text: str) -> None:
    with pytest.raises(Invalid):
        await connection.value("select %(text)s::text", {"text": text})


async def test_a_zero_inside_json_is_the_users_mistake(connection: Connection) -> None:
    with pytest.raises(Invalid):
        await connection.value("select %(text)s::jsonb", {"text": '{"a": "\\u0000"}'})


async def test_a_slow_statement_is_stopped(database: Database) -> None:
    with pytest.raises(TimeLimit):
        async with database.transaction(None, timeout_ms=50) as connection:
            await connection.execute("select pg_sleep(5)")


async def test_readonly_means_it(database: Database, workspace: Workspace) -> None:
    with pytest.raises(pg.ReadOnlySqlTransaction):
        async with database.transaction(workspace, readonly=True, isolation="repeatable read") as connection:
            await connection.execute(NOTE.insert(), {"id": uuid4()})


async def test_what_reads_long_has_one_view_of_all(database: Database, workspace: Workspace) -> None:
    """Figures fit the rows beside them, whatever others write meanwhile; the view ends with the transaction."""
    counted = sa.select(sa.func.count()).select_from(NOTE)
    async with database.reading(workspace) as connection:
        before = await connection.value(counted)
        async with database.transaction(workspace) as other:
            await other.execute(NOTE.insert(), {"id": uuid4()})
        assert await connection.value(counted) == before
    async with database.reading(workspace) as connection:
        assert await connection.value(counted) == before + 1


async def test_nothing_of_a_transaction_that_has_read_is_left_in_the_next(database: Database, workspace: Workspace) -> None:
    """They share a connection, and the next one ends the one before it."""
    async with database.transaction(workspace, readonly=True, timeout_ms=9_000) as connection:
        backend = await connection.value("select pg_backend_pid()")
        begun = await connection.value("select now()")
    async with database.transaction(None) as connection:
        row = await connection.row(
            "select pg_backend_pid() as backend, current_user as role, current_setting('statement_timeout') as most,"
            " current_setting('transaction_read_only') as read_only, now() > %(begun)s as new",
            {"begun": begun},
        )
    assert row == {"backend": backend, "role": APP, "most": "10s", "read_only": "off", "new": True}


async def test_who_changes_tables_does_not_wait_for_what_was_read(database: Database, workspace: Workspace) -> None:
    async with database.transaction(workspace, readonly=True) as connection:
        await connection.value("select count(*) from {ws}.note_for_tests")
    async with database.owner(workspace, lock_timeout_ms=2000) as connection:
        await connection.execute("alter table {ws}.note_for_tests add column if not exists later text")


async def test_a_lost_serialisation_is_tried_again(database: Database, workspace: Workspace) -> None:
    """Two transactions that read and write the same row: without a second try one of them fails."""
    row = uuid4()
    async with database.transaction(workspace) as connection:
        await connection.execute(NOTE.insert(), {"id": row, "text": "0"})
    gate = asyncio.Barrier(2)
    waited = set()

    async def add(who: int) -> None:
        async def once() -> None:
            async with database.transaction(workspace, isolation="serializable") as connection:
                number = int(await connection.value("select text from {ws}.note_for_tests where id = %(id)s", {"id": row}))
                if who not in waited:
                    waited.add(who)
                    await gate.wait()
                await connection.execute(
                    "update {ws}.note_for_tests set text = %(n)s where id = %(id)s", {"n": str(number + 1), "id": row}
                )

        await retrying(once)

    await asyncio.gather(add(1), add(2))
    async with database.transaction(workspace) as connection:
        assert await connection.value("select text from {ws}.note_for_tests where id = %(id)s", {"id": row}) == "2"


async def test_a_kept_plan_that_no_longer_fits_is_made_anew(database: Database, workspace: Workspace) -> None:
    statement = compile_statement(sa.select(NOTE), prepare=True)

    async def read() -> None:
        async with database.transaction(workspace) as connection:
            await connection.rows(statement)

    await read()
    async with database.owner(workspace) as connection:
        await connection.execute("alter table {ws}.note_for_tests alter column text type varchar(500)")
    for _ in range(12):
        await retrying(read)


async def test_dead_connections_are_replaced_unseen(address: Address, workspace: Workspace) -> None:
    async with Database(address, size=4) as database:
        for _ in range(3):
            async with database.transaction(None) as one, database.transaction(None) as two:
                pids = [await connection.value("select pg_backend_pid()") for connection in (one, two)]
            async with await psycopg.AsyncConnection.connect(address.bootstrap, autocommit=True) as killer:
                for pid in pids:
                    await killer.execute("select pg_terminate_backend(%s, 2000)", [pid])
            async with database.transaction(workspace) as connection:
                assert await connection.value("select 1") == 1


async def test_a_connection_lost_in_use_is_the_database_being_away(database: Database, address: Address) -> None:
    with pytest.raises(DatabaseAway):
        async with database.transaction(None) as connection:
            pid = await connection.value("select pg_backend_pid()")
            async with await psycopg.AsyncConnection.connect(address.bootstrap, autocommit=True) as killer:
                await killer.execute("select pg_terminate_backend(%s, 2000)", [pid])
            await connection.value("select 1")
    assert await database.ready()


async def test_a_database_that_is_not_there_is_away(address: Address) -> None:
    nowhere = Address(
        address.bootstrap, tuple((role, make_conninfo(dsn, host="/nowhere")) for role, dsn in address.logins), embedded=True
    )
    async with Database(nowhere) as database:
        assert await database.ready() is False
        with pytest.raises(DatabaseAway):
            async with database.owner():
                pass


async def test_a_plan_is_kept_for_what_asks_for_it_and_for_nothing_else(database: Database) -> None:
    async with database.transaction(None) as connection:
        for text, prepare in (("/* kept */ select %(n)s::int", True), ("/* planned anew */ select %(n)s::int", False)):
            for number in range(8):
                assert await connection.value(Compiled(text, prepare=prepare), {"n": number}) == number
        texts = await connection.values("select statement from pg_prepared_statements where statement like '/*%' order by 1")
    assert [text for text in texts if "kept" in text or "anew" in text] == ["/* kept */ select $1::int"]


HEX = Question("kundig_test_hex", "select encode($1, 'hex') as hex where $1 <> ''")


async def test_a_transaction_begins_with_a_question(database: Database) -> None:
    async with database.transaction(None, readonly=True, asking=HEX.about(b"\x00'\\;\xff")) as connection:
        assert await connection.ask(HEX.about(b"\x00'\\;\xff")) == {"hex": "00275c3bff"}
        assert connection.statements == 1
        assert await connection.ask(HEX.about(b"other")) == {"hex": b"other".hex()}
        assert connection.statements == 2
    async with database.transaction(None, asking=HEX.about(b"")) as connection:
        assert await connection.ask(HEX.about(b"")) is None
    async with database.transaction(None) as connection:
        assert await connection.ask(HEX.about(b"unasked")) == {"hex": b"unasked".hex()}


async def test_a_question_whose_plan_is_gone_is_asked_on_another_connection(address: Address) -> None:
    async with Database(address, size=1) as alone:
        for change in ("select 1", "deallocate kundig_test_hex"):
            async with alone.transaction(None, asking=HEX.about(b"a")) as connection:
                assert await connection.ask(HEX.about(b"a")) == {"hex": "61"}
                await connection.execute(change)
        async with alone.transaction(None, asking=HEX.about(b"b")) as connection:
            assert await connection.ask(HEX.about(b"b")) == {"hex": "62"}
        with pytest.raises(pg.UndefinedTable):
            async with alone.transaction(None, asking=Question("kundig_test_none", "select $1 from nothing_here").about(b"")):
                pass
        async with alone.transaction(None) as connection:
            assert await connection.value("select 1") == 1


async def test_who_finds_all_connections_in_use_is_told_and_the_next_gets_in(
    address: Address, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kundig.base.database.pools._CHECKOUT_SECONDS", 0.2)
    async with Database(address, size=1) as small:
        async with small.transaction(workspace):
            with pytest.raises(DatabaseAway):
                await count(small, workspace)
        assert await count(small, workspace) >= 0
