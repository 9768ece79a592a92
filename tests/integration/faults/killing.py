"""The end of a process at a chosen statement: before it is sent, or after it was done and before anybody learnt of it."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

import psycopg
import pytest


class Killed(BaseException):
    """Stands for the end of the process: nobody catches it, and what was not committed is rolled back."""


class Fate:
    """After how many points the process ends. Each statement is one point, each commit two: before and after it."""

    def __init__(self, left: int) -> None:
        self.left = left

    def step(self) -> None:
        """One point reached."""
        self.left -= 1
        if self.left < 0:
            raise Killed


_fate: ContextVar[Fate | None] = ContextVar("_fate", default=None)
"""Of this task and what it awaits; others live on."""


def make_mortal(monkeypatch: pytest.MonkeyPatch) -> ContextVar[Fate | None]:
    """From here on whoever sets a fate ends by it."""
    execute = psycopg.AsyncCursor.execute

    async def mortal(self: Any, query: Any, *arguments: Any, **more: Any) -> Any:
        fate = _fate.get()
        if fate is None:
            return await execute(self, query, *arguments, **more)
        fate.step()
        done = await execute(self, query, *arguments, **more)
        if query == "commit":
            fate.step()
        return done

    monkeypatch.setattr(psycopg.AsyncCursor, "execute", mortal)
    return _fate
