"""What one principal may do: resolved once from roles, teams and rules, kept per policy version, immutable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from kundig.engine.extension import Level


@dataclass(frozen=True, slots=True)
class ObjectAccess:
    """Rights on one object. `reads` are the principals whose records may be read; None: all records (level *all*).

    Field sets hold API names: `hidden` may not be read, `fixed` not be written, `fixed_later` only be given on create.
    """

    reads: tuple[int, ...] | None = ()
    forbids: tuple[int, ...] = ()
    create: bool = False
    edit: Level = "none"
    delete: Level = "none"
    assign: Level = "none"
    share: Level = "none"
    export: bool = False
    bring: bool = False
    bulk: bool = False
    hidden: frozenset[str] = frozenset()
    fixed: frozenset[str] = frozenset()
    fixed_later: frozenset[str] = frozenset()

    @property
    def readable(self) -> bool:
        """Whether any record may be read at all."""
        return self.reads is None or bool(self.reads)

    @property
    def reads_all(self) -> bool:
        """Level *all* without a forbid: only then estimates and stored roll-ups are told."""
        return self.reads is None and not self.forbids


@dataclass(frozen=True, slots=True)
class Access:
    """All rights of one actor in one workspace. An object that is missing in `objects` does not exist for the actor.

    `shape` is equal for two accesses for which the same SQL serves (only the numbers bound differ).
    """

    user: UUID | None
    objects: Mapping[str, ObjectAccess]
    rights: frozenset[str]
    shape: str
    principal: int | None = None
    """The user's own principal."""
    teams: tuple[UUID, ...] = ()
    teams_below: tuple[UUID, ...] = ()
    """The user's teams and all teams under them."""
    edit_grants: tuple[int, ...] = ()
    """The actor's own principals (user, roles, memberships): shares of level edit to one of them let records be edited."""
    edit_rules: frozenset[int] = frozenset()
    """Principals of the sharing rules of level edit that include the actor: records whose audience holds one may be edited."""
    everything: bool = False
    roles: tuple[str, ...] = ()
    """The user's own roles in their order: whose layouts and the like they get, never what they may do."""
    second_factor: bool = False
    """Whether one of the roles asks for a second factor when signing in."""
    parameters: Mapping[str, list[int]] = field(default_factory=dict)
    """Values of the bind parameters that `policy.predicates` uses: `reads_{object}`, `forbids_{object}`."""
