"""Does the twenty tasks in a browser and writes what each took to docs/twenty-tasks.md: `.venv/bin/python tools/tasks.py`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "twenty-tasks.md"
HEAD = """# What a working day takes

Tasks as somebody does them in Chromium, on an installation of their own. `tests/browser/tasks` holds what each must lead to;
this page is written by `.venv/bin/python tools/tasks.py`. *Keys* are keys that do something (a combination is one), *characters*
what must be typed in any program. Seconds are the machine's (two cores, the browser's work among it) with hands that never think.

| Task | Keys | Characters | Clicks | Seconds |
|---|---:|---:|---:|---:|
"""


def main() -> int:
    """Run them all; the page is written only if every task succeeds."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "efforts"
        environment = os.environ | {"KUNDIG_TASKS_REPORT": str(report)}
        command = [sys.executable, "-m", "pytest", "-q", "-n0", "tests/browser/tasks"]
        done = subprocess.run(command, cwd=ROOT, env=environment, check=False)  # noqa: S603 - our own tests
        if done.returncode == 0:
            efforts = [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]
            rows = (f"| {e['task']} | {e['keys']} | {e['characters']} | {e['clicks']} | {e['seconds']:.1f} |" for e in efforts)
            PAGE.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
        return done.returncode


if __name__ == "__main__":
    sys.exit(main())
