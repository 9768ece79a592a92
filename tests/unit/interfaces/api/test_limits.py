"""A token gets as many requests as its bucket holds, and is told when to come back."""

from __future__ import annotations

import pytest

from kundig.base.errors import TooMany
from kundig.interfaces.api.limits import RequestLimit


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def allowed(limit: RequestLimit, caller: str, tries: int = 100) -> int:
    for done in range(tries):
        try:
            limit.check(caller)
        except TooMany:
            return done
    return tries


def test_a_burst_then_the_steady_rate() -> None:
    clock = Clock()
    limit = RequestLimit(10, 20, clock=clock)
    assert allowed(limit, "a") == 20
    clock.now += 0.5
    assert allowed(limit, "a") == 5
    clock.now += 3600
    assert allowed(limit, "a") == 20


def test_callers_do_not_disturb_each_other() -> None:
    limit = RequestLimit(1, 3, clock=Clock())
    assert (allowed(limit, "a"), allowed(limit, "b"), allowed(limit, "a")) == (3, 3, 0)


def test_refusal_says_when_to_come_back() -> None:
    limit = RequestLimit(0.1, 1, clock=Clock())
    limit.check("a")
    with pytest.raises(TooMany) as caught:
        limit.check("a")
    assert caught.value.retry_after == 10


def test_zero_is_no_limit() -> None:
    assert allowed(RequestLimit(0), "a", 5000) == 5000


def test_it_forgets_callers_it_has_not_seen_for_long() -> None:
    limit = RequestLimit(1, 1, clock=Clock())
    for number in range(10_050):
        limit.check(f"caller {number}")
    assert len(limit._buckets) == 10_000
