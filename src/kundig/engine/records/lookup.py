"""Looking up the records that input values mean: all references of a list of writes in one statement per object."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from kundig.base.context import Context
from kundig.base.database.connection import Compiled, compile_statement
from kundig.engine.policy.predicates import AccessReading, FullReading
from kundig.engine.policy.scope import Scope
from kundig.engine.schema.fields.contract import Reading, Reference
from kundig.engine.schema.model import Model


class Records:
    """What `FieldType.parse` asks: which record is meant. Filled by `look_up` beforehand."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.labels: dict[UUID, str] = {}
        self._ids: dict[Reference, UUID] = {}

    def record(self, reference: Reference) -> UUID | None:
        """The live record that is meant and that the writer may see, or None."""
        return self._ids.get(reference)

    async def look_up(self, scope: Scope, references: Iterable[Reference], *, trusted: bool = False) -> None:
        """Find the records of `references`; `trusted` writes (undo, system) may mean hidden ones too."""
        wanted: dict[str, set[str]] = defaultdict(set)
        for reference in references:
            if reference not in self._ids:
                wanted[reference.object].add(reference.key)
        for object_, keys in sorted(wanted.items()):
            if object_ in scope.model.objects and (trusted or object_ in scope.access.objects):
                await self._find(scope, object_, keys, trusted=trusted)

    async def _find(self, scope: Scope, object_: str, keys: set[str], *, trusted: bool) -> None:
        ids = {parsed: key for key in keys if (parsed := parse_id(key)) is not None}
        pairs = [key.partition(":") for key in keys if parse_id(key) is None and ":" in key]
        reading: Reading = FullReading(scope.model) if trusted else AccessReading(scope.model, scope.access)
        shape = "trusted" if trusted else scope.access.shape
        params: dict[str, Any] = {"ids": list(ids), **({} if trusted else scope.access.parameters)}
        for row in await scope.connection.rows(_by_id(_Key(scope.model, reading, object_, shape)), params):
            self._keep(object_, ids[row["id"]], row)
            self._keep(object_, str(row["id"]), row)
        if pairs:
            params |= {"systems": [p[0] for p in pairs], "values": [p[2] for p in pairs]}
            for row in await scope.connection.rows(_by_external_id(_Key(scope.model, reading, object_, shape)), params):
                self._keep(object_, f"{row['system']}:{row['value']}", row)

    def _keep(self, object_: str, key: str, row: Mapping[str, Any]) -> None:
        self._ids[Reference(object_, key)] = row["id"]
        self.labels[row["id"]] = row["label"]


class _Key:
    """Carries what building needs, but is equal by object, rights and model only: the cache key of a compiled look-up."""

    def __init__(self, model: Model, reading: Reading, object_: str, shape: str) -> None:
        self.model, self.reading, self.object = model, reading, object_
        self._identity = (model.schema, model.version, object_, shape)

    def __hash__(self) -> int:
        return hash(self._identity)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self._identity == other._identity


@lru_cache(maxsize=1000)
def _by_id(key: _Key) -> Compiled:
    table = key.model.objects[key.object].table
    ids = sa.bindparam("ids", type_=sa.ARRAY(sa.UUID()))
    return compile_statement(
        sa.select(table.c.id, table.c.label).where(table.c.id == sa.any_(ids), key.reading.seen(key.object, table))
    )


@lru_cache(maxsize=1000)
def _by_external_id(key: _Key) -> Compiled:
    table = key.model.objects[key.object].table
    pairs = sa.table("external_id", *(sa.column(c) for c in ("object", "record", "system", "value", "live")), schema=table.schema)
    wanted = (
        sa.func.unnest(sa.bindparam("systems", type_=sa.ARRAY(sa.Text())), sa.bindparam("values", type_=sa.ARRAY(sa.Text())))
        .table_valued("system", "value")
        .render_derived()
    )
    statement = (
        sa.select(table.c.id, table.c.label, pairs.c.system, pairs.c.value)
        .select_from(pairs)
        .join(wanted, sa.and_(wanted.c.system == pairs.c.system, wanted.c.value == pairs.c.value))
        .join(table, table.c.id == pairs.c.record)
        .where(pairs.c.object == key.object, pairs.c.live, key.reading.seen(key.object, table))
    )
    return compile_statement(statement)


def parse_id(text: str) -> UUID | None:
    """A UUID in its usual spelling, or None."""
    if len(text) != 36:
        return None
    try:
        return UUID(text)
    except ValueError:
        return None
