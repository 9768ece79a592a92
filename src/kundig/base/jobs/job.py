"""What a job is: a name, a function, when it is tried again, when it runs by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kundig.base.context import Actor, Workspace
from kundig.base.database import Connection, Database
from kundig.base.errors import Kind, KundigError


@dataclass(frozen=True, slots=True)
class JobRun:
    """One run of a job: where it happens, who is answerable, what it is about. `id` stays the same when it is tried again."""

    id: int
    database: Database
    workspace: Workspace | None
    """None only for jobs that are not `per_workspace`."""
    actor: Actor
    payload: Mapping[str, Any]
    attempt: int
    """0 at first."""

    @asynccontextmanager
    async def transaction(self, *, timeout_ms: int = 0) -> AsyncIterator[Connection]:
        """A transaction in the workspace of the job, without a limit of time unless one is given."""
        async with self.database.transaction(self.workspace, timeout_ms=timeout_ms) as connection:
            yield connection


@dataclass(frozen=True, slots=True)
class Job:
    """Something a worker can do. `name` is stable: queued jobs carry it. `run` must be safe to repeat.

    A fault of the outside or an unexpected error is tried again up to `tries` times, with growing pauses; an error that is the
    answer (invalid, denied, missing …) is final. With `periodic` (cron in UTC; seconds may follow as a sixth field, at the end) it
    runs by itself: in every workspace, or once if not `per_workspace`. A run that a shutdown interrupts is cancelled and goes back
    into the queue.
    """

    name: str
    run: Callable[[JobRun], Awaitable[None]]
    tries: int = 8
    periodic: str | None = None
    per_workspace: bool = True

    def pause(self, error: BaseException, attempt: int) -> float | None:
        """After how many seconds to try again, None for never."""
        if attempt + 1 >= self.tries:
            return None
        if isinstance(error, KundigError) and error.kind not in (Kind.OUTSIDE, Kind.TOO_MANY):
            return None
        return float(min(2**attempt, 600))


def actor_to_json(actor: Actor) -> dict[str, str | None]:
    """An actor as it travels in a job's arguments."""
    found = {"kind": actor.kind, "id": str(actor.id) if actor.id else None, "user": str(actor.user) if actor.user else None}
    return found if actor.name is None else {**found, "name": actor.name}


def actor_from_json(value: Mapping[str, Any]) -> Actor:
    """The actor again."""
    user = value.get("user")
    return Actor(value["kind"], UUID(value["id"]) if value.get("id") else None, UUID(user) if user else None, value.get("name"))
