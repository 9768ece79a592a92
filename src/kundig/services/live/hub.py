"""All open pages of this process: a desk for each workspace follows the feed for them and looks after them."""

from __future__ import annotations

import asyncio
import logging
from types import TracebackType
from typing import Self

from kundig.base.database import Database
from kundig.engine.policy.access import Access
from kundig.services.identity.scopes import Scopes
from kundig.services.identity.signed import Signed
from kundig.services.live.desk import Desk
from kundig.services.live.streams import Follows, Stream

MOST_STREAMS = 16
"""Open pages of one session; the oldest is closed for one more."""
FEED_SECONDS, LOOK_SECONDS, FAULT_SECONDS = 0.2, 2.0, 1.0
LINGER_SECONDS = 10.0
"""How long a desk goes on when nobody listens any more: going to another page closes one stream and opens the next."""

log = logging.getLogger(__name__)


class Hub:
    """Opens streams for pages; used as a context, it ends with them all."""

    def __init__(self, database: Database, scopes: Scopes) -> None:
        self._database, self._scopes = database, scopes
        self._desks: dict[str, Desk] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._stopped = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def stop(self) -> None:
        """Close all streams, and each that is opened from now on: a server that is told to stop waits for open answers."""
        self._stopped = True
        self.close_all()

    @property
    def streams(self) -> list[Stream]:
        """All that are open."""
        return [stream for desk in self._desks.values() for stream in desk.streams]

    def close_all(self) -> None:
        """Close all streams; the pages come back."""
        for stream in self.streams:
            stream.close()

    async def stop_with(self, stopping: asyncio.Event) -> None:
        """Stop as soon as the event is set."""
        await stopping.wait()
        self.stop()

    def open(self, signed: Signed, access: Access, follows: Follows, start: int | None) -> Stream:
        """A stream that tells what has happened since `start`, a position of the feed. Whoever opens it must close it."""
        desk = self._desk(signed)
        own = [stream for stream in desk.streams if stream.signed.id == signed.id and not stream.closed]
        for stream in own[: max(0, len(own) - MOST_STREAMS + 1)]:
            stream.close()
        stream = Stream(signed, access, follows)
        desk.add(stream, start)
        if self._stopped:
            stream.close()
        return stream

    def close(self, stream: Stream) -> None:
        """The page is gone."""
        stream.close()
        self._desks[stream.signed.workspace.schema].remove(stream)

    def _desk(self, signed: Signed) -> Desk:
        schema = signed.workspace.schema
        desk = self._desks.get(schema)
        if desk is None:
            desk = self._desks[schema] = Desk(self._database, self._scopes, signed.workspace)
            self._tasks[schema] = asyncio.create_task(self._serve(schema, desk), name=f"live {schema}")
        return desk

    async def _serve(self, schema: str, desk: Desk) -> None:
        """Until nobody has listened for a while."""
        clock = asyncio.get_running_loop().time
        looked, listened = 0.0, clock()
        while desk.streams or clock() - listened < LINGER_SECONDS:
            listened = clock() if desk.streams else listened
            try:
                await desk.follow()
                if desk.asked.is_set() or clock() - looked >= LOOK_SECONDS:
                    desk.asked.clear()
                    looked = clock()
                    await desk.look()
            except Exception:  # whatever it is, pages go on being served, and this too once it is over
                log.exception("open pages could not be told what happened")
                await asyncio.sleep(FAULT_SECONDS)
            await asyncio.sleep(FEED_SECONDS)
        del self._desks[schema], self._tasks[schema]
