"""The edge of the database: pools, and the only place where transactions begin, end and are tried again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Self, TypeVar
from weakref import WeakKeyDictionary

import psycopg
from psycopg import errors as pg
from psycopg.pq import TransactionStatus
from psycopg.rows import dict_row

from kundig.base.context import Workspace
from kundig.base.database.address import Address
from kundig.base.database.connection import Answers, Asked, Connection
from kundig.base.database.faults import DatabaseAway, translated
from kundig.base.database.hand import Hand
from kundig.base.database.names import APP, OWNER, quoted, workspace_role
from kundig.base.database.pools import connected, make_pool
from kundig.base.database.replica import Replica
from kundig.base.errors import Overtaken

STATEMENT_LIMIT_MS = 10_000
"""The longest a statement of a request may take, unless its caller says otherwise."""

ONE_VIEW = "repeatable read"
"""All statements of a transaction see the same: figures fit the rows that they stand beside."""
_ISOLATIONS = {None: "", ONE_VIEW: " isolation level repeatable read", "serializable": " isolation level serializable"}
_TRIES = 3
_IN_THE_WAY = (
    pg.SerializationFailure,
    pg.DeadlockDetected,
    pg.UniqueViolation,
    pg.FeatureNotSupported,
    pg.UndefinedColumn,
    pg.UndefinedTable,
    Overtaken,
)
_FORGOTTEN = (pg.FeatureNotSupported, pg.InvalidSqlStatementName, pg.DuplicatePreparedStatement)
"""The kept plan of a question no longer fits, or is not what we think: another connection keeps its own."""

Result = TypeVar("Result")


class Database:
    """One database for one process: a pool for the servers' role, single connections for the owner."""

    def __init__(self, address: Address, *, size: int = 10, replica: str | None = None) -> None:
        """`size` is the most connections at a time, `replica` how to reach one. Nothing is opened before `open()`."""
        self.address = address
        self.replica = Replica(replica, size, STATEMENT_LIMIT_MS) if replica else None
        self._pool = make_pool(address.login(APP), size, STATEMENT_LIMIT_MS)
        self._size = size
        self._hand = Hand(self._pool)
        self._known: WeakKeyDictionary[psycopg.AsyncConnection[Any], set[str]] = WeakKeyDictionary()
        """The questions whose plans a connection keeps."""

    async def open(self) -> None:
        """Get ready; the database need not be there yet."""
        await self._pool.open(wait=False)
        if self.replica is not None:
            await self.replica.open()

    async def close(self) -> None:
        """Give all connections back."""
        await self._hand.close()
        await self._pool.close()
        if self.replica is not None:
            await self.replica.close()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @asynccontextmanager
    async def transaction(
        self,
        workspace: Workspace | None,
        *,
        timeout_ms: int = STATEMENT_LIMIT_MS,
        isolation: str | None = None,
        readonly: bool = False,
        asking: Asked | None = None,
    ) -> AsyncIterator[Connection]:
        """One transaction as `kundig_app`, in a workspace as its role: committed at the end, rolled back on any error.

        Beginning it is one round trip, in which `asking` is answered too. Without a workspace it sees schema `kundig` only, until
        `Connection.enter`.
        """
        begin = _beginning(workspace, timeout_ms, isolation, readonly=readonly)
        raw, answers = await self._begun(begin, asking)
        read = False
        try:
            async with _ending(raw, commit=not readonly):
                yield Connection(raw, workspace.schema if workspace else None, role_set=workspace is not None, answers=answers)
            read = readonly and isolation is None
        finally:
            # What has only read loses nothing: the answer need not wait for its end. One view of all would be held meanwhile.
            if read:
                self._hand.keep(raw)
            else:
                await _uninterrupted(self._hand.put_back(raw))

    @asynccontextmanager
    async def reading(
        self, workspace: Workspace | None, *, timeout_ms: int = STATEMENT_LIMIT_MS, asking: Asked | None = None
    ) -> AsyncIterator[Connection]:
        """A transaction that only reads, for what takes long: on the replica, if there is one and it has caught up.

        It sees all that was committed before it began and nothing that comes later, wherever it runs. What the replica breaks off
        is Overtaken, and then done on the primary: run it in `retrying`.
        """
        raw = await self._elsewhere()
        if raw is None or self.replica is None:
            async with self.transaction(
                workspace, timeout_ms=timeout_ms, isolation=ONE_VIEW, readonly=True, asking=asking
            ) as connection:
                yield connection
            return
        try:
            answers = await self._first(raw, _beginning(workspace, timeout_ms, ONE_VIEW, readonly=True), asking)
            async with _ending(raw):
                yield Connection(raw, workspace.schema if workspace else None, role_set=workspace is not None, answers=answers)
        except (DatabaseAway, psycopg.OperationalError, *_FORGOTTEN) as error:
            if isinstance(error, pg.QueryCanceled):
                raise
            await _uninterrupted(raw.close())
            self.replica.rest()
            raise Overtaken from error
        finally:
            await _uninterrupted(self.replica.pool.putconn(raw))

    async def followed(self) -> bool:
        """Whether there is a replica, and it has all that the primary has now."""
        raw = await self._elsewhere()
        if raw is not None and self.replica is not None:
            await self.replica.pool.putconn(raw)
        return raw is not None

    async def _elsewhere(self) -> psycopg.AsyncConnection[Any] | None:
        """A connection to the replica, once it has all that the primary has now; None to go on with the primary."""
        if self.replica is None or self.replica.rests:
            return None
        async with self.transaction(None, readonly=True) as connection:
            position = await connection.value("select pg_current_wal_lsn()::text")
        return await self.replica.following(str(position))

    @asynccontextmanager
    async def owner(self, workspace: Workspace | None = None, *, lock_timeout_ms: int | None = None) -> AsyncIterator[Connection]:
        """One transaction as `kundig_owner`, for DDL, with a connection of its own and no limit of time.

        `lock_timeout_ms` keeps it from stopping everybody else while it waits for a lock (psycopg raises LockNotAvailable).
        """
        async with connected(self.address.login(OWNER)) as raw:
            await raw.execute(f"begin; set local lock_timeout = {int(lock_timeout_ms or 0)}")
            async with _ending(raw):
                yield Connection(raw, workspace.schema if workspace else None)

    @asynccontextmanager
    async def owner_autocommit(self, workspace: Workspace | None = None) -> AsyncIterator[Connection]:
        """A connection as `kundig_owner` outside any transaction: CREATE INDEX CONCURRENTLY, advisory locks of a session."""
        async with connected(self.address.login(OWNER)) as raw:
            yield Connection(raw, workspace.schema if workspace else None)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        """A connection of its own as `kundig_app`, autocommit, for what polls or listens for a long time."""
        async with connected(self.address.login(APP)) as raw:
            yield raw

    async def ready(self, timeout: float = 2.0) -> bool:
        """Whether the database answers, truthfully and within the time."""
        try:
            async with asyncio.timeout(timeout), self.transaction(None, timeout_ms=int(timeout * 1000)) as connection:
                return bool(await connection.value("select true"))
        except (TimeoutError, DatabaseAway):
            return False

    async def _begun(self, begin: str, asking: Asked | None) -> tuple[psycopg.AsyncConnection[Any], Answers]:
        """A connection in a new transaction, and answers. Dead ones, left from a restart of the database, are thrown away."""
        for _ in range(self._size + 1):
            with translated():
                raw = await self._hand.take()
            try:
                answers = await self._first(raw, begin, asking)
            except (psycopg.OperationalError, *_FORGOTTEN):
                await _uninterrupted(self._thrown_away(raw))
            except BaseException:
                await _uninterrupted(_rolled_back(raw, None))
                await _uninterrupted(self._hand.put_back(raw))
                raise
            else:
                return raw, answers
        raise DatabaseAway

    async def _thrown_away(self, raw: psycopg.AsyncConnection[Any]) -> None:
        await raw.close()
        await self._hand.put_back(raw)

    async def _first(self, raw: psycopg.AsyncConnection[Any], begin: str, asking: Asked | None) -> Answers:
        if raw.pgconn.transaction_status == TransactionStatus.INTRANS:
            begin = f"commit; {begin}"
        if asking is None:
            await raw.execute(begin)
            return {}
        known = self._known.setdefault(raw, set())
        cursor = raw.cursor(row_factory=dict_row)
        await cursor.execute(f"{begin}; {asking.spoken(known=asking.question.name in known)}")
        known.add(asking.question.name)
        while cursor.nextset():
            pass
        return {asking: await cursor.fetchone()}


