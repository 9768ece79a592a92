"""A replica: a server of its own that follows the primary, for reads that take long.

It answers only once it has everything that the primary had when a read began. So nothing read there is older than it would have
been on the primary: not what the reader has just written, and not a right that was just withdrawn.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

import psycopg
from psycopg_pool import PoolClosed, PoolTimeout, TooManyRequests

from kundig.base.database.pools import make_pool

WAIT_SECONDS = 0.3
"""How long a read waits for it to catch up before the primary is asked instead."""
_CHECKOUT_SECONDS = 0.5
_BEHIND_SECONDS, _AWAY_SECONDS = 2.0, 15.0
"""For how long it is then not asked again."""
_FOLLOWS = "select pg_is_in_recovery() and pg_last_wal_replay_lsn() >= %s::pg_lsn"


class Replica:
    """The pool of one process."""

    def __init__(self, conninfo: str, size: int, statement_limit_ms: int) -> None:
        """Nothing is opened before `open()`."""
        self.pool = make_pool(conninfo, size, statement_limit_ms)
        self._rests_until = 0.0

    async def open(self) -> None:
        """Get ready; it need not be there yet."""
        await self.pool.open(wait=False)

    async def close(self) -> None:
        """Give all connections back."""
        await self.pool.close()

    @property
    def rests(self) -> bool:
        """Whether it was behind or away a moment ago."""
        return time.monotonic() < self._rests_until

    def rest(self, seconds: float = _AWAY_SECONDS) -> None:
        """Ask the primary for a while."""
        self._rests_until = time.monotonic() + seconds

    async def following(self, position: str) -> psycopg.AsyncConnection[Any] | None:
        """A connection to it as soon as it has all up to this position of the primary; None if that takes too long."""
        try:
            raw = await self.pool.getconn(timeout=_CHECKOUT_SECONDS)
        except (PoolTimeout, PoolClosed, TooManyRequests):
            self.rest()
            return None
        try:
            if await self._caught_up(raw, position):
                return raw
            self.rest(_BEHIND_SECONDS)
        except psycopg.Error:
            await raw.close()
            self.rest()
        except BaseException:
            await raw.close()
            await self.pool.putconn(raw)
            raise
        await self.pool.putconn(raw)
        return None

    async def _caught_up(self, raw: psycopg.AsyncConnection[Any], position: str) -> bool:
        until, pause = time.monotonic() + WAIT_SECONDS, 0.002
        while True:
            row = await (await raw.execute(_FOLLOWS, [position])).fetchone()
            if row is not None and row[0]:
                return True
            if time.monotonic() + pause > until:
                return False
            await asyncio.sleep(pause)
            pause *= 2
