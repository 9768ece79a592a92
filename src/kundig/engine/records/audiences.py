"""The audience that new records are inserted with: owner and owning team, or that of the parent. Filters are added afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kundig.engine.policy.principals import Principal, numbers, team, user
from kundig.engine.policy.scope import Scope
from kundig.engine.records.draft import Draft


async def set_audience(scope: Scope, drafts: Sequence[Draft]) -> None:
    """Fill the column `audience` of drafts of new records."""
    object_ = drafts[0].object
    if object_.definition.storage == "owned":
        await _set_parents(scope, drafts)
        return
    holders = [(draft.new.get("owner_id"), draft.new.get("team_id")) for draft in drafts]
    wanted = {pair: _principals(*pair) for pair in set(holders)}
    found = await numbers(scope.connection, {principal for principals in wanted.values() for principal in principals})
    audiences = {pair: sorted(found[p] for p in principals if p in found) for pair, principals in wanted.items()}
    for draft, pair in zip(drafts, holders, strict=True):
        draft.new["audience"] = audiences[pair]


def _principals(owner: UUID | None, owning_team: UUID | None) -> list[Principal]:
    return [*([user(owner)] if owner else []), *([team(owning_team)] if owning_team else [])]


async def _set_parents(scope: Scope, drafts: Sequence[Draft]) -> None:
    object_ = drafts[0].object
    link = object_.fields[object_.definition.parent or ""]
    parents = {draft.get(link.name) for draft in drafts}
    # locked, so that nobody changes the audience of a parent without finding what is added to it here
    statement = f'select id, audience from {{ws}}."{link.options.target}" where id = any(%(ids)s) order by id for no key update'
    rows = await scope.connection.rows(statement, {"ids": list(parents)})
    audiences = {row["id"]: row["audience"] for row in rows}
    for draft in drafts:
        draft.new["audience"] = audiences.get(draft.get(link.name), [])
