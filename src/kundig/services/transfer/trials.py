"""Writes that may be refused: tried in a savepoint, so that what was written before stays."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kundig.engine.records.writing import Change


@asynccontextmanager
async def trial(change: Change) -> AsyncIterator[Change]:
    """A copy of a change to write with; what it learns (its head is in the journal) passes on only if all goes well."""
    tried = copy.copy(change)
    tried.counts, tried.recurring = defaultdict(int, change.counts), list(change.recurring)
    async with change.scope.connection.savepoint():
        yield tried
    change.__dict__.update(tried.__dict__)
