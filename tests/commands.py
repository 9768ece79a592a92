"""Commands as a user would give them, each in a process of its own: forked from one that has read the program already.

To read it takes longer than what most commands do, and tests give hundreds.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from multiprocessing.context import ForkServerContext
from pathlib import Path


@cache
def _ready() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["kundig.interfaces.cli.main", "kundig.interfaces.cli.web_server", "kundig.wiring"])
    return context


def command(
    *arguments: str, environment: Mapping[str, str], given: str = "", seconds: float = 120
) -> subprocess.CompletedProcess[str]:
    """Run `kundig` with these arguments; `given` is what it reads. Raises TimeoutExpired."""
    with tempfile.TemporaryDirectory(prefix="kundig-command-") as place:
        folder = Path(place)
        (folder / "in").write_text(given)
        process = _ready().Process(target=_run, args=(arguments, dict(environment), place))
        process.start()
        process.join(seconds)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(["kundig", *arguments], seconds)
        said = [(folder / name).read_text() for name in ("out", "err")]
        return subprocess.CompletedProcess(["kundig", *arguments], process.exitcode, *said)


def _run(arguments: tuple[str, ...], environment: dict[str, str], place: str) -> None:
    os.environ.clear()
    os.environ.update(environment)
    for number, (name, flags) in enumerate(
        [("in", os.O_RDONLY), ("out", os.O_WRONLY | os.O_CREAT), ("err", os.O_WRONLY | os.O_CREAT)]
    ):
        opened = os.open(f"{place}/{name}", flags, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin, sys.stdout, sys.stderr = (open(n, mode, closefd=False) for n, mode in enumerate(("r", "w", "w")))  # noqa: SIM115
    sys.argv = ["kundig", *arguments]
    from kundig.interfaces.cli.main import run

    run()
