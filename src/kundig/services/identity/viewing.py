"""Looking at Kundig as a colleague sees it: a session reads with their rights for a while, and writes nothing.

The right `view_as` allows it. Nobody sees by it what administrators see, or has global rights that they don't have themselves.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from kundig.base.errors import Denied, Missing
from kundig.base.i18n import t
from kundig.engine.audit import note
from kundig.engine.policy.access import Access
from kundig.engine.policy.decisions import visible_ids
from kundig.engine.policy.resolve import Narrowing
from kundig.engine.policy.scope import Scope
from kundig.services.identity.audit_events import VIEW_BEGUN, VIEW_ENDED
from kundig.services.identity.objects import USER

RIGHT = "view_as"
LONGEST = timedelta(hours=1)
"""After so long a session sees with its own rights again."""
LOOKS = Narrowing(read_only=True, exports=False, rights=frozenset())
"""What is left of the colleague's rights: reading, without taking away what is read."""
_BEGIN = """
update kundig.session set viewed = %(user)s, viewed_until = now() + %(longest)s where id = %(session)s
"""
_END = """
with was as (select id, viewed from kundig.session where id = %(session)s and viewed is not null for update)
update kundig.session s set viewed = null, viewed_until = null from was where s.id = was.id returning was.viewed
"""


def may_view(scope: Scope, theirs: Access) -> bool:
    """Whether the actor of a scope of their own may look at what somebody with these rights sees."""
    if not scope.may(RIGHT) or theirs.user == scope.access.user:
        return False
    return scope.access.everything or (not theirs.everything and theirs.rights <= scope.access.rights)


async def begin_viewing(scope: Scope, session: UUID, user: UUID, theirs: Access) -> None:
    """Let a session see as a colleague does, and note it. Raises Denied, Missing, ProofNeeded."""
    scope.require(RIGHT)
    if not await visible_ids(scope, USER.name, [user]):
        raise Missing
    scope.require_proof()
    if not may_view(scope, theirs):
        raise Denied(t("You can't look at what somebody sees who may do more than you."))
    async with scope.connection.directory():
        await scope.connection.execute(_BEGIN, {"user": user, "session": session, "longest": LONGEST})
    await note(scope.context, VIEW_BEGUN, object_=USER.name, record=user)


async def end_viewing(scope: Scope, session: UUID) -> UUID | None:
    """Let a session see with its own rights again, and note it; whose view it was, None if it had its own already."""
    async with scope.connection.directory():
        user: UUID | None = await scope.connection.value(_END, {"session": session})
    if user is not None:
        await note(scope.context, VIEW_ENDED, object_=USER.name, record=user)
    return user
