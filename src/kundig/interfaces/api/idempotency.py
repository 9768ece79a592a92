"""Idempotency-Key: the same request sent twice is done once and answered alike for 24 hours.

The answer is kept in the transaction of the effect, so either both are there or neither: a caller who lost the answer asks
again and gets the one result. What failed is not kept; asking again tries again.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any
from uuid import UUID

from kundig.base.database import Connection
from kundig.base.errors import Conflict, Invalid
from kundig.base.i18n import t
from kundig.base.jobs import Job, JobRun
from kundig.interfaces.api.answers import Answer, as_json

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")

# Whoever comes second while the first still works is told so at once, instead of holding a connection and waiting.
_ALONE = "select pg_try_advisory_xact_lock(hashtextextended(%(actor)s::text || ' ' || %(key)s, 20260923))"
_CLAIM = """
    insert into {ws}.idempotency as old (actor, key, request) values (%(actor)s, %(key)s, %(request)s)
    on conflict (actor, key) do update
    set request = excluded.request, at = now(), status = null, headers = null, body = null
    where old.at < now() - interval '24 hours'
"""
_FIRST = "select request, status, headers, body from {ws}.idempotency where actor = %(actor)s and key = %(key)s"
_KEEP = """
    update {ws}.idempotency set status = %(status)s, headers = %(headers)s::jsonb, body = %(body)s
    where actor = %(actor)s and key = %(key)s
"""
_FORGET = "delete from {ws}.idempotency where at < now() - interval '24 hours'"


def checked_key(key: str) -> str:
    """A key that can be kept: 1 to 255 visible ASCII characters; else Invalid."""
    if not _KEY.fullmatch(key):
        raise Invalid.one(HEADER, "bad_value", t("An Idempotency-Key has 1 to 255 characters, letters, digits and punctuation."))
    return key


def fingerprint(*parts: bytes) -> bytes:
    """What makes a request the same: method, address and body, without ambiguity where one ends."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest()


async def claim(connection: Connection, actor: UUID, key: str, request: bytes) -> Answer | None:
    """Take a key for this request: None to go on, or the first answer. Raises Conflict while the first is still at work."""
    params: dict[str, Any] = {"actor": actor, "key": key, "request": request}
    if not await connection.value(_ALONE, params):
        raise Conflict(t("The first request with this Idempotency-Key is still at work. Ask again in a moment."))
    if await connection.execute(_CLAIM, params):
        return None
    first = await connection.row(_FIRST, params)
    if first is None or bytes(first["request"]) != request:
        raise Invalid.one(HEADER, "reused", t("This Idempotency-Key belongs to another request."))
    return Answer(first["status"], first["body"], {**first["headers"], REPLAYED: "true"})


async def keep(connection: Connection, actor: UUID, key: str, given: Answer) -> None:
    """Keep an answer under its key, in the transaction of its effect."""
    params = {"actor": actor, "key": key, "status": given.status, "headers": as_json(dict(given.headers)), "body": given.body}
    await connection.execute(_KEEP, params)


async def forget_old(connection: Connection) -> int:
    """Remove answers that are older than a day; how many."""
    return await connection.execute(_FORGET)


async def _forget(run: JobRun) -> None:
    async with run.transaction() as connection:
        await forget_old(connection)


FORGET = Job("idempotency.forget", _forget, periodic="23 * * * *")
"""Once an hour, in every workspace: what is a day old is not asked for again."""
