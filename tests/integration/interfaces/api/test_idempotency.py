"""The same key is one effect and one answer, in the transaction of the effect."""

from __future__ import annotations

import asyncio

import pytest

from kundig.base.context import Workspace
from kundig.base.database import Connection, Database
from kundig.base.errors import Conflict, Invalid
from kundig.base.uuid7 import uuid7
from kundig.interfaces.api.answers import Answer
from kundig.interfaces.api.idempotency import claim, fingerprint, forget_old, keep

ANSWER = Answer(201, '{"id": "ä"}', {"ETag": '"1"', "Kundig-Change": "x"})


async def test_the_first_goes_on_and_the_second_gets_its_answer(connection: Connection) -> None:
    actor, key, request = uuid7(), "k-1", fingerprint(b"POST /a", b"{}")
    assert await claim(connection, actor, key, request) is None
    await keep(connection, actor, key, ANSWER)
    again = await claim(connection, actor, key, request)
    assert again is not None
    assert (again.status, again.body) == (201, ANSWER.body)
    assert again.headers == {**ANSWER.headers, "Idempotency-Replayed": "true"}


async def test_a_key_belongs_to_one_request_of_one_actor(connection: Connection) -> None:
    actor = uuid7()
    assert await claim(connection, actor, "k", fingerprint(b"POST /a", b"{}")) is None
    await keep(connection, actor, "k", ANSWER)
    for other in (fingerprint(b"POST /a", b"{ }"), fingerprint(b"POST /b", b"{}"), fingerprint(b"POST /a{}", b"")):
        with pytest.raises(Invalid) as caught:
            await claim(connection, actor, "k", other)
        assert caught.value.errors[0].field == "Idempotency-Key"
    assert await claim(connection, uuid7(), "k", fingerprint(b"POST /b", b"{}")) is None


async def test_while_the_first_works_the_others_are_told_so(database: Database, workspace: Workspace) -> None:
    actor, request = uuid7(), fingerprint(b"x")
    async with database.transaction(workspace) as first:
        assert await claim(first, actor, "busy", request) is None

        async def another() -> None:
            async with database.transaction(workspace) as second:
                await claim(second, actor, "busy", request)

        done = await asyncio.wait_for(asyncio.gather(*(another() for _ in range(5)), return_exceptions=True), 5)
        assert [type(error) for error in done] == [Conflict] * 5
        await keep(first, actor, "busy", ANSWER)
    async with database.transaction(workspace) as later:
        found = await claim(later, actor, "busy", request)
        assert found is not None
        assert found.body == ANSWER.body


async def test_what_is_rolled_back_was_never_there(database: Database, workspace: Workspace) -> None:
    actor, request = uuid7(), fingerprint(b"x")
    with pytest.raises(RuntimeError):
        async with database.transaction(workspace) as connection:
            assert await claim(connection, actor, "failed", request) is None
            raise RuntimeError
    async with database.transaction(workspace) as connection:
        assert await claim(connection, actor, "failed", fingerprint(b"another body")) is None


async def test_after_a_day_a_key_is_free_again(connection: Connection) -> None:
    actor, request = uuid7(), fingerprint(b"x")
    assert await claim(connection, actor, "old", request) is None
    await keep(connection, actor, "old", ANSWER)
    await connection.execute("update {ws}.idempotency set at = now() - interval '25 hours' where actor = %(a)s", {"a": actor})
    assert await claim(connection, actor, "old", fingerprint(b"new")) is None
    await connection.execute("update {ws}.idempotency set at = now() - interval '25 hours' where actor = %(a)s", {"a": actor})
    assert await forget_old(connection) >= 1
    assert await connection.value("select count(*) from {ws}.idempotency where actor = %(a)s", {"a": actor}) == 0
