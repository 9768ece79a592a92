"""The first hour: what a workspace has of its own already, how far somebody went in the tour, whether they put the list away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from kundig.base.database import Connection

_FACTS = """
select
  exists (select from {{ws}}.preference p where p.user_id = %(user)s and p.chosen_at is not null) as profile,
  (select count(*) from (select from {{ws}}."user" u where u.is_active and not u.is_sample limit 2) u) > 1 as invited,
  exists (select from {{ws}}.document d where d.kind = 'workspace' and d.body ? 'company') as company,
  exists (select from {{ws}}.document d where d.kind = 'pipeline') as pipeline,
  {own} as data,
  {sample} as samples
"""
_LOOKED_AT = 1000
"""Samples are made at once, before or after what people make; so many records at each end tell of both."""
_STATE = "select tour, checklist_gone from {ws}.preference where user_id = %(user)s"
_TOUR = """
insert into {ws}.preference (user_id, tour) values (%(user)s, %(tour)s) on conflict (user_id) do update set tour = excluded.tour
"""
_GONE = """
insert into {ws}.preference (user_id, checklist_gone) values (%(user)s, true)
on conflict (user_id) do update set checklist_gone = true
"""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is there: one's own preferences, a second person, the company, stages and records of one's own, sample records."""

    profile: bool
    invited: bool
    company: bool
    pipeline: bool
    data: bool
    samples: bool


@dataclass(frozen=True, slots=True)
class FirstHour:
    """`tour`: 0 not begun, n at its nth step, -n left there. `checklist_gone`: put away."""

    tour: int = 0
    checklist_gone: bool = False


async def facts_of(connection: Connection, user: UUID | None, objects: Sequence[str]) -> Facts:
    """One statement; `objects` are those whose records count as data."""
    own, sample = (" or ".join(_exists(name, condition) for name in objects) for condition in ("not is_sample", "is_sample"))
    row = await connection.row(_FACTS.format(own=own or "false", sample=sample or "false"), {"user": user})
    assert row is not None
    return Facts(**row)


def _exists(object_: str, condition: str) -> str:
    """Among the first and the last records: a million of one kind would be read whole, only to find none of the other."""
    ends = (
        f'(select is_sample, deleted_at from {{ws}}."{object_}" order by id {way} limit {_LOOKED_AT})' for way in ("asc", "desc")
    )
    return f"exists (select from ({' union all '.join(ends)}) r where {condition} and deleted_at is null)"


async def first_hour_of(connection: Connection, user: UUID | None) -> FirstHour:
    """How far somebody is."""
    row = await connection.row(_STATE, {"user": user})
    return FirstHour(row["tour"], row["checklist_gone"]) if row else FirstHour()


async def set_tour(connection: Connection, user: UUID, tour: int) -> None:
    """Keep how far the tour went."""
    await connection.execute(_TOUR, {"user": user, "tour": tour})


async def put_checklist_away(connection: Connection, user: UUID) -> None:
    """For good."""
    await connection.execute(_GONE, {"user": user})
