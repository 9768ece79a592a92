"""Reads of sensitive fields: the read door says what it has handed out, the edge notes it once before the answer leaves."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from kundig.base.context import Context
from kundig.engine.audit.events import SENSITIVE_READ
from kundig.engine.audit.noting import Noted, note_all


class SensitiveReads:
    """What was read in one transaction: by object the sensitive fields, and of which or how many records."""

    __slots__ = ("_fields", "_records", "_unnamed")

    def __init__(self) -> None:
        """Nothing so far."""
        self._fields: dict[str, set[str]] = {}
        self._records: dict[str, set[UUID]] = {}
        self._unnamed: dict[str, int] = {}

    def __bool__(self) -> bool:
        return bool(self._fields)

    def add(self, object_: str, fields: Iterable[str], records: Collection[UUID]) -> None:
        """Fields of some records."""
        self._fields.setdefault(object_, set()).update(fields)
        self._records.setdefault(object_, set()).update(records)

    def add_unnamed(self, object_: str, fields: Iterable[str], count: int) -> None:
        """The same where the records are not at hand: over links, in figures of groups."""
        self._fields.setdefault(object_, set()).update(fields)
        self._unnamed[object_] = self._unnamed.get(object_, 0) + count

    async def note(self, context: Context) -> None:
        """Note an event for each object, in one statement: how many records, or which one."""
        await note_all(context, [self._noted(object_) for object_ in sorted(self._fields)])

    def _noted(self, object_: str) -> Noted:
        records, unnamed = self._records.get(object_, set()), self._unnamed.get(object_, 0)
        only = next(iter(records)) if len(records) == 1 and not unnamed else None
        detail = {"count": len(records) + unnamed, "fields": sorted(self._fields[object_])}
        return Noted(SENSITIVE_READ, object_, only, detail)
