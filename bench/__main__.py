"""Runs the benchmark: `python -m bench [--size 100000 --size 1000000]`. Starts a server of its own on demo data of each size."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from pathlib import Path

from bench import pages, rights
from bench.cases import CASES, Case
from bench.installation import installation
from bench.report import Line, compared, load, save, telling, worse
from bench.timing import RUNS, measure, throughput
from bench.world import World

SECONDS = 2.0
"""How long eight clients ask, in each run."""


def main() -> int:
    """Measure all cases at all sizes and print them; 1 if a figure misses its target."""
    given = _arguments()
    told = telling(given.only)
    missed: list[str] = []
    earlier = load(Path(given.against)) if given.against else {}
    measured: dict[int, dict[str, Line]] = {}
    for size in sorted(given.size or [100_000]):
        print(f"\n{size:,} contacts, {size // 5:,} accounts, {size // 2:,} opportunities; median of {RUNS} runs")
        print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}")
        print(told.head, flush=True)
        measured[size] = {}
        with installation(size, given.data) as world:
            for case in CASES:
                if told.asked(case.name) and world.shows(case.sees):
                    line = _line(case, world, given.requests)
                    measured[size][line.name] = line
                    before = next((other[line.name] for other in (earlier, *_smaller(measured, size)) if line.name in other), None)
                    print(told.line(line, worse(line, before)), flush=True)
                    missed += [f"{line.name} at {size:,}: {why}" for why in (*line.missed(), *compared(line, before))]
    if given.out:
        save(Path(given.out), measured[max(measured)])
    for what in missed:
        print(f"missed: {what}")
    return 1 if missed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description="Measure Kundig against raw PostgreSQL.")
    parser.add_argument("--size", type=int, action="append", help="contacts (a fifth as many accounts); again for more sizes")
    parser.add_argument("--only", default="", help="only cases whose name contains one of these words, by comma")
    parser.add_argument("--requests", type=int, default=60, help="requests a run")
    parser.add_argument("--data", default="", help="keep the data in this folder, one for each size, and use it again")
    parser.add_argument("--out", default="", help="save the figures (of the largest size) in this file")
    parser.add_argument("--against", default="", help="compare the ratios with those of such a file")
    return parser.parse_args()


def _smaller(measured: dict[int, dict[str, Line]], size: int) -> list[dict[str, Line]]:
    return [measured[other] for other in sorted(measured) if other < size]


def _line(case: Case, world: World, requests: int) -> Line:
    call = case.call(world)
    raw = case.raw(world)
    if case.agree is not None:
        case.agree(call(), raw(), case.name)
    found = measure(call, raw, requests)
    answer = call()
    return Line(
        name=case.name,
        p50=found.own.p50,
        p95=found.own.p95,
        low=found.own.low,
        high=found.own.high,
        raw=found.raw.p50 if found.raw else None,
        ratio=found.ratio.median if found.ratio else None,
        ratio_low=found.ratio.low if found.ratio else None,
        ratio_high=found.ratio.high if found.ratio else None,
        target=case.target,
        rate=throughput(lambda: case.call(world), SECONDS),
        statements=answer.statements,
        most_statements=case.most_statements,
        kilobytes=len(answer.body) / 1024,
        most_kilobytes=case.most_kilobytes,
    )


if __name__ == "__main__":
    others = {"pages": pages.main, "rights": rights.main}
    sys.exit(others[sys.argv[1]](sys.argv[2:]) if sys.argv[1:2] and sys.argv[1] in others else main())
