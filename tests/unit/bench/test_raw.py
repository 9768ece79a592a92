"""The raw queries are frozen: a change to them changes what every figure means, so it must be deliberate."""

from __future__ import annotations

import hashlib

import pytest
from bench.world import ALL, RAW_FILE, raw_query

REVIEWED = "168eae1e12f6599b41d3bbd7629d7e55ce06389f20112c8a7d817246e6e3fcd2"
"""After a review of `bench/raw.sql` against what the API gives: `sha256sum bench/raw.sql`."""


def test_the_raw_queries_are_the_reviewed_ones() -> None:
    assert hashlib.sha256(RAW_FILE.read_bytes()).hexdigest() == REVIEWED


@pytest.mark.parametrize("sees", ["50", "150000"])
@pytest.mark.parametrize(
    "name", ["list_default", "list_account_name", "filter_ten", "get", "board", "calendar", "home_steps", "search_word"]
)
def test_only_who_sees_what_is_theirs_is_limited(name: str, sees: str) -> None:
    whole, own = (raw_query(name, "ws_main", sees) for sees in (ALL, sees))
    assert "%(who)s" not in whole
    assert "%(reads)s" not in whole
    assert "%(who)s" in own or "%(reads)s" in own
    assert not any(mark in sql for sql in (whole, own) for mark in ("{", "-- own", "-- all", "-- few", "-- many"))
