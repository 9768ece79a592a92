"""Measuring: percentiles of single requests, requests a second of several clients; medians of several runs."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

RUNS = 5


@dataclass(frozen=True, slots=True)
class Figure:
    """Milliseconds: median of the runs' p50 and p95, and the spread of the p50 (lowest and highest)."""

    p50: float
    p95: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.p50:8.2f} {self.p95:8.2f}  [{self.low:.2f}–{self.high:.2f}]"


def measure(call: Callable[[], object], requests: int = 60, runs: int = RUNS) -> Figure:
    """Time `call`, which is warmed up first."""
    for _ in range(10):
        call()
    p50s, p95s = [], []
    for _ in range(runs):
        times = sorted(_timed(call) for _ in range(requests))
        p50s.append(times[len(times) // 2])
        p95s.append(times[int(len(times) * 0.95)])
    return Figure(statistics.median(p50s), statistics.median(p95s), min(p50s), max(p50s))


def _timed(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1000


def throughput(make_call: Callable[[], Callable[[], object]], clients: int = 8, seconds: float = 3) -> float:
    """Requests a second of several clients at once, each with a connection of its own."""
    counts = [0] * clients
    end = time.perf_counter() + seconds

    def client(place: int) -> None:
        call = make_call()
        while time.perf_counter() < end:
            call()
            counts[place] += 1

    threads = [threading.Thread(target=client, args=(place,)) for place in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds
