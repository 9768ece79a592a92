"""External ids: what other systems call a record. One means at most one live record of an object."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from kundig.base.i18n import t
from kundig.engine.policy.scope import Scope
from kundig.engine.records.draft import Draft

EXTERNAL_ID = "external_id"
"""The name under which errors and upserts know it."""

# The ids given, and those that come back with a restored record; whoever has them is no matter of the writer's rights.
_TAKEN = """
with wanted (record, system, value) as (
  select * from unnest(%(records)s::uuid[], %(systems)s::text[], %(values)s::text[])
  union all
  select record, system, value from {ws}.external_id where object = %(object)s and record = any(%(restored)s)
)
select w.record, w.system || ':' || w.value as pair, exists (
  select from {ws}.external_id e
   where e.object = %(object)s and e.system = w.system and e.value = w.value and e.live and e.record <> w.record
) as taken
from wanted w
"""
_ADD = """
insert into {ws}.external_id (object, record, system, value)
select %(object)s, * from unnest(%(records)s::uuid[], %(systems)s::text[], %(values)s::text[])
on conflict (object, record, system, value) do update set live = true where not external_id.live
returning record, system || ':' || value as pair
"""
_LOSE = """
delete from {ws}.external_id e using unnest(%(records)s::uuid[], %(systems)s::text[], %(values)s::text[]) l (record, system, value)
 where e.object = %(object)s and e.record = l.record and e.system = l.system and e.value = l.value
returning e.record, e.system || ':' || e.value as pair
"""


async def check_external_ids(scope: Scope, drafts: Sequence[Draft]) -> None:
    """Each is `system:id`, and no other live record, nor another draft of the list, has it."""
    by_id = {draft.id: draft for draft in drafts if draft.external_ids or draft.action == "restore"}
    for draft in by_id.values():
        if any(not _is_whole(pair) for pair in draft.external_ids):
            draft.refuse(EXTERNAL_ID, "bad_value", t("An external id is written as system:id."))
    sound = [draft for draft in by_id.values() if not draft.errors]
    if not sound:
        return
    holders: dict[str, UUID] = {}
    for row in await scope.connection.rows(_TAKEN, _asked(sound)):
        if row["taken"] or holders.setdefault(row["pair"], row["record"]) != row["record"]:
            by_id[row["record"]].refuse(
                EXTERNAL_ID, "not_unique", t("{value} is used by another record already.", value=row["pair"])
            )


async def write_external_ids(scope: Scope, drafts: Sequence[Draft]) -> None:
    """Drop and add the external ids of drafts that `check_external_ids` has let pass; the drafts are told what that changed."""
    by_id = {draft.id: draft for draft in drafts}
    if any(draft.lost_ids for draft in drafts):
        lost = _columns(drafts[0].object.name, _pairs((draft.id, draft.lost_ids) for draft in drafts))
        for row in await scope.connection.rows(_LOSE, lost):
            by_id[row["record"]].renamed[0].append(row["pair"])
    if any(draft.external_ids for draft in drafts):
        for row in await scope.connection.rows(_ADD, _asked(drafts)):
            by_id[row["record"]].renamed[1].append(row["pair"])


def _asked(drafts: Sequence[Draft]) -> dict[str, Any]:
    restored = [draft.id for draft in drafts if draft.action == "restore"]
    pairs = _pairs((draft.id, draft.external_ids) for draft in drafts)
    return {**_columns(drafts[0].object.name, pairs), "restored": restored}


def _columns(object_: str, pairs: Iterable[tuple[UUID, str, str]]) -> dict[str, Any]:
    found = list(pairs)
    return {
        "object": object_,
        "records": [record for record, _, _ in found],
        "systems": [system for _, system, _ in found],
        "values": [value for _, _, value in found],
    }


def _pairs(named: Iterable[tuple[UUID, Sequence[str]]]) -> Iterator[tuple[UUID, str, str]]:
    for record, pairs in named:
        for pair in dict.fromkeys(pairs):
            system, _, value = pair.partition(":")
            yield record, system, value


def _is_whole(pair: str) -> bool:
    system, colon, value = pair.partition(":")
    return bool(system and colon and value)
