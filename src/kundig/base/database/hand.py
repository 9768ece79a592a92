"""Connections that have just been read with stay at hand for a moment, each in its transaction, which the next one ends.

Ending a transaction is a message of its own, and fetching a connection from the pool takes a while, too: together as long as a
short query. The next transaction ends the one before it in the message that it begins with.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool

_MOMENT = 0.02
"""Seconds until a transaction is ended if no other one follows: who changes tables waits for it."""
_LONGEST = 2.0
"""Seconds after which a connection goes back to the pool even so, which replaces old ones."""

Raw = psycopg.AsyncConnection[Any]


class Hand:
    """What is at hand of one pool, in one event loop."""

    def __init__(self, pool: AsyncConnectionPool[Raw]) -> None:
        """Nothing is at hand yet."""
        self._pool = pool
        self._free: dict[Raw, asyncio.TimerHandle] = {}
        self._since: dict[Raw, float] = {}
        """When the pool gave those that are in use or at hand."""
        self._waiting = 0
        self._ends: set[asyncio.Task[None]] = set()

    async def take(self) -> Raw:
        """The connection last kept, with its transaction still to be ended, or one of the pool. Raises as the pool does."""
        if self._free:
            raw, timer = self._free.popitem()
            timer.cancel()
            return raw
        self._waiting += 1
        try:
            raw = await self._pool.getconn()
        finally:
            self._waiting -= 1
        self._since[raw] = asyncio.get_running_loop().time()
        return raw

    def keep(self, raw: Raw) -> None:
        """Take a connection back whose transaction has only read."""
        loop = asyncio.get_running_loop()
        if self._waiting or loop.time() - self._since[raw] > _LONGEST:
            self._later(self._end(raw))
        else:
            self._free[raw] = loop.call_later(_MOMENT, self._put_away, raw)

    async def put_back(self, raw: Raw) -> None:
        """Give a connection in no transaction, or a closed one, to the pool."""
        del self._since[raw]
        await self._pool.putconn(raw)

    async def close(self) -> None:
        """Give all to the pool."""
        for raw, timer in list(self._free.items()):
            timer.cancel()
            self._put_away(raw)
        if self._ends:
            await asyncio.wait(self._ends)

    def _put_away(self, raw: Raw) -> None:
        del self._free[raw]
        self._later(self._end(raw))

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._ends.add(task)
        task.add_done_callback(self._ends.discard)

    async def _end(self, raw: Raw) -> None:
        try:
            await raw.execute("commit")  # not a rollback, which would forget the kept plans
        except psycopg.Error:
            await raw.close()
        finally:
            await self.put_back(raw)
