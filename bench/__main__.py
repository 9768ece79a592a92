"""Runs the benchmark: `python -m bench [--size 100000]`. Starts a server of its own on demo data of that size."""

from __future__ import annotations

import argparse
import platform
import sys

from bench.cases import CASES, Case, World
from bench.installation import installation
from bench.timing import Figure, measure, throughput


def main() -> int:
    """Measure all cases and print them."""
    parser = argparse.ArgumentParser(prog="bench", description="Measure Kundig against raw PostgreSQL.")
    parser.add_argument("--size", type=int, default=100_000, help="contacts (accounts a fifth, opportunities a half)")
    parser.add_argument("--only", default="", help="only cases whose name contains this")
    parser.add_argument("--requests", type=int, default=60, help="requests a run")
    parser.add_argument("--data", default="", help="keep the data in this folder and use it again")
    given = parser.parse_args()
    print(f"{platform.machine()}, {platform.python_version()}, {given.size:,} contacts")
    print(f"{'case':44} {'p50 ms':>8} {'p95 ms':>8}  spread              raw p50   ratio  target   req/s at 8   statements")
    with installation(given.size, given.data) as world:
        failed = [case.name for case in CASES if given.only in case.name and not _run(case, world, given.requests)]
    if failed:
        print(f"above their target: {', '.join(failed)}")
    return 0


def _run(case: Case, world: World, requests: int) -> bool:
    """Print one line; whether the ratio is within its target."""
    own = measure(case.call(world), requests)
    raw: Figure | None = measure(case.raw(world), requests) if case.raw else None
    ratio = own.p50 / raw.p50 if raw else None
    per_second = throughput(lambda: case.call(world)) if case.throughput else None
    counted = world.statements(case.call(world))
    told_raw = f"{raw.p50:8.2f} {ratio:7.1f}" if raw and ratio else " " * 16
    target = f"{case.target:7.0f}" if case.target else " " * 7
    told_rate = f"{per_second:12.0f}" if per_second else " " * 12
    print(f"{case.name:44} {own} {told_raw} {target} {told_rate} {counted:>12}", flush=True)
    return not (ratio and case.target and ratio > case.target)


if __name__ == "__main__":
    sys.exit(main())
