"""What rights cost: `python -m bench rights [--size N]`, among 500 people in 60 teams under 20 sharing rules.

Lists, boards and searches of those who see little or much are asked in turn with the administrator's. Then a rule is changed so
that another half of all contacts is shared, while people go on writing.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable

from bench.cases import SIGHTS
from bench.crowd import crowd
from bench.installation import KUNDIG, installation
from bench.jobs import await_jobs, is_filling
from bench.timing import measure
from bench.world import ALL, Call, World

MOST, MINUTES = 1.5, 2
"""How many times the administrator's time others may wait, and how long a changed rule may take to reach everything."""
ASKED: dict[str, Callable[[World, str], Call]] = {
    "API list of 50": lambda world, sees: world.api("/contact", sees),
    "list page of 50": lambda world, sees: world.page("/o/contact", sees),
    "board": lambda world, sees: world.page("/o/opportunity/board", sees),
    "search for one letter": lambda world, sees: world.api("/search?q=m", sees),
    "search for a phone number": lambda world, sees: world.api("/search?q={phone_quoted}".format(**world.facts[sees]), sees),
}
RULE = """
kind: sharing_rule
name: bench_changed
label: {{en: Changed, de: Geändert}}
object: contact
where: {{field: label, op: {op}, value: m}}
to: ['role:read_only']
"""


def main(arguments: list[str]) -> int:
    """Measure and print; 1 if a target is missed."""
    parser = argparse.ArgumentParser(prog="bench rights", description="Measure what rights cost.")
    parser.add_argument("--size", type=int, default=1_000_000, help="contacts")
    parser.add_argument("--requests", type=int, default=30, help="requests a run")
    parser.add_argument("--data", default="", help="keep the data in this folder, one for each size, and use it again")
    given = parser.parse_args(arguments)
    missed: list[str] = []
    with installation(given.size, given.data, crowd) as world:
        print(f"{'case':28} {'sees':>8} {'p50 ms':>8} {'administrator':>14} {'ratio':>7}  spread", flush=True)
        for name, call in ASKED.items():
            for sees in SIGHTS:
                if sees == ALL or not world.shows(sees):
                    continue
                found = measure(call(world, sees), call(world, ALL), given.requests)
                if found.raw is None or found.ratio is None:
                    continue
                low, ratio, high = found.ratio.low, found.ratio.median, found.ratio.high
                figures = f"{found.own.p50:8.2f} {found.raw.p50:14.2f} {ratio:7.2f}  {low:.2f} to {high:.2f}"
                print(f"{name:28} {sees:>8} {figures}", flush=True)
                if ratio > MOST:
                    missed.append(f"{name}, sees {sees}: {ratio:.2f} times the administrator's, at most {MOST}")
        missed += _changed_rule(world)
    for what in missed:
        print(f"missed: {what}")
    return 1 if missed else 0


def _changed_rule(world: World) -> list[str]:
    """How long until a changed rule has reached all contacts, and how long writes take meanwhile."""
    _apply(world, "contains")
    await_jobs(world)
    calm = _written(world, lambda: time.sleep(10))
    start = time.perf_counter()

    def change() -> None:
        _apply(world, "not_contains")
        while is_filling(world):
            time.sleep(0.5)

    busy = _written(world, change)
    took = time.perf_counter() - start
    shared = world.value(_SHARED)
    print(f"\na rule that shares {shared:,} of {world.size:,} contacts reached them in {took:.0f} s")
    for what, times in (("before", calm), ("meanwhile", busy)):
        worst = f"p99 {_late(times):.1f} ms, longest {max(times):.0f} ms"
        print(f"writes {what}: {len(times)}, p50 {statistics.median(times):.1f} ms, {worst}")
    return [f"a changed rule took {took:.0f} s, at most {MINUTES * 60}"] if took > MINUTES * 60 else []


def _written(world: World, work: Callable[[], None]) -> list[float]:
    """Milliseconds of each write of two people for as long as `work` takes."""
    sample = f"select id from {world.schema}.contact tablesample system (1) limit 2000"
    ids = [str(row["id"]) for row in world.connection.execute(sample).fetchall()]
    ended, times = threading.Event(), []
    errors: list[Exception] = []

    def person(place: int) -> None:
        numbers, change = itertools.count(), world.patch()
        try:
            while not ended.is_set():
                id_ = ids[(place * 997 + next(numbers) * 31) % len(ids)]
                begun = time.perf_counter()
                change(f"/contact/{id_}", {"job_title": f"Bench {begun:.6f}"})
                times.append((time.perf_counter() - begun) * 1000)
                time.sleep(0.02)
        except Exception as error:
            errors.append(error)

    people = [threading.Thread(target=person, args=(place,)) for place in range(2)]
    for one in people:
        one.start()
    try:
        work()
    finally:
        ended.set()
        for one in people:
            one.join()
    if errors:
        raise errors[0]
    return times


def _late(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.99)]


def _apply(world: World, op: str) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
        file.write(RULE.format(op=op))
        file.flush()
        subprocess.run([*KUNDIG, "config", "apply", file.name], env=dict(world.environment), check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own program


_SHARED = """select count(*) from {ws}.contact where audience &&
  array(select id from {ws}.principal where kind = 'rule' and ref like 'bench_changed/%')"""