def _beginning(workspace: Workspace | None, timeout_ms: int, isolation: str | None = None, *, readonly: bool) -> str:
    """How a transaction begins, in one text."""
    begin = f"begin{_ISOLATIONS[isolation]}{' read only' if readonly else ''}"
    if timeout_ms != STATEMENT_LIMIT_MS:
        begin += f"; set local statement_timeout = {int(timeout_ms)}"
    if workspace is not None:
        begin += f"; set local role {quoted(workspace_role(workspace.schema))}"
    return begin


async def retrying(work: Callable[[], Awaitable[Result]]) -> Result:
    """Run a whole transaction, again up to twice if others got in its way; `work` opens it and must be repeatable.

    Retried: serialisation failures, deadlocks, statements made for a model that has moved meanwhile, what was Overtaken, and unique
    values that somebody else took after they were looked for: the second time the work sees who has them and says so in its own
    words.
    """
    for attempt in range(1, _TRIES):
        try:
            return await work()
        except _IN_THE_WAY:
            await asyncio.sleep(random.uniform(0.005, 0.03) * attempt)  # noqa: S311 - spreads retries, protects nothing
    return await work()


@asynccontextmanager
async def _ending(raw: psycopg.AsyncConnection[Any], *, commit: bool = True) -> AsyncIterator[None]:
    """Commit on success, roll back on anything else, a cancelled request included."""
    try:
        yield
        if commit:
            with translated():
                await raw.execute("commit")
    except BaseException as error:
        await _uninterrupted(_rolled_back(raw, error))
        raise


async def _rolled_back(raw: psycopg.AsyncConnection[Any], error: BaseException | None) -> None:
    try:
        if raw.info.transaction_status != TransactionStatus.IDLE:
            await raw.rollback()
        if isinstance(error, pg.FeatureNotSupported):
            # "cached plan must not change result type": with the connection all kept plans are forgotten.
            await raw.close()
    except psycopg.Error:
        await raw.close()


async def _uninterrupted(work: Awaitable[None]) -> None:
    """Finish even if the caller is cancelled meanwhile: a connection is never left half used."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
