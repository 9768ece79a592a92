"""What a call works in: one actor's view of one workspace within one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from uuid import UUID

from kundig.base.context import Context
from kundig.base.database.connection import Connection
from kundig.base.errors import Denied, Missing, ProofNeeded
from kundig.base.i18n import t
from kundig.engine.audit.reads import SensitiveReads
from kundig.engine.policy.access import Access, ObjectAccess
from kundig.engine.policy.policies import Policies, policies_of
from kundig.engine.schema.bound import BoundObject
from kundig.engine.schema.model import Model


@dataclass(frozen=True, slots=True)
class Scope:
    """Context (who, where, why), model (which objects) and access (which rights). Made at the edge, passed to both doors."""

    context: Context
    model: Model
    access: Access
    sensitive: SensitiveReads = field(default_factory=SensitiveReads)
    """What was read of sensitive fields so far; the edge notes it in the audit trail."""

    @property
    def connection(self) -> Connection:
        """The transaction."""
        return self.context.connection

    @property
    def policies(self) -> Policies:
        """Everybody's rights, from which the audience of written records follows."""
        return policies_of(self.model)

    def has_read(self, object_: str, fields: Iterable[str], records: Collection[UUID]) -> None:
        """Fields of records are handed out: the sensitive ones among them are remembered."""
        told = self.model.sensitive.get(object_, frozenset()).intersection(fields)
        if told:
            self.sensitive.add(object_, told, records)

    def object(self, name: str) -> BoundObject:
        """An object that the actor may know of; raises Missing."""
        if name not in self.access.objects:
            raise Missing
        return self.model.objects[name]

    def rights(self, name: str) -> ObjectAccess:
        """The actor's rights on an object; raises Missing."""
        try:
            return self.access.objects[name]
        except KeyError:
            raise Missing from None

    def may(self, right: str) -> bool:
        """Whether the actor has a global right."""
        return self.access.everything or right in self.access.rights

    def require(self, right: str) -> None:
        """The same; raises Denied."""
        if not self.may(right):
            raise Denied(t("Your role does not include this."))

    def require_proof(self) -> None:
        """Raises ProofNeeded if a person at a page has not shown lately that it is them; see `Context.proven`."""
        if self.context.proven is False:
            raise ProofNeeded

    def require_proof_ahead(self, objects: Iterable[str]) -> None:
        """The same before a job is queued that writes these objects, as far as rights follow from them: jobs are not asked."""
        if any(self.model.objects[name].definition.system for name in objects):
            self.require_proof()

    def because(self, source: str) -> Scope:
        """The same scope with another reason for what it writes."""
        return replace(self, context=replace(self.context, source=source))
