"""What is done for all open pages of a workspace in this process: following the feed, and looking after what is in no feed."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from functools import partial
from uuid import UUID

import sqlalchemy as sa

from kundig.base.context import Workspace
from kundig.base.database import Connection, Database
from kundig.base.errors import Unauthenticated
from kundig.engine.history.feed import position, since
from kundig.engine.policy.access import Access
from kundig.engine.policy.scope import Scope
from kundig.engine.policy.statements import statement
from kundig.engine.policy.tables import UUIDS
from kundig.engine.policy.visibility import sees
from kundig.engine.schema.bound import BoundObject
from kundig.services.collaboration.comments import comment_states
from kundig.services.collaboration.notifications import unread_of
from kundig.services.identity.objects import USER
from kundig.services.identity.scopes import Scopes
from kundig.services.identity.sessions import living
from kundig.services.live.facts import Audience, Fact, Record, read_facts
from kundig.services.live.presence import Someone, present, renew_presence
from kundig.services.live.streams import Stream

KEPT = 500
"""Stretches of the feed that are remembered for pages that come back or have just been opened."""
FAR = 5000
"""Transactions that may lie between a page's position and now; from further away everything is read anew."""


class Desk:
    """The open pages of a workspace. `follow` and `look` are called again and again, by one task."""

    def __init__(self, database: Database, scopes: Scopes, workspace: Workspace) -> None:
        self.streams: set[Stream] = set()
        self.asked = asyncio.Event()
        """Set when somebody has come or gone: look at once."""
        self._database, self._scopes, self._workspace = database, scopes, workspace
        self._kept: deque[tuple[int, Sequence[Fact]]] = deque(maxlen=KEPT)
        self._position: int | None = None
        self._reaches = 0
        """From where on everything is remembered."""
        self._new: list[tuple[Stream, int | None]] = []
        self._version: int | None = None
        self._closed: list[UUID] = []

    def add(self, stream: Stream, start: int | None) -> None:
        """A page has been opened; it was read when the feed had got to `start`."""
        self.streams.add(stream)
        self._new.append((stream, start))
        self.asked.set()

    def remove(self, stream: Stream) -> None:
        """A page has been closed."""
        self.streams.discard(stream)
        self._closed.append(stream.id)
        self.asked.set()

    async def follow(self) -> None:
        """Read on in the feed and tell the pages."""
        if not self.streams:
            return
        new = list(self._new)
        async with self._database.transaction(self._workspace, readonly=True) as connection:
            if self._position is None:
                self._position = self._reaches = await self._beginning(connection, [start for _, start in new])
            self._catch_up(new)
            happened, end = await since(connection, self._position)
            facts: list[Fact] = []
            if happened:
                scope = await self._scope(connection)
                facts = await read_facts(scope, happened)
        self._position = end
        del self._new[: len(new)]  # not before: when the database was away they are told the next time
        if facts:
            if len(self._kept) == KEPT:
                self._reaches = self._kept[0][0]
            self._kept.append((end, facts))
        for stream in self.streams:
            stream.tell_facts(facts, end)

    async def _beginning(self, connection: Connection, starts: Iterable[int | None]) -> int:
        """The earliest position that a page asks for, unless that is too far away."""
        end = await position(connection)
        return min([start for start in starts if start is not None and end - FAR <= start <= end], default=end)

    def _catch_up(self, new: Sequence[tuple[Stream, int | None]]) -> None:
        """Tell those who have just come what happened since their pages were read."""
        assert self._position is not None
        for stream, start in new:
            if start is not None and start < self._reaches:
                stream.tell_everything(self._position)
            elif start is not None:
                stream.tell_facts([fact for end, facts in self._kept if end > start for fact in facts], self._position)

    async def look(self) -> None:
        """Sessions that have ended, notifications, comments, who else is here: all that is in no feed, for all pages at once."""
        await self._end_sessions()
        closed, self._closed = self._closed, []
        streams = [stream for stream in self.streams if not stream.closed]
        async with self._database.transaction(self._workspace) as connection:
            scope = await self._scope(connection)
            await self._lose_sight(scope, [stream for stream in streams if stream.follows.record is not None])
            unread = await unread_of(connection, {stream.signed.user for stream in streams})
            on_records = {stream.id: (stream.signed.user, own) for stream in streams if (own := stream.follows.record)}
            records = {record for _, record in on_records.values()}
            if on_records or closed:
                await renew_presence(connection, on_records, closed)
            states = await comment_states(connection, records)
            people = await present(connection, records) if records else {}
        for stream in streams:
            stream.tell_unread(unread.get(stream.signed.user, 0))
            own = stream.follows.record
            if own is not None:
                stream.tell_comments(states[own])
                stream.tell_present(_others(stream, people.get(own, ())))

    async def _end_sessions(self) -> None:
        streams = list(self.streams)  # who comes while the database is asked was not asked about
        async with self._database.transaction(None, readonly=True) as connection:
            alive = await living(connection, {stream.signed.id for stream in streams})
        for stream in streams:
            if stream.signed.id not in alive:
                stream.close(over=True)

    async def _lose_sight(self, scope: Scope, streams: Sequence[Stream]) -> None:
        """Pages of records that their readers may not see any more follow them no longer."""
        audiences = await _audiences(scope, {stream.follows.record for stream in streams if stream.follows.record})
        for stream in streams:
            own = stream.follows.record
            if own is not None and (own not in audiences or not sees(stream.access, own[0], audiences[own])):
                stream.tell_lost()

    async def _scope(self, connection: Connection) -> Scope:
        """The system's scope; when rights may have changed, those of the readers are found anew."""
        scope = await self._scopes.of_system(connection, self._workspace, "live")
        if scope.model.version != self._version:
            self._version = scope.model.version
            await self._renew(connection)
        return scope

    async def _renew(self, connection: Connection) -> None:
        known: dict[UUID, Access | None] = {}
        for stream in list(self.streams):  # some come and go meanwhile
            user = stream.signed.user
            if user not in known:
                try:
                    known[user] = (await self._scopes.of_user(connection, self._workspace, user, "live")).access
                except Unauthenticated:
                    known[user] = None
            access = known[user]
            if access is None:
                stream.close(over=True)
            else:
                stream.access = access


def _others(stream: Stream, people: Sequence[Someone]) -> tuple[str, ...]:
    """The names that the reader may know of those who are not the reader."""
    rights = stream.access.objects.get(USER.name)
    if rights is None or not rights.hidden.isdisjoint(("name", "label")):
        return ()
    return tuple(
        someone.name
        for someone in people
        if someone.user != stream.signed.user and sees(stream.access, USER.name, someone.audience)
    )


async def _audiences(scope: Scope, records: Iterable[Record]) -> dict[Record, Audience]:
    """The audiences of live records, one statement for each object."""
    found: dict[Record, Audience] = {}
    named = sorted(records)
    for name in dict.fromkeys(object_ for object_, _ in named):
        if name not in scope.model.objects:
            continue
        compiled = statement(scope, ("audiences of", name), partial(_live, scope.model.objects[name]))
        ids = [record for object_, record in named if object_ == name]
        for row in await scope.connection.rows(compiled, {"ids": ids}):
            found[(name, row["id"])] = Audience(row["audience"])
    return found


def _live(object_: BoundObject) -> sa.Select[tuple[UUID, list[int]]]:
    row = object_.table
    named = row.c.id == sa.any_(sa.bindparam("ids", type_=UUIDS))
    return sa.select(row.c.id, row.c.audience).where(named, row.c.deleted_at.is_(None))
