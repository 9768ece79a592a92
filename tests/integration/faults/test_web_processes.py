"""Web processes that die, again and again and soon after each other: the server stays, and answers when they let it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import httpx
from tests.serving import START_SECONDS, Served, serving, until_well

DEATHS = 4


def web_process(server: Served, not_among: set[int]) -> int:
    """The next web process of the server."""
    end = time.monotonic() + START_SECONDS
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
    while time.monotonic() < end and server.process.poll() is None:
        for pid in {int(pid) for pid in children.read_text().split()} - not_among:
            command = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
            if "serve" in command or any("spawn_main" in part for part in command):  # forked off or started anew, by the system
                return pid
        time.sleep(0.01)
    raise AssertionError(server.log.read_text()[-4000:])


def test_a_process_that_dies_at_once_again_does_not_end_the_server() -> None:
    with serving() as server:
        died: set[int] = set()
        for _ in range(DEATHS):
            pid = web_process(server, died)
            os.kill(pid, signal.SIGKILL)
            died.add(pid)
        until_well(server.process, server.url, server.log.read_text)
        assert server.process.poll() is None
        assert httpx.get(f"{server.url}/sign-in").status_code == httpx.codes.OK
