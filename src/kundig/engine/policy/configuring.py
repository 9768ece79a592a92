"""The door by which people change the configuration from pages: as the command line does, in their name and by their right.

Roles and sharing rules need a right of their own: whoever builds objects need not be able to say who may see them. Who vouches
for people when they sign in is for administrators.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from kundig.base.database import Database
from kundig.base.errors import Denied
from kundig.base.i18n import t
from kundig.engine.configuration.changing import Plan, back, plan
from kundig.engine.configuration.documents import Document, check_body
from kundig.engine.configuration.store import revisions_of
from kundig.engine.policy.applying import apply_documents, model_after, rollback_plan
from kundig.engine.policy.giving import check_roles
from kundig.engine.policy.models import Models
from kundig.engine.policy.scope import Scope
from kundig.engine.schema.model import Model

RIGHT = "manage_configuration"
ROLES_RIGHT = "manage_roles"
_OF_ROLES = frozenset({"role", "sharing_rule"})
"""Kinds of documents from which follows what people may do."""
_OF_SIGN_IN = "sign_in_provider"
_PROVEN = _OF_ROLES | {_OF_SIGN_IN}
"""Kinds of documents that are changed, and taken back, only right after it was proven who sits there."""


async def configure(scope: Scope, database: Database, models: Models, documents: Sequence[Document], *, note: str) -> Plan:
    """Apply documents in the actor's name, in a transaction of the owner beside the scope's own.

    All processes follow with their next transaction. Raises Denied, Conflict (nobody would administer, or somebody would have no
    role), Invalid with all that is wrong, and Overtaken if the model has changed since the scope was opened: whoever repeats the
    whole sees what others have changed.
    """
    await planned(scope, models, documents)
    _require_proof(scope, {document.kind for document in documents})
    context = scope.context
    version = scope.model.version
    return await apply_documents(
        database, context.workspace, models, documents, by=context.actor, address=context.address, note=note, version=version
    )


async def planned(scope: Scope, models: Models, documents: Sequence[Document]) -> tuple[Plan, Model]:
    """What applying documents in the actor's name would change, and the model that there would be; raises as `configure`."""
    for document in documents:
        check_body(document, f"{document.kind} {document.name}")
    made = await plan(scope.connection, documents)
    return made, await _permitted(scope, models, made, {document.kind for document in documents})


async def take_back(scope: Scope, database: Database, models: Models, plan: UUID) -> Plan:
    """Undo an applied plan in the actor's name; raises as `configure`, and Missing, or Conflict if later plans build on it."""
    made = back(await revisions_of(scope.connection, plan))
    kinds = {revision.kind for revision in made.revisions}
    await _permitted(scope, models, made, kinds)
    _require_proof(scope, kinds)
    context = scope.context
    return await rollback_plan(database, context.workspace, models, plan, by=context.actor, address=context.address)


async def _permitted(scope: Scope, models: Models, made: Plan, kinds: Collection[str]) -> Model:
    """The model after a plan that changes such kinds of documents, if the actor may carry it out."""
    for right in rights_for(kinds):
        scope.require(right)
    if _OF_SIGN_IN in kinds:
        require_vouching(scope)
    model = await model_after(scope.connection, scope.context.workspace, models, made)
    if not _OF_ROLES.isdisjoint(kinds):
        await check_roles(scope, model)
    return model


def _require_proof(scope: Scope, kinds: Collection[str]) -> None:
    if not _PROVEN.isdisjoint(kinds):
        scope.require_proof()


def require_vouching(scope: Scope) -> None:
    """Whoever decides who vouches for people can let in anybody as anybody; raises Denied."""
    if not scope.access.everything:
        raise Denied(t("Only administrators decide who vouches for people."))


def rights_for(kinds: Collection[str]) -> list[str]:
    """The global rights that changing documents of these kinds takes."""
    found = []
    if not _OF_ROLES.issuperset(kinds) or not kinds:
        found.append(RIGHT)
    if not _OF_ROLES.isdisjoint(kinds):
        found.append(ROLES_RIGHT)
    return found
