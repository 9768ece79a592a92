"""How far the filling of a sharing rule has got: the records that carry it by now, and whether a job still goes through them."""

from __future__ import annotations

import sqlalchemy as sa

from kundig.base.jobs import due
from kundig.engine.extension import SharingRule
from kundig.engine.policy import principals
from kundig.engine.policy.jobs import FILL
from kundig.engine.policy.scope import Scope
from kundig.engine.policy.tables import NUMBERS
from kundig.engine.policy.visibility import overlaps, visible


async def opened(scope: Scope, rule: SharingRule, most: int) -> int:
    """How many live records a rule has opened by now, at most `most`, of those that the actor sees."""
    principal = principals.rule(rule.name, rule.object, rule.where)
    number = (await principals.numbers(scope.connection, [principal])).get(principal)
    if number is None:
        return 0
    row = scope.model.objects[rule.object].table
    carrying = overlaps(row.c.audience, sa.bindparam("number", type_=NUMBERS))
    found = sa.select(row.c.id).where(row.c.deleted_at.is_(None), carrying, visible(scope.access, rule.object, row))
    counted = sa.select(sa.func.count()).select_from(found.limit(most).subquery())
    return int(await scope.connection.value(counted, {"number": [number], **scope.access.parameters}))


async def filling(scope: Scope, object_: str) -> bool:
    """Whether a job is bringing the records of an object in line with its rules, or is about to."""
    return await due(scope.connection, FILL, {"object": object_})
