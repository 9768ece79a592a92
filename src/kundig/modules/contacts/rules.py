"""Rules of contacts: the history of employers is kept when somebody moves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from kundig.engine.policy.scope import Scope
from kundig.engine.records.draft import Create, Draft, Update


async def keep_employers(scope: Scope, drafts: Sequence[Draft]) -> None:
    """When a contact's account changes, the position there ends and one at the new account begins.

    A contact that never moved has no position of its own: its account says it all, and creating contacts stays cheap.
    """
    moved = [d for d in drafts if d.action == "update" and d.changes("account")]
    if not moved:
        return
    today = scope.context.now.astimezone(scope.context.time_zone).date().isoformat()
    current = await _main_positions(scope, [draft.id for draft in moved])
    for draft in moved:
        _leave(draft, current.get(draft.id, []), today)
        _enter(draft, current.get(draft.id, []), today)


def _leave(draft: Draft, positions: Sequence[Mapping[str, Any]], today: str) -> None:
    old = draft.before("account")
    if old is None:
        return
    ended = {"is_active": False, "is_primary": False, "ended_on": today}
    at_old = [position for position in positions if position["account"] == old]
    for position in at_old:
        draft.also("employment", Update(position["id"], ended))
    if not at_old:
        known = {"role": draft.before("job_title"), "department": draft.before("department")}
        draft.also("employment", Create({"contact": str(draft.id), "account": str(old), **known, **ended}))


def _enter(draft: Draft, positions: Sequence[Mapping[str, Any]], today: str) -> None:
    new = draft.get("account")
    if new is None:
        return
    at_new = [position for position in positions if position["account"] == new]
    for position in at_new:
        draft.also("employment", Update(position["id"], {"is_primary": True}))
    if not at_new:
        known = {"role": draft.get("job_title"), "department": draft.get("department")} if draft.changes("job_title") else {}
        begun = {"is_primary": True, "is_active": True, "started_on": today}
        draft.also("employment", Create({"contact": str(draft.id), "account": str(new), **known, **begun}))


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
