"""Small signs that people put to a comment or an interaction instead of an answer. Who may see the thing may put and see them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args
from uuid import UUID

from kundig.base.errors import Denied, Malformed
from kundig.base.i18n import t
from kundig.engine.policy.scope import Scope

Sign = Literal["like", "love", "hooray", "seen", "done"]
SIGNS: tuple[Sign, ...] = get_args(Sign)

_OF = """
select target, sign, count(*) as number, bool_or(user_id = %(user)s) as own from {ws}.reaction
where target = any(%(targets)s) group by target, sign
"""
_TOGGLE = """
with gone as (delete from {ws}.reaction where target = %(target)s and user_id = %(user)s and sign = %(sign)s returning 1)
insert into {ws}.reaction (target, user_id, sign) select %(target)s, %(user)s, %(sign)s where not exists (select from gone)
"""


@dataclass(frozen=True, slots=True)
class Reaction:
    """How many have put a sign, and whether the reader is among them."""

    sign: Sign
    number: int
    own: bool


async def reactions_to(scope: Scope, targets: Collection[UUID]) -> Mapping[UUID, Sequence[Reaction]]:
    """The signs put to things that the reader sees, in the order of `SIGNS`; what has none is not among them."""
    rows = await scope.connection.rows(_OF, {"targets": list(targets), "user": scope.access.user}) if targets else []
    found: dict[UUID, list[Reaction]] = {}
    for row in sorted(rows, key=lambda row: SIGNS.index(row["sign"])):
        found.setdefault(row["target"], []).append(Reaction(row["sign"], row["number"], bool(row["own"])))
    return dict(found)


async def toggle_reaction(scope: Scope, target: UUID, sign: str) -> None:
    """Put one's sign to something, or take it away again; that the actor may see it has been checked. Raises Denied, Malformed."""
    if scope.access.user is None:
        raise Denied(t("Only people can do this."))
    if sign not in SIGNS:
        raise Malformed(t("There is no such sign."))
    await scope.connection.execute(_TOGGLE, {"target": target, "user": scope.access.user, "sign": sign})
