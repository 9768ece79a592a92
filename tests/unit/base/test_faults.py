"""What the database reports is told by its cause."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import errors as pg

from kundig.base.database.faults import explained


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (pg.DiskFull(), "disk_full"),
        (pg.OutOfMemory(), "memory_full"),
        (pg.QueryCanceled(), "time_limit"),
        (pg.AdminShutdown(), "database_away"),
        (psycopg.OperationalError("connection lost"), "database_away"),
        (pg.UntranslatableCharacter(), "invalid"),
    ],
)
def test_each_fault_has_its_own_words(error: psycopg.Error, code: str) -> None:
    found = explained(error)
    assert found is not None
    assert found.code == code


def test_what_only_the_caller_understands_is_left_to_it() -> None:
    assert explained(pg.UniqueViolation()) is None
