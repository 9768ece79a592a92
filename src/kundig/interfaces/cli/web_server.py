"""The web server: granian with web processes that are started again however often they die."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import MPServer

import kundig.interfaces.application  # noqa: F401 - before the web processes are forked off, so that they share it
from kundig.base.settings import Settings

CALM = 30.0
"""Seconds after which a death has nothing to do with the one before."""
FIRST, LONGEST = 0.5, 10.0


@dataclass(slots=True)
class Pauses:
    """How long to wait before a process that died is started again: not at all, then longer each time that it dies soon."""

    died: float = float("-inf")
    pause: float = 0.0

    def after_death(self, now: float) -> float:
        """The seconds to wait after a death at `now`."""
        soon = now - self.died < CALM + self.pause
        self.pause = min(max(self.pause * 2, FIRST), LONGEST) if soon else 0.0
        self.died = now
        return self.pause


class Server(MPServer):
    """Granian itself ends with all its processes when one dies twice within 5.5 seconds: then nobody is left to answer."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """As granian's own."""
        super().__init__(*arguments, **options)
        self._pauses = Pauses()

    def _respawn_workers(self, workers: Any, spawn_target: Any, target_loader: Any, delay: float = 0) -> None:
        self.main_loop_interrupt.wait(self._pauses.after_death(time.monotonic()))  # a signal to stop ends the pause
        super()._respawn_workers(workers, spawn_target, target_loader, delay)
        self.respawned_wrks.clear()  # by these times it decides to give up


def serve_pages(settings: Settings) -> None:
    """Serve until a signal to stop comes. The socket stays open meanwhile: who comes while a process is started waits."""
    Server(
        "kundig.wiring:asgi",
        factory=True,
        interface=Interfaces.ASGI,
        address=settings.host,
        port=settings.port,
        workers=settings.workers,
        websockets=False,
        log_level=LogLevels.warning,
        # Without it one worker killed by the system ends the whole server.
        respawn_failed_workers=True,
        workers_kill_timeout=15,
    ).serve()
