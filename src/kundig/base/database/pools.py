"""Connections: how they are made, kept and shared."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import msgspec
import psycopg
from psycopg.types.json import set_json_dumps, set_json_loads
from psycopg_pool import AsyncConnectionPool

from kundig.base.database.faults import translated
from kundig.base.database.lists import dump_lists_fast

# It tells every failed try to connect; we tell that the database is away, once, where it matters.
logging.getLogger("psycopg.pool").setLevel(logging.ERROR)

# Without synchronised scans the same search cut off at a thousand gives the same hits each time.
_OPTIONS = "-c timezone=UTC -c jit=off -c synchronize_seqscans=off -c application_name=kundig"
_CHECKOUT_SECONDS = 5.0
_CONNECT_SECONDS = 5


def make_pool(conninfo: str, size: int, statement_limit_ms: int) -> AsyncConnectionPool[psycopg.AsyncConnection[Any]]:
    """A closed pool. After a fault of the database it tries again with every request instead of waiting longer and longer.

    No statement takes longer than the limit, unless its transaction sets another one.
    """
    return AsyncConnectionPool(
        conninfo,
        kwargs=_settings(f"{_OPTIONS} -c statement_timeout={statement_limit_ms}"),
        min_size=min(2, size),
        max_size=size,
        open=False,
        configure=_configured,
        timeout=_CHECKOUT_SECONDS,
        reconnect_timeout=1.0,
        max_lifetime=1800,
        name="kundig",
    )


@asynccontextmanager
async def connected(conninfo: str) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    """One connection outside any pool, closed at the end."""
    with translated():
        raw = await psycopg.AsyncConnection.connect(conninfo, **_settings())
    async with raw:
        await _configured(raw)
        yield raw


def _settings(options: str = _OPTIONS) -> dict[str, Any]:
    # Autocommit: transactions are begun by text, together with their settings, in one round trip. Statements are not
    # prepared by themselves: a kept plan breaks when the model changes, and short statements gain nothing from it.
    return {"autocommit": True, "prepare_threshold": None, "connect_timeout": _CONNECT_SECONDS, "options": options}


async def _configured(raw: psycopg.AsyncConnection[Any]) -> None:
    set_json_loads(msgspec.json.decode, raw)
    set_json_dumps(partial(msgspec.json.encode), raw)
    dump_lists_fast(raw)
