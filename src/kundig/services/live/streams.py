"""One open page: who looks at it, what it follows, and what it is still to be told."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from kundig.engine.policy.access import Access
from kundig.services.identity.signed import Signed
from kundig.services.live.facts import Fact, Record


@dataclass(frozen=True, slots=True)
class Follows:
    """What a page shows: a record with all that hangs together with it, or lists of objects."""

    record: Record | None = None
    objects: frozenset[str] = frozenset()


@dataclass(slots=True)
class News:
    """What a page has not been told yet. What happened twice meanwhile is told once."""

    position: int = 0
    """How far in the feed this reaches: who comes back from here misses nothing."""
    everything: bool = False
    """Nobody knows what the page has missed."""
    here: set[str] = field(default_factory=set)
    """Parts of the record's page: record, timeline, comments, or a related list as `object.link`."""
    changed: dict[str, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    created: dict[str, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    many: set[str] = field(default_factory=set)
    """Objects of which many records changed at once."""
    unread: int | None = None
    present: tuple[str, ...] | None = None
    """The names of those who have the same record open."""
    over: bool = False
    """The session has ended."""

    @property
    def of_records(self) -> bool:
        """Whether there is anything to read anew."""
        return bool(self.everything or self.here or self.changed or self.created or self.many)

    @property
    def any(self) -> bool:
        """Whether there is anything to tell."""
        return self.of_records or self.over or self.unread is not None or self.present is not None


class Stream:
    """What a page is told, from the hub to the connection that it holds open."""

    def __init__(self, signed: Signed, access: Access, follows: Follows) -> None:
        self.id = uuid4()
        self.signed, self.access, self.follows = signed, access, follows
        self.closed = False
        self.position = 0
        """How far in the feed everything has been looked through for it."""
        self._known_unread: int | None = None
        self._known_present: tuple[str, ...] = ()
        self._comments: str | None = None
        self._news, self._ready = News(), asyncio.Event()

    async def next(self, patience: float) -> News | None:
        """What there is to tell, or None when nothing came for so many seconds."""
        try:
            async with asyncio.timeout(patience):
                await self._ready.wait()
        except TimeoutError:
            return None
        news, self._news = self._news, News()
        self._ready.clear()
        return news

    def close(self, *, over: bool = False) -> None:
        """End it once it has told the rest; where the session is `over`, only that is told."""
        self.closed = True
        if over:
            self._news = News(over=True)
        self._ready.set()

    def tell_facts(self, facts: Iterable[Fact], position: int) -> None:
        """Take what concerns the page and may be known to its reader, of all that happened up to a position."""
        if self.closed:
            return
        for fact in facts:
            if self._concerned(fact) and fact.known_to(self.access):
                self._take(fact)
        self._news.position = self.position = position
        self._wake()

    def tell_everything(self, position: int) -> None:
        """The page may have missed anything."""
        self._news.everything, self._news.position = True, position
        self._wake()

    def tell_unread(self, number: int) -> None:
        """How many notifications have not been read."""
        if number != self._known_unread:
            self._news.unread = self._known_unread = number
            self._wake()

    def tell_present(self, names: tuple[str, ...]) -> None:
        """Who else has the record open."""
        if names != self._known_present:
            self._news.present = self._known_present = names
            self._wake()

    def tell_comments(self, state: str) -> None:
        """The record's comments are in another state than the last time this was called."""
        if self._comments is not None and state != self._comments:
            self._news.here.add("comments")
            self._wake()
        self._comments = state

    def tell_lost(self) -> None:
        """The reader may not see the record any more: the page finds out by itself."""
        self._news.here.add("record")
        self.follows = Follows(None, self.follows.objects)
        self._wake()

    def _wake(self) -> None:
        if self._news.any:
            self._ready.set()

    def _concerned(self, fact: Fact) -> bool:
        if fact.object in self.follows.objects:
            return True
        own = self.follows.record
        if own is None:
            return False
        if fact.record is None:
            return fact.object == own[0]
        return own in ((fact.object, fact.record), *(s.record for s in fact.about), *(parent for parent, _ in fact.parents))

    def _take(self, fact: Fact) -> None:
        own, news = self.follows.record, self._news
        if fact.object in self.follows.objects:
            if fact.record is None:
                news.many.add(fact.object)
            else:
                (news.created if fact.created else news.changed)[fact.object].add(fact.record)
        if own is None:
            return
        if own == (fact.object, fact.record) or (fact.record is None and fact.object == own[0]):
            news.here.add("record")
        if any(standing.record == own and standing.known_to(self.access) for standing in fact.about):
            news.here.add("timeline")
        hidden = self.access.objects[fact.object].hidden
        news.here.update(f"{fact.object}.{link}" for parent, link in fact.parents if parent == own and link not in hidden)
