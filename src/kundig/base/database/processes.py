"""Processes of the operating system that a killed server left behind."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

_PROC = Path("/proc")
_OWN_ACCORD_SECONDS = 2.0
_LONGEST_SECONDS = 30.0


def is_running(pid: int, program: str, folder: Path) -> bool:
    """Whether this process is that program, working in that folder, and alive; one that only waits to be reaped is not."""
    if (_PROC / "self").exists():
        return _state(_PROC / str(pid)) == program and _works_in(_PROC / str(pid), folder)
    ps = shutil.which("ps")
    if ps is None:
        return True
    done = subprocess.run([ps, "-o", "comm=", "-p", str(pid)], capture_output=True, text=True, check=False)  # noqa: S603 - a number
    return program in done.stdout and "defunct" not in done.stdout


def end_all_in(folder: Path) -> None:
    """Wait until no process works in a folder any more; those that don't leave by themselves are told to (SIGQUIT).

    Children of a killed PostgreSQL work in its data folder and leave as soon as they notice.
    """
    begun = time.monotonic()
    while found := _working_in(folder):
        waited = time.monotonic() - begun
        if waited > _LONGEST_SECONDS:
            return
        if waited > _OWN_ACCORD_SECONDS:
            for pid in found:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGQUIT)
        time.sleep(0.05)


def _working_in(folder: Path) -> list[int]:
    if not (_PROC / "self").exists():
        return []
    entries = (entry for entry in _PROC.iterdir() if entry.name.isdigit())
    return [int(entry.name) for entry in entries if _state(entry) == "postgres" and _works_in(entry, folder)]


def _works_in(entry: Path, folder: Path) -> bool:
    try:
        return (entry / "cwd").readlink() == folder
    except OSError:
        return False


def _state(entry: Path) -> str | None:
    """The program's name, or None if the process is gone or dead."""
    try:
        text = (entry / "stat").read_text(errors="replace")
    except OSError:
        return None
    name, _, rest = text.partition("(")[2].rpartition(")")
    return None if rest.strip().startswith("Z") else name
