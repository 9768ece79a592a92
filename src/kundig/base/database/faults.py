"""What PostgreSQL and psycopg report, told in our own words: no driver text ever reaches a user."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors as pg
from psycopg_pool import PoolClosed, PoolTimeout, TooManyRequests

from kundig.base.errors import Invalid, OutsideFault
from kundig.base.i18n import t

_AWAY = (pg.AdminShutdown, pg.CrashShutdown, pg.CannotConnectNow, pg.TooManyConnections, pg.IdleInTransactionSessionTimeout)


class DatabaseAway(OutsideFault):
    """The database can't be reached (any more), or has no connection free: ask again in a few seconds."""

    code = "database_away"

    def __init__(self) -> None:
        """`retry_after` in seconds goes into the answer."""
        super().__init__(t("The database can't be reached at the moment. Please try again in a few seconds."), retry_after=2)


class NothingSetUp(OutsideFault):
    """No Kundig has begun in this data folder or database yet."""

    code = "nothing_set_up"

    def __init__(self) -> None:
        """Says what to do."""
        super().__init__(t("Nothing is set up here yet. Run `kundig serve` or `kundig migrate` first."))


class TimeLimit(OutsideFault):
    """A statement ran into its time limit and was stopped; nothing was changed."""

    code = "time_limit"

    def __init__(self) -> None:
        """Says what helps."""
        super().__init__(t("This took too long and was stopped. Nothing was changed. A narrower filter helps."))


class DiskFull(OutsideFault):
    """The disk of the database is full; nothing was changed."""

    code = "disk_full"

    def __init__(self) -> None:
        """Says what to do."""
        super().__init__(t("The disk of the database is full. Nothing was changed. Free some space and try again."))


class MemoryFull(OutsideFault):
    """The database has no memory left for this; nothing was changed."""

    code = "memory_full"

    def __init__(self) -> None:
        """Says what to do."""
        super().__init__(
            t("The database has no memory left for this. Nothing was changed. Try again later, or give it more memory.")
        )


@contextmanager
def translated() -> Iterator[None]:
    """Turn faults of the outside and unstorable characters into `KundigError`s.

    Violated constraints, serialisation failures and mistakes in SQL pass unchanged: their callers know what they mean.
    """
    try:
        yield
    except psycopg.Error as error:
        known = explained(error)
        if known is None:
            raise
        raise known from error
    except UnicodeEncodeError as error:
        raise _unstorable() from error


def explained(error: psycopg.Error) -> OutsideFault | Invalid | None:
    """The error in our words, or None if only the caller can know what it means."""
    if isinstance(error, pg.QueryCanceled):
        return TimeLimit()
    if isinstance(error, pg.DiskFull):
        return DiskFull()
    if isinstance(error, pg.OutOfMemory):
        return MemoryFull()
    if isinstance(error, (*_AWAY, PoolTimeout, PoolClosed, TooManyRequests)):
        return DatabaseAway()
    if isinstance(error, (pg.UntranslatableCharacter, pg.CharacterNotInRepertoire)):
        return _unstorable()
    # psycopg itself raises the bare classes: without a state, the server never saw the statement or is gone.
    if error.sqlstate is None and isinstance(error, psycopg.OperationalError):
        return DatabaseAway()
    if error.sqlstate is None and isinstance(error, psycopg.DataError) and "NUL" in str(error):
        return _unstorable()
    return None


def _unstorable() -> Invalid:
    return Invalid.one("", "character", t("A text contains a character that can't be stored."))
