"""Lists of ids and numbers on their way to PostgreSQL: psycopg looks into each element for what would need quotes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.array import ListDumper


class PlainListDumper(ListDumper):
    """Writes lists of ids, and of whole numbers, as they are; all others as psycopg does."""

    def dump(self, obj: list[Any]) -> Any:
        """The list as PostgreSQL reads it."""
        kinds = set(map(type, obj))
        if kinds == {UUID}:
            return ("{" + ",".join([f"{item.int:032x}" for item in obj]) + "}").encode()
        if kinds == {int}:
            return ("{" + ",".join(map(str, obj)) + "}").encode()
        return super().dump(obj)


def dump_lists_fast(raw: psycopg.AsyncConnection[Any]) -> None:
    """From now on, on this connection."""
    raw.adapters.register_dumper(list, PlainListDumper)
