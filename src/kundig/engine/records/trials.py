"""Writes that may be refused: tried in a savepoint, so that what was written before stays."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from kundig.base.errors import FieldError, Invalid, Kind, KundigError
from kundig.engine.records.draft import Item
from kundig.engine.records.writing import Change


@asynccontextmanager
async def trial(change: Change) -> AsyncIterator[Change]:
    """A copy of a change to write with; what it learns (its head is in the journal) passes on only if all goes well."""
    tried = copy.copy(change)
    tried.counts, tried.recurring = defaultdict(int, change.counts), list(change.recurring)
    async with change.scope.connection.savepoint():
        yield tried
    change.__dict__.update(tried.__dict__)


async def write_possible(change: Change, object_: str, items: Sequence[Item]) -> dict[UUID, FieldError]:
    """Write all items of existing records that can be written; the others with the reason. Faults of the outside are raised.

    Those that are refused are left out, and the rest tried again: by halves where nothing says which of them it was.
    """
    refused: dict[UUID, FieldError] = {}
    items = list(items)
    while items:
        try:
            async with trial(change) as tried:
                await tried.write(object_, items, [("records", index) for index in range(len(items))])
            break
        except KundigError as error:
            if error.kind is Kind.OUTSIDE:
                raise
            blamed = _blamed(error, alone=len(items) == 1)
            if not blamed:
                refused |= await write_possible(change, object_, items[: len(items) // 2])
                items = items[len(items) // 2 :]
                continue
            refused |= {id_: found for index, found in blamed.items() if (id_ := items[index].id) is not None}
            items = [item for index, item in enumerate(items) if index not in blamed]
    return refused


def _blamed(error: KundigError, *, alone: bool) -> dict[int, FieldError]:
    """The items that an error names, by their place; one that is `alone` is to blame for all."""
    found = {e.index: e for e in error.errors if e.index is not None} if isinstance(error, Invalid) else {}
    if found or not alone:
        return found
    return {0: error.errors[0] if isinstance(error, Invalid) else FieldError("id", error.code, error.text)}
