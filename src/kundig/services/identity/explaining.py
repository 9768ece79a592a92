"""Why somebody may or may not do something with a record, for those who manage users or roles: pages and API ask here."""

from __future__ import annotations

from uuid import UUID

from kundig.base.errors import Missing, Unauthenticated
from kundig.engine.policy.decisions import visible_ids
from kundig.engine.policy.scope import Scope
from kundig.engine.policy.why import Reasons, inactive, why
from kundig.services.identity.objects import USER
from kundig.services.identity.scopes import Scopes


def explains(scope: Scope) -> bool:
    """Whether the actor may ask: explanations tell of roles, shares and rules."""
    return scope.may("manage_users") or scope.may("manage_roles")


async def explain(scopes: Scopes, scope: Scope, user: UUID, object_: str, record: UUID) -> Reasons:
    """What a user may do with a record and why, with the rights of now.

    Raises Denied, and Missing for a record or a user whom the actor does not see.
    """
    if not explains(scope):
        scope.require("manage_users")
    scope.object(object_)
    if not await visible_ids(scope, object_, [record]) or not await visible_ids(scope, USER.name, [user]):
        raise Missing
    try:
        theirs = await scopes.of_user(scope.connection, scope.context.workspace, user, "why")
    except Unauthenticated:
        return inactive(object_, record)
    return await why(theirs, object_, record)
