"""Does the twenty tasks in a browser and writes what each takes to docs/twenty-tasks.md: `.venv/bin/python tools/tasks.py`.

`--runs 5` does them so often, on a fresh installation each time; what is written is the median. Let nothing else compute meanwhile.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "twenty-tasks.md"
HEAD = """# Twenty tasks

What a working day takes, as somebody does it who knows the program. `tests/browser/tasks` does each in Chromium and asks the server
afterwards whether it was done; this page is written from that by `.venv/bin/python tools/tasks.py`.

- **Keys** do something: Enter, Tab, a letter that is a command. A combination is one, pasting is one.
- **Characters** are what must be typed in any program: the name that is searched, the text of a note.
- **Clicks** are those of the mouse or a finger; choosing in a list is two, dropping a file one.
- **Seconds** are the machine's: from the first key to the moment when the page shows the result, with hands that never think.
  Median of {runs} runs on {machine}; server, database and browser share them, and nothing else computes.

| Task | Way | Keys | Characters | Clicks | Seconds |
|---|---|---:|---:|---:|---:|
"""


def main() -> int:
    """Run them all; the page is written only if every task succeeds every time."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--runs", type=int, default=3)
    runs = asked.parse_args().runs
    done = [_run() for _ in range(runs)]
    if any(efforts is None for efforts in done):
        return 1
    tasks: dict[str, list[dict[str, Any]]] = {}
    for efforts in done:
        for effort in efforts or ():
            tasks.setdefault(effort["task"], []).append(effort)
    rows = [_row(efforts) for efforts in tasks.values()]
    whole = {key: sum(efforts[0][key] for efforts in tasks.values()) for key in ("keys", "characters", "clicks")}
    seconds = sum(statistics.median(e["seconds"] for e in efforts) for efforts in tasks.values())
    rows.append(f"| **All** | | {whole['keys']} | {whole['characters']} | {whole['clicks']} | {seconds:.1f} |")
    head = HEAD.format(runs=runs, machine=f"{os.cpu_count()} cores ({platform.machine()})")
    PAGE.write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
    return 0


def _run() -> list[dict[str, Any]] | None:
    """What each task took, once; None if one failed."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "efforts"
        environment = os.environ | {"KUNDIG_TASKS_REPORT": str(report)}
        command = [sys.executable, "-m", "pytest", "-q", "-n0", "tests/browser/tasks"]
        if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode:  # noqa: S603 - our own tests
            return None
        return [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]


def _row(efforts: list[dict[str, Any]]) -> str:
    first, seconds = efforts[0], statistics.median(effort["seconds"] for effort in efforts)
    return f"| {first['task']} | {first['way']} | {first['keys']} | {first['characters']} | {first['clicks']} | {seconds:.1f} |"


if __name__ == "__main__":
    sys.exit(main())
