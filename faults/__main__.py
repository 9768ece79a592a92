"""`python -m faults --rounds 200`: kill something every round while writers write, then compare; exit 1 on any difference.

`python -m faults imports` is a run of its own.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from faults import imports
from faults.checks import compare, invariants
from faults.installation import Installation
from faults.ledger import Writer
from kundig import wiring
from kundig.base.database.embedded import attached
from kundig.base.database.names import OWNER

CLIENTS = 6
EACH = 10
"""Rounds between two comparisons."""


def main() -> int:
    """Run the rounds and print what happened."""
    parser = argparse.ArgumentParser(prog="faults")
    parser.add_argument("--rounds", type=int, default=200, help="kills of server, web and worker processes")
    parser.add_argument("--database-rounds", type=int, default=50, help="kills of the database")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    given = parser.parse_args()
    print(f"seed {given.seed}")
    chance = random.Random(given.seed)  # noqa: S311 - chooses victims, protects nothing
    victims = [chance.choice(("server", "web", "worker")) for _ in range(given.rounds)] + ["database"] * given.database_rounds
    chance.shuffle(victims)
    with tempfile.TemporaryDirectory(prefix="kundig-faults-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # PostgreSQL does not run as root, but must get in
        return _run(Installation(Path(folder) / "data"), victims, chance)


def _run(own: Installation, victims: list[str], chance: random.Random) -> int:
    print(f"first start {own.start():.1f} s")
    token = own.token()
    longest: Counter[str] = Counter()
    wrong: list[str] = []
    acknowledged = repeated = 0
    for start in range(0, len(victims), EACH):
        writers = [Writer(own.url, token, start * 100 + number) for number in range(CLIENTS)]
        for writer in writers:
            writer.start()
        for victim in victims[start : start + EACH]:
            time.sleep(chance.uniform(0.1, 1.2))
            longest[victim] = max(longest[victim], int(own.kill(victim) * 1000))
        for writer in writers:
            writer.stopping.set()
        for writer in writers:
            writer.join(120)
        wrong += compare(own.url, token, [writer.ledger for writer in writers])
        acknowledged += sum(writer.ledger.acknowledged for writer in writers)
        repeated += sum(writer.ledger.repeated for writer in writers)
        print(f"{start + EACH:4} rounds, {acknowledged} acknowledged, {repeated} repeated, {len(wrong)} wrong", flush=True)
    with attached(own.data) as server:
        wrong += invariants(server.address().login(OWNER), wiring.MAIN.schema)
    own.stop()
    print("back within, ms at most:", dict(longest))
    for line in wrong[:50]:
        print("WRONG", line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(imports.main(sys.argv[2:]) if sys.argv[1:2] == ["imports"] else main())
