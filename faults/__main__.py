"""`python -m faults --rounds 200`: kill something every round while people write, then compare; exit 1 on any difference.

`python -m faults imports` is a run of its own.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from faults import imports
from faults.checks import invariants, settle
from faults.client import ADMIN, Client
from faults.followers import Commenter, Importer, Inviter
from faults.installation import Installation
from faults.ledger import Ledger
from faults.writers import BulkWriter, RecordWriter, Writer
from kundig import wiring
from kundig.base.database.embedded import attached
from kundig.base.database.names import OWNER

EACH = 10
"""Rounds between two comparisons."""
COLLEAGUE = "Mona Merkt"


def main() -> int:
    """Run the rounds and print what happened."""
    parser = argparse.ArgumentParser(prog="faults")
    parser.add_argument("--rounds", type=int, default=200, help="kills of server, web and worker processes")
    parser.add_argument("--database-rounds", type=int, default=50, help="kills of the database")
    parser.add_argument("--cut-rounds", type=int, default=20, help="times that all connections to the database are cut")
    parser.add_argument("--freeze-rounds", type=int, default=5, help="times that the worker is stopped for a while and goes on")
    parser.add_argument("--minutes", type=float, default=0, help="begin no more rounds after so long (0: however long it takes)")
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    given = parser.parse_args()
    print(f"seed {given.seed}")
    chance = random.Random(given.seed)  # noqa: S311 - chooses victims, protects nothing
    victims = [chance.choice(("server", "web", "worker")) for _ in range(given.rounds)]
    victims += ["database"] * given.database_rounds + ["connections"] * given.cut_rounds + ["freeze"] * given.freeze_rounds
    chance.shuffle(victims)
    folder = Path(tempfile.mkdtemp(prefix="kundig-faults-"))
    folder.chmod(0o755)  # PostgreSQL does not run as root, but must get in
    ledger = Ledger(folder / "ledger.jsonl")
    own = Installation(folder / "data")
    until = time.monotonic() + given.minutes * 60 if given.minutes else float("inf")
    try:
        _run(own, ledger, victims, given.clients, chance, until)
    finally:
        own.stop()
    for line in ledger.wrong[:50]:
        print("WRONG", line)
    if ledger.wrong:
        print(f"everything is kept in {folder}")
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    return 0


def _run(own: Installation, ledger: Ledger, victims: list[str], clients: int, chance: random.Random, until: float) -> None:
    print(f"first start {own.start():.1f} s")
    token = own.token()
    pages = Client(own.url, token, ledger)
    pages.sign_in()
    values = {"name": COLLEAGUE, "email": f"colleague.{ADMIN}", "role": ["administrator"]}
    colleague = pages.done_once("create", "/user", json=values).raise_for_status().json()["id"]
    away: dict[str, list[float]] = defaultdict(list)
    for start in range(0, len(victims), EACH):
        if time.monotonic() > until:
            break
        pages.prove()
        writers = _writers(own.url, token, pages, ledger, start * 100, clients, colleague)
        for writer in writers:
            writer.start()
        for victim in victims[start : start + EACH]:
            time.sleep(chance.uniform(0.1, 1.2))
            away[victim].append(own.kill(victim))
        for writer in writers:
            writer.stopping.set()
        for writer in writers:
            writer.join(300)
            if writer.is_alive():
                ledger.strange(f"{writer.name} got no answer within five minutes")
            writer.check()
        done, again = ledger.acknowledged.total(), ledger.repeated.total()
        rounds = min(start + EACH, len(victims))
        print(f"{rounds:4} rounds, {done} acknowledged, {again} repeated, {len(ledger.wrong)} wrong", flush=True)
    with attached(own.data) as server:
        dsn, schema = server.address().login(OWNER), wiring.MAIN.schema
        settle(dsn, schema, ledger)
        invariants(dsn, schema, own.data / "mail", ledger)
    print("acknowledged:", dict(ledger.acknowledged))
    for victim, seconds in sorted(away.items()):
        print(f"{victim}: {len(seconds)} times, back after {statistics.median(seconds):.1f} s, at most {max(seconds):.1f} s")


def _writers(url: str, token: str, pages: Client, ledger: Ledger, first: int, clients: int, colleague: str) -> list[Writer]:
    """Most write single records; of 25, one each imports, writes in bulk, invites and comments."""
    found: list[Writer] = []
    for number in range(first, first + clients):
        client = Client(url, token, ledger)
        client.share_session(pages)
        kind = (number - first) % 25
        if kind == 3:
            found.append(Commenter(client, number, colleague, COLLEAGUE))
        else:
            kinds = {0: Importer, 1: BulkWriter, 2: Inviter}
            found.append(kinds.get(kind, RecordWriter)(client, number, colleague))
    return found


if __name__ == "__main__":
    sys.exit(imports.main(sys.argv[2:]) if sys.argv[1:2] == ["imports"] else main())
