"""When web processes that died are started again."""

from __future__ import annotations

from kundig.interfaces.cli.web_server import CALM, LONGEST, Pauses


def test_once_at_once_then_later_and_later_until_it_is_calm() -> None:
    pauses, now, waited = Pauses(), 1000.0, []
    for _ in range(7):
        now += 1
        waited.append(pauses.after_death(now))
    assert waited == [0.0, 0.5, 1.0, 2.0, 4.0, 8.0, LONGEST]
    assert pauses.after_death(now + CALM + LONGEST - 1) == LONGEST, "the pause itself is no calm"
    assert pauses.after_death(now + 10 * CALM) == 0.0
