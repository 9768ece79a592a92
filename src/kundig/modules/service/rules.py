"""Rules of tickets: when somebody first answered, when it was solved, how often it came back."""

from __future__ import annotations

from collections.abc import Sequence

from kundig.engine.policy.scope import Scope
from kundig.engine.records.draft import Draft

_ANSWERED = frozenset({"waiting_customer", "resolved", "closed"})
"""Stages that a ticket reaches only when the customer has heard from us."""


async def stamp_progress(scope: Scope, drafts: Sequence[Draft]) -> None:
    """Keep first response, solution and the count of reopenings in step with the status."""
    now = scope.context.now
    for draft in drafts:
        if draft.action not in ("create", "update") or not draft.changes("status"):
            continue
        if draft.get("status") in _ANSWERED and draft.get("first_response_at") is None:
            draft.set("first_response_at", now)
        was_open = draft.before("status_category") in (None, "open")
        is_open = draft.get("status_category") == "open"
        if was_open and not is_open:
            draft.set("resolved_at", now)
        elif is_open and not was_open:
            draft.set("resolved_at", None)
            draft.set("reopened_count", (draft.get("reopened_count") or 0) + 1)
