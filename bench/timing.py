"""Measuring: own calls and raw ones in turn, so that what else the machine does meets both; medians of several runs."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

RUNS = 5
WARM = 60
"""Calls before the first run: every connection of the server's pool has then met the statement often enough to keep its plan."""

Call = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Figure:
    """Milliseconds: the median of the runs' p50 and p95, and the lowest and highest p50."""

    p50: float
    p95: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times the raw p50 the own one is: the median of the runs, the lowest and the highest."""

    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Measured:
    """One case: the own calls, the raw ones, and the one over the other."""

    own: Figure
    raw: Figure | None = None
    ratio: Ratio | None = None


def measure(own: Call, raw: Call | None, requests: int, runs: int = RUNS) -> Measured:
    """Time both, call by call in turn, after warming up."""
    for _ in range(WARM):
        own()
        if raw is not None:
            raw()
    owns, raws = [], []
    for _ in range(runs):
        pairs = [(_timed(own), _timed(raw) if raw is not None else 0.0) for _ in range(requests)]
        owns.append(sorted(pair[0] for pair in pairs))
        raws.append(sorted(pair[1] for pair in pairs))
    if raw is None:
        return Measured(_figure(owns))
    ratios = [_at(mine, 0.5) / _at(theirs, 0.5) for mine, theirs in zip(owns, raws, strict=True)]
    return Measured(_figure(owns), _figure(raws), Ratio(statistics.median(ratios), min(ratios), max(ratios)))


def _figure(runs: list[list[float]]) -> Figure:
    p50s = [_at(times, 0.5) for times in runs]
    return Figure(statistics.median(p50s), statistics.median(_at(times, 0.95) for times in runs), min(p50s), max(p50s))


def _at(times: list[float], part: float) -> float:
    return times[min(int(len(times) * part), len(times) - 1)]


def _timed(call: Call) -> float:
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1000


def throughput(make_call: Callable[[], Call], seconds: float, clients: int = 8, runs: int = RUNS) -> float:
    """Requests a second of several clients at once, each with a connection of its own; the median of the runs."""
    calls = [make_call() for _ in range(clients)]
    return statistics.median(_together(calls, seconds) for _ in range(runs))


def _together(calls: list[Call], seconds: float) -> float:
    counts = [0] * len(calls)
    start = time.perf_counter()

    def client(place: int) -> None:
        while time.perf_counter() - start < seconds:
            calls[place]()
            counts[place] += 1

    threads = [threading.Thread(target=client, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - start)
