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


async def sees_few(scope: Scope, object_: BoundObject) -> bool:
    """Whether the actor sees at most `FEW` records of an object, by a limited right."""
    rights = scope.rights(object_.name)
    if rights.reads is None:
        return False

    async def count() -> bool:
        compiled = statement(scope, ("sees few", object_.name), lambda: _counted(scope, object_))
        few: bool = await scope.connection.value(compiled, {"few": FEW, **scope.access.parameters})
        return few

    return await remembered(scope, (object_.name, rights.reads, rights.forbids), count)


def _counted(scope: Scope, object_: BoundObject) -> sa.Select[bool]:
    row = object_.table.alias()
    few = sa.bindparam("few", type_=sa.Integer())
    seen = sa.select(row.c.id).where(AccessReading.of(scope).seen(object_.name, row)).limit(few + 1).subquery()
    return sa.select(sa.func.count() <= few).select_from(seen)
