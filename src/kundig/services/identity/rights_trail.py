"""What a change of users does to rights, noted in the audit trail with what was before: roles, teams, whether one may sign in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from kundig.engine.audit import Noted, note_all
from kundig.engine.policy.scope import Scope
from kundig.engine.records.draft import Draft
from kundig.engine.records.store import read_sides
from kundig.services.identity.audit_events import RIGHTS_CHANGED
from kundig.services.identity.objects import TEAM, USER

_Rows = Sequence[Mapping[str, Any]]


async def note_rights(scope: Scope, drafts: Sequence[Draft]) -> None:
    """Before users are written, while their old teams can still be read; it is gone with the change if that is refused."""
    moved = [draft for draft in drafts if "teams" in draft.sides]
    teams = (await read_sides(scope.connection, moved)).get("teams", {}) if moved else {}
    noted = [(draft, _changes(draft, teams.get(draft.id, ()))) for draft in drafts if draft.action in ("create", "update")]
    await note_all(scope.context, [Noted(RIGHTS_CHANGED, USER.name, draft.id, detail) for draft, detail in noted if detail])


def _changes(draft: Draft, teams: _Rows) -> dict[str, Any]:
    """Old and new values of what changes; old ones only where there was a user before."""
    found: dict[str, Any] = {}
    for key, name in (("roles", "role"), ("active", "is_active")):
        if draft.changes(name):
            found[key] = {"old": _told(draft.before(name)), "new": _told(draft.get(name))}
    if draft.changes("teams"):
        found["teams"] = {"old": None if draft.action == "create" else _links(teams), "new": _links(draft.sides["teams"])}
    return found


def _told(value: Any) -> Any:
    return list(value) if isinstance(value, list | tuple) else value


def _links(rows: _Rows) -> list[dict[str, str]]:
    return [{"id": str(target), "object": TEAM.name} for row in rows if isinstance(target := row["target"], UUID)]
