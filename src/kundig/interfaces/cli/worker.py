"""`kundig worker`"""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Annotated

import typer

from kundig.base.database.opening import opened
from kundig.base.jobs import run_worker
from kundig.base.lifetime import end_with_input, stop_event
from kundig.base.logs import log_json_lines
from kundig.base.settings import Settings


def worker(with_parent: Annotated[bool, typer.Option(hidden=True)] = False) -> None:
    """Do jobs from the queue. `kundig serve` starts one; start more on any machine that reaches the database."""
    from kundig import wiring

    log_json_lines()
    settings = Settings.from_environment(os.environ)

    async def run() -> None:
        stop = stop_event()
        if with_parent:
            end_with_input(sys.stdin)
        async with opened(settings) as database:
            await run_worker(database, wiring.jobs(settings), stop)

    asyncio.run(run())
