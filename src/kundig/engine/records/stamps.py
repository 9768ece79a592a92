"""What every write sets by itself: version, times, who, owner and team of new records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from kundig.base.errors import Denied
from kundig.base.i18n import t
from kundig.engine.policy.decisions import allowed
from kundig.engine.policy.scope import Scope
from kundig.engine.records.draft import Draft

OWNER, TEAM = "owner", "team"


def stamp(draft: Draft, scope: Scope) -> None:
    """Set the standard columns of a write that will happen."""
    context = scope.context
    actor = context.actor.user or context.actor.id
    draft.new |= {"updated_at": context.now, "updated_by": actor, "updated_by__kind": context.actor.kind}
    if draft.action == "create":
        draft.new |= {
            "id": draft.id, "version": 1, "created_at": context.now, "created_by": actor, "created_by__kind": context.actor.kind,
            "origin": context.source, "is_sample": context.source == "demo",
        }  # fmt: skip
        return
    draft.new["version"] = draft.old["version"] + 1
    if draft.action == "delete":
        draft.new["deleted_at"] = context.now
    elif draft.action == "restore":
        draft.new["deleted_at"] = None


async def set_owners(scope: Scope, drafts: Sequence[Draft], *, trusted: bool) -> None:
    """New records belong to who makes them and to the owner's first team, unless told otherwise; handing over needs a right."""
    actor = scope.context.actor.user
    for draft in drafts:
        if draft.action == "create" and OWNER not in draft.given and draft.object.definition.storage == "record":
            draft.set(OWNER, actor)
    given = [] if trusted else [draft for draft in drafts if _hands_over(scope, draft)]
    if given:
        await _require_assign(scope, given)
    moved = [d for d in drafts if TEAM not in d.given and d.changes(OWNER)]
    teams = await _first_teams(scope, moved)
    for draft in moved:
        draft.set(TEAM, teams.get(draft.get(OWNER)))


def _hands_over(scope: Scope, draft: Draft) -> bool:
    """Whether a record is given to a person or a team: nobody needs a right for new ones of their own, in a team of theirs."""
    made = draft.action == "create"
    if OWNER in draft.given and draft.changes(OWNER) and not (made and draft.get(OWNER) == scope.context.actor.user):
        return True
    return TEAM in draft.given and draft.changes(TEAM) and not (made and draft.get(TEAM) in scope.access.teams)


async def _require_assign(scope: Scope, drafts: Sequence[Draft]) -> None:
    object_ = drafts[0].object
    existing = [draft.id for draft in drafts if draft.action == "update"]
    may = await allowed(scope, "assign", object_.name, existing) if existing else set()
    may_new = scope.rights(object_.name).assign != "none"
    if len(may) < len(existing) or (len(existing) < len(drafts) and not may_new):
        raise Denied(t("Your role does not allow handing over {object}.", object=object_.definition.label_plural))


async def _first_teams(scope: Scope, drafts: Sequence[Draft]) -> dict[UUID | None, Any]:
    """The first team of each owner, read from the side table that links people to teams."""
    owners = {draft.get(OWNER) for draft in drafts} - {None}
    if owners == {scope.access.user}:
        return {scope.access.user: scope.access.teams[0] if scope.access.teams else None}
    if not owners:
        return {}
    fields = drafts[0].object.fields
    people, teams = scope.model.objects[fields[OWNER].options.target], fields[TEAM].options.target
    side = next((s for name, s in people.side_tables.items() if people.fields[name].options.target == teams), None)
    if side is None:
        return {}
    rows = await scope.connection.rows(
        f"""select distinct on (record) record, target from {{ws}}."{side.name}"
             where record = any(%(owners)s) order by record, position""",
        {"owners": list(owners)},
    )
    return {row["record"]: row["target"] for row in rows}
