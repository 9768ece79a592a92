"""Rules of activities: when a task was done, when and in which time zone a meeting is, where guests are reached."""

from __future__ import annotations

from collections.abc import Sequence

from kundig.base.i18n import t
from kundig.base.time_zones import known_zones
from kundig.engine.policy.scope import Scope
from kundig.engine.records.draft import Draft
from kundig.engine.schema.fields.contact_points import normal_email
from kundig.engine.schema.fields.contract import Refused


async def stamp_completion(scope: Scope, drafts: Sequence[Draft]) -> None:
    """A task done now was completed now; one taken up again was not."""
    for draft in drafts:
        if draft.action in ("create", "update") and draft.changes("status"):
            if draft.get("status") != "done":
                draft.set("completed_at", None)
            elif draft.get("completed_at") is None:
                draft.set("completed_at", scope.context.now)


async def check_times(scope: Scope, drafts: Sequence[Draft]) -> None:  # noqa: ARG001 - what hooks are given
    """A meeting does not end before it begins, as far as the one who writes may know of both: else the refusal would tell when."""
    for draft in drafts:
        if not draft.hidden.isdisjoint(("starts_at", "ends_at")):
            continue
        if draft.action in ("create", "update") and (draft.changes("starts_at") or draft.changes("ends_at")):
            starts, ends = draft.get("starts_at"), draft.get("ends_at")
            if starts is not None and ends is not None and ends < starts:
                draft.refuse("ends_at", "bad_value", t("A meeting can't end before it begins."))


async def check_time_zone(scope: Scope, drafts: Sequence[Draft]) -> None:  # noqa: ARG001 - what hooks are given
    """A meeting's time zone is one that calendars know."""
    for draft in drafts:
        zone = draft.get("time_zone")
        if draft.action in ("create", "update") and draft.changes("time_zone") and zone is not None and zone not in known_zones():
            text = t("There is no time zone “{zone}”. Give one such as Europe/Berlin.", zone=zone[:100])
            draft.refuse("time_zone", "unknown_time_zone", text)


async def check_address(scope: Scope, drafts: Sequence[Draft]) -> None:  # noqa: ARG001 - what hooks are given
    """A guest's address is one, and stands as contacts' addresses do."""
    for draft in drafts:
        address = draft.get("email")
        if draft.action in ("create", "update") and draft.changes("email") and address is not None:
            try:
                draft.set("email", normal_email(address))
            except Refused as refused:
                draft.refuse("email", refused.code, refused.text)
