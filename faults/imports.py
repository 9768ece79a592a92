"""`python -m faults imports --rows 50000 --kills 8`: an import that is killed again and again leaves what one in peace does.

The same file is brought in twice, each time into an installation of its own. Prints how fast it went and what memory it took;
exit 1 if anything differs.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from faults.fingerprints import fingerprints
from faults.people import write_companies, write_people
from kundig import wiring
from kundig.base.database.embedded import EmbeddedServer, attached
from kundig.base.database.names import OWNER

KUNDIG = (sys.executable, "-m", "kundig.interfaces.cli.main")
PEOPLE = (
    "--locale", "de", "--map", "Vorname=first_name", "--map", "Nachname=last_name", "--map", "Firma=account",
    "--map", "E-Mail=emails", "--map", "E-Mail 2=emails", "--map", "Telefon=phones", "--map", "Position=job_title",
)  # fmt: skip
VICTIMS = ("import", "import", "import and database", "database")
LOOK = 0.05
"""Seconds between two looks at how far an import has come."""
MEMORY_AT = (10, 90)
"""Per cent of the file at which memory is measured."""
MOST_GROWTH = 50
"""MB that it may be more at the second than at the first."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An import as the database knows it."""

    state: str
    position: int
    seconds: float


def main(arguments: Sequence[str]) -> int:
    """Import twice, compare, print."""
    parser = argparse.ArgumentParser(prog="faults imports")
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--kills", type=int, default=8)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    given = parser.parse_args(arguments)
    print(f"seed {given.seed}")
    chance = random.Random(given.seed)  # noqa: S311 - chooses victims, protects nothing
    folder = Path(tempfile.mkdtemp(prefix="kundig-imports-"))
    folder.chmod(0o755)  # PostgreSQL does not run as root, but must get in
    people = folder / "people.csv"
    count = write_companies(folder / "companies.csv", given.rows)
    write_people(people, given.rows, count)
    calm = _Installation(folder / "undisturbed")
    undisturbed = calm.brought_in(folder, given.rows, [], chance)
    stretch = given.rows // given.kills  # one point in each, so that few are passed at once
    points = [number * stretch + chance.randrange(1, stretch) for number in range(given.kills)]
    troubled = _Installation(folder / "killed")
    killed = troubled.brought_in(folder, given.rows, points, chance)
    wrong = [
        f"{name}: {undisturbed[name]} without kills, {killed[name]} with them"
        for name in undisturbed
        if undisturbed[name] != killed[name]
    ]
    if calm.growth > MOST_GROWTH:
        wrong.append(f"memory grew by {calm.growth} MB, at most {MOST_GROWTH}")
    if troubled.kills < given.kills:
        wrong.append(f"{troubled.kills} kills, {given.kills} were meant")
    for what in wrong:
        print(f"WRONG {what}")
    if wrong:
        print(f"everything is kept in {folder}")
        return 1
    print(f"all the same: {', '.join(f'{name} {shown}' for name, shown in undisturbed.items())}")
    shutil.rmtree(folder)
    return 0


class _Installation:
    """A data folder with the companies in it, into which the people are brought."""

    def __init__(self, data: Path) -> None:
        data.mkdir(mode=0o755)
        self._data, self.growth = data, 0
        self.kills = 0
        self._environment = {k: v for k, v in os.environ.items() if not k.startswith("KUNDIG_")} | {"KUNDIG_DATA": str(data)}

    def brought_in(self, folder: Path, rows: int, points: Sequence[int], chance: random.Random) -> dict[str, str]:
        """Import the people, with something killed near each of the rows `points`; what is there afterwards."""
        self._kundig("migrate")
        with attached(self._data) as server:
            self._kundig("import", "account", str(folder / "companies.csv"), "--map", "Firma=name", "--map", "Domain=domains")
            dsn = server.address().login(OWNER)
            self._import(dsn, folder / "people.csv", rows, list(points), chance)
            return fingerprints(dsn, wiring.MAIN.schema)

    def _import(self, dsn: str, people: Path, rows: int, points: list[int], chance: random.Random) -> None:
        process, starts, memory = self._begun(people), 1, dict.fromkeys(MEMORY_AT, 0)
        while (seen := _look(dsn)) is None or seen.state != "done":
            time.sleep(LOOK)
            if process.poll() is not None and (seen := _look(dsn)) is not None and seen.state != "done":
                process, starts = self._begun(people), starts + 1
            elif seen is not None and points and seen.position >= points[0]:
                # all points that have been passed are one: what is killed must have come further since
                points[:] = [point for point in points if point > seen.position]
                self._kill(chance.choice(VICTIMS), process, chance)
            for share in memory:
                if not memory[share] and seen is not None and seen.position * 100 >= rows * share:
                    memory[share] = _resident(process.pid)
        process.wait()
        # only of a process that has done it all is the memory of two moments comparable
        self.growth = memory[MEMORY_AT[1]] - memory[MEMORY_AT[0]] if starts == 1 else 0
        used = ", ".join(f"{size} MB at {share} %" for share, size in memory.items()) if starts == 1 else f"{starts} starts"
        print(f"{seen.seconds:.0f} s, {rows / seen.seconds:.0f} rows/s, {used}", flush=True)

    def _begun(self, people: Path) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - our own program
            [*KUNDIG, "import", "contact", str(people), *PEOPLE],
            env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def _kill(self, victim: str, process: subprocess.Popen[bytes], chance: random.Random) -> None:
        """Kill -9, somewhere within a chunk."""
        time.sleep(chance.uniform(0, 0.5))
        if victim != "database":
            process.kill()
            process.wait()
        if victim != "import":
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._postmaster(), signal.SIGKILL)
            time.sleep(0.2)  # its children notice
            EmbeddedServer(self._data).ensure_running()
        self.kills += 1
        print(f"killed: {victim}", flush=True)

    def _postmaster(self) -> int:
        return int(next(self._data.rglob("postmaster.pid")).read_text().splitlines()[0])

    def _kundig(self, *arguments: str) -> None:
        subprocess.run([*KUNDIG, *arguments], env=self._environment, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own program


def _look(dsn: str) -> Seen | None:
    """How far the import of people has come; None while it is not there or the database is away."""
    statement = f"""select state, position, extract(epoch from coalesce(ended_at, now()) - started_at)::float8
                      from {wiring.MAIN.schema}.import_run where object = 'contact'"""
    try:
        with psycopg.connect(dsn) as connection:
            row = connection.execute(statement.encode()).fetchone()
    except psycopg.OperationalError:
        return None
    return Seen(row[0], row[1], row[2] or 0.0) if row else None


def _resident(pid: int) -> int:
    """The memory of a process in MB, 0 if it has just ended."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) // 1024
    return 0
