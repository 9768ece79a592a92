"""Whether somebody sees only few of many records: then a list is sorted from them, instead of walking an index for them.

PostgreSQL guesses five in a thousand for every principal that is too rare for its statistics, and then walks through a million
rows to find fifty. The answer changes only how a list is read, never what is in it, so it may be a minute old.
"""

from __future__ import annotations

import sqlalchemy as sa

from kundig.engine.policy.predicates import AccessReading
from kundig.engine.policy.remembering import remembered
from kundig.engine.policy.scope import Scope
from kundig.engine.policy.statements import statement
from kundig.engine.schema.bound import BoundObject

FEW = 10_000
FEW_BESIDE_INDEX = 3_000
"""The same for an order whose index says who may see what: reading those of so few takes as long as passing those of others."""


async def sees_few(scope: Scope, object_: BoundObject) -> bool:
    """Whether the actor sees at most `FEW` records of an object, by a limited right."""
    return _limited(scope, object_) and await _seen(scope, object_) <= FEW


async def passes_others(scope: Scope, object_: BoundObject) -> bool:
    """Whether the actor sees so many of them, by a limited right, that records of others are rather passed in such an index."""
    return _limited(scope, object_) and await _seen(scope, object_) > FEW_BESIDE_INDEX


def _limited(scope: Scope, object_: BoundObject) -> bool:
    return scope.rights(object_.name).reads is not None


async def _seen(scope: Scope, object_: BoundObject) -> int:
    """How many records the actor sees; counting stops behind `FEW`."""

    async def count() -> int:
        compiled = statement(scope, ("seen", object_.name), lambda: _counted(scope, object_))
        counted: int = await scope.connection.value(compiled, {"few": FEW, **scope.access.parameters})
        return counted

    rights = scope.rights(object_.name)
    return await remembered(scope, (object_.name, rights.reads, rights.forbids), count)


def _counted(scope: Scope, object_: BoundObject) -> sa.Select[int]:
    row = object_.table.alias()
    few = sa.bindparam("few", type_=sa.Integer())
    seen = sa.select(row.c.id).where(AccessReading.of(scope).seen(object_.name, row)).limit(few + 1).subquery()
    return sa.select(sa.func.count()).select_from(seen)
