"""The door by which people change the configuration from pages: as the command line does, in their name and by their right."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kundig.base.database import Database
from kundig.engine.configuration.changing import Plan
from kundig.engine.configuration.documents import Document, check_body
from kundig.engine.policy.applying import apply_documents, rollback_plan
from kundig.engine.policy.models import Models
from kundig.engine.policy.scope import Scope

RIGHT = "manage_configuration"
_RIGHTS = frozenset({"role", "sharing_rule"})
"""Kinds of documents from which follows what people may do: changed only right after it was proven who sits there."""


async def configure(scope: Scope, database: Database, models: Models, documents: Sequence[Document], *, note: str) -> Plan:
    """Apply documents in the actor's name, in a transaction of the owner beside the scope's own.

    All processes follow with their next transaction. Raises Denied, Invalid with all that is wrong, and Overtaken if the model has
    changed since the scope was opened: whoever repeats the whole sees what others have changed.
    """
    scope.require(RIGHT)
    if any(document.kind in _RIGHTS for document in documents):
        scope.require_proof()
    for document in documents:
        check_body(document, f"{document.kind} {document.name}")
    context = scope.context
    version = scope.model.version
    return await apply_documents(
        database, context.workspace, models, documents, by=context.actor, address=context.address, note=note, version=version
    )


async def take_back(scope: Scope, database: Database, models: Models, plan: UUID) -> Plan:
    """Undo an applied plan in the actor's name; raises Denied, Missing, Conflict, Invalid."""
    scope.require(RIGHT)
    context = scope.context
    return await rollback_plan(database, context.workspace, models, plan, by=context.actor, address=context.address)
