"""Rules of contacts: the history of employers is kept when somebody moves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from kundig.engine.policy.decisions import visible_ids
from kundig.engine.policy.scope import Scope
from kundig.engine.records.draft import Create, Draft, Update

_FROM_CONTACT = {"role": "job_title", "department": "department"}
"""Fields of a position, and the contact's fields that fill them."""


async def keep_employers(scope: Scope, drafts: Sequence[Draft]) -> None:
    """When a contact's account changes, the position there ends and one at the new account begins.

    A contact that never moved has no position of its own: its account says it all, and creating contacts stays cheap.
    What ends belongs to whom the contact belongs, not to who moves it, and tells nothing that is hidden from them: the
    contact's hidden fields are left out, and a position at an account that they don't see is nobody's.
    """
    moved = [d for d in drafts if d.action == "update" and d.changes("account")]
    if not moved:
        return
    today = scope.context.now.astimezone(scope.context.time_zone).date().isoformat()
    current = await _main_positions(scope, [draft.id for draft in moved])
    seen = await visible_ids(scope, "account", {draft.before("account") for draft in moved} - {None})
    teams = await _live(scope, "team", {draft.get("team") for draft in moved} - {None})
    accounts = await _live(scope, "account", {draft.before("account") for draft in moved} - {None})
    for draft in moved:
        belonging = _belonging(draft, seen, teams) if draft.before("account") in accounts else None
        _leave(draft, current.get(draft.id, []), today, belonging)
        _enter(draft, current.get(draft.id, []), today)


def _belonging(draft: Draft, seen: AbstractSet[UUID], teams: AbstractSet[UUID]) -> dict[str, str | None]:
    """Owner and team of the position that a contact leaves: the contact's, as far as that tells nothing that is hidden."""
    owner, team = draft.get("owner"), draft.get("team")
    tells = draft.before("account") in seen
    return {
        "owner": str(owner) if tells and owner is not None and "owner" not in draft.hidden else None,
        "team": str(team) if tells and team in teams and "team" not in draft.hidden else None,
    }


def _leave(draft: Draft, positions: Sequence[Mapping[str, Any]], today: str, belonging: Mapping[str, str | None] | None) -> None:
    """End the position at the old account. `belonging` is None if that is in the trash, so that no new one can be made there."""
    old = draft.before("account")
    ended = {"is_active": False, "is_primary": False, "ended_on": today}
    at_old = [position for position in positions if position["account"] == old]
    for position in at_old:
        draft.also("employment", Update(position["id"], ended))
    if not at_old and belonging is not None:
        known = {own: draft.before(theirs) for own, theirs in _known(draft)}
        draft.also("employment", Create({"contact": str(draft.id), "account": str(old), **known, **ended, **belonging}))


def _enter(draft: Draft, positions: Sequence[Mapping[str, Any]], today: str) -> None:
    new = draft.get("account")
    if new is None:
        return
    at_new = [position for position in positions if position["account"] == new]
    for position in at_new:
        draft.also("employment", Update(position["id"], {"is_primary": True}))
    if not at_new:
        known = {own: draft.get(theirs) for own, theirs in _known(draft)} if draft.changes("job_title") else {}
        begun = {"is_primary": True, "is_active": True, "started_on": today}
        draft.also("employment", Create({"contact": str(draft.id), "account": str(new), **known, **begun}))


def _known(draft: Draft) -> list[tuple[str, str]]:
    """Fields of a position, and the contact's fields that fill them, without those that are hidden from who moves it."""
    return [(own, theirs) for own, theirs in _FROM_CONTACT.items() if theirs not in draft.hidden]


async def _live(scope: Scope, object_: str, ids: Collection[UUID]) -> set[UUID]:
    """Those that are not in the trash, seen or not: links can be made to them."""
    table = scope.model.object(object_).table
    wanted = table.c.id == sa.any_(sa.bindparam("ids", type_=sa.ARRAY(sa.UUID())))
    statement = sa.select(table.c.id).where(wanted, table.c.deleted_at.is_(None))
    return set(await scope.connection.values(statement, {"ids": list(ids)})) if ids else set()


async def _main_positions(scope: Scope, contacts: Sequence[UUID]) -> dict[UUID, list[Mapping[str, Any]]]:
    """The active positions of contacts. Read without rights: keeping them in step must not depend on who moves the contact."""
    table = scope.model.object("employment").table
    statement = sa.select(table.c.id, table.c.contact, table.c.account).where(
        table.c.contact == sa.any_(sa.bindparam("contacts", type_=sa.ARRAY(sa.UUID()))),
        table.c.is_active,
        table.c.deleted_at.is_(None),
    )
    found: dict[UUID, list[Mapping[str, Any]]] = defaultdict(list)
    for row in await scope.connection.rows(statement, {"contacts": list(contacts)}):
        found[row["contact"]].append(row)
    return found
