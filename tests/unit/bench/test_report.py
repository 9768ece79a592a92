"""What the benchmark says about its figures: missed targets, and ratios that grow with the size."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from bench.report import Line, compared, load, save, telling, worse
from bench.timing import measure

LINE = Line(
    name="API list", p50=4.0, p95=6.0, low=3.5, high=4.5, raw=1.0, ratio=4.0, ratio_low=3.6, ratio_high=4.4, target=4.0,
    rate=100.0, statements=3, most_statements=8, kilobytes=55.0, most_kilobytes=60.0,
)  # fmt: skip


def test_a_line_within_its_targets_misses_none() -> None:
    assert list(LINE.missed()) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [({"ratio": 4.1}, "4.1 times raw"), ({"statements": 9}, "9 statements"), ({"kilobytes": 61.0}, "61 KB")],
)
def test_each_missed_target_is_named(change: dict[str, float], told: str) -> None:
    assert [told in why for why in replace(LINE, **change).missed()] == [True]  # type: ignore[arg-type]  # of several types


def test_a_ratio_may_be_a_fifth_worse_at_a_larger_size() -> None:
    assert worse(replace(LINE, ratio=5.0), LINE) == pytest.approx(0.25)
    assert list(compared(replace(LINE, ratio=4.7), LINE)) == []
    assert [why[:16] for why in compared(replace(LINE, ratio=5.0), LINE)] == ["the ratio is 25%"]


def test_without_a_ratio_nothing_is_compared() -> None:
    assert worse(LINE, None) is None
    assert list(compared(replace(LINE, ratio=None), LINE)) == []


def test_a_saved_run_is_read_again(tmp_path: Path) -> None:
    save(tmp_path / "run.json", {LINE.name: LINE})
    assert load(tmp_path / "run.json") == {LINE.name: LINE}


def test_a_line_stands_under_the_head() -> None:
    told = telling("list,board")
    assert len(told.head) == len(told.line(LINE, 0.05))
    assert "+5%" in told.line(LINE, 0.05)
    assert [told.asked(name) for name in ("list page", "board", "API get")] == [True, True, False]


def test_own_and_raw_calls_take_turns() -> None:
    calls: list[str] = []
    found = measure(lambda: calls.append("own"), lambda: calls.append("raw"), requests=3, runs=2)
    assert calls[:2] == ["own", "raw"]
    assert calls == ["own", "raw"] * (len(calls) // 2)
    assert found.raw is not None
    assert found.ratio is not None
    assert found.ratio.low <= found.ratio.median <= found.ratio.high
