"""How many records somebody sees: a list is sorted from few of many, instead of walking an index for them.

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


async def count_few(scope: Scope, object_: BoundObject) -> int | None:
    """How many records of an object the actor sees by a limited right, None for more than `FEW`."""
    rights = scope.rights(object_.name)
    if rights.reads is None:
        return None

    async def count() -> int | None:
        compiled = statement(scope, ("few", object_.name), lambda: _counted(scope, object_))
        seen: int = await scope.connection.value(compiled, {"few": FEW, **scope.access.parameters})
        return seen if seen <= FEW else None

    return await remembered(scope, (object_.name, rights.reads, rights.forbids), count)


def _counted(scope: Scope, object_: BoundObject) -> sa.Select[int]:
    row = object_.table.alias()
    few = sa.bindparam("few", type_=sa.Integer())
    seen = sa.select(row.c.id).where(AccessReading.of(scope).seen(object_.name, row)).limit(few + 1).subquery()
    return sa.select(sa.func.count()).select_from(seen)
