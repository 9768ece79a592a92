"""A company of 500 people in 60 teams under 20 sharing rules, around those who are measured; none of it reaches these."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from kundig.base.context import Workspace
from kundig.base.database import Database
from kundig.engine.configuration.yaml import load
from kundig.engine.policy.applying import apply_documents
from kundig.engine.policy.scope import Scope
from kundig.engine.records.writing import Create, write
from kundig.services.identity.scopes import Scopes

PEOPLE, REGIONS, TEAMS = 500, 9, 60
EACH = 10_000
"""One of so many records belongs to each of them."""
SOURCES = ("web_form", "referral", "event", "phone", "partner", "advertising")
INDUSTRIES = ("automotive", "chemicals", "construction", "energy", "finance", "logistics")
FORECASTS = ("pipeline", "best_case", "commit", "omitted", "closed")
RULES = (
    *(("contact", "lead_source", source) for source in SOURCES),
    *(("account", "industry", industry) for industry in INDUSTRIES),
    *(("account", "rating", rating) for rating in ("hot", "warm", "cold")),
    *(("opportunity", "forecast_category", category) for category in FORECASTS),
)
"""Who is let see what: an object, a field and the value that a rule asks for."""
_MARK = "Bench team"


async def crowd(database: Database, workspace: Workspace, scopes: Scopes) -> None:
    """Make all that is not there yet; the jobs that follow are the server's."""
    async with database.transaction(workspace, timeout_ms=0) as connection:
        scope = await scopes.of_system(connection, workspace, "cli")
        if await connection.value("select exists (select 1 from {ws}.team where name like %(mark)s)", {"mark": f"{_MARK}%"}):
            return
        [top] = await _teams(scope, range(1), None)
        regions = await _teams(scope, range(1, 1 + REGIONS), [top])
        teams = await _teams(scope, range(1 + REGIONS, TEAMS), regions)
        people = [_person(n, teams[n % len(teams)]) for n in range(PEOPLE)]
        users = (await write(scope, "user", people)).ids
    async with database.owner(workspace) as connection:
        for table in ("account", "contact", "opportunity"):
            await connection.execute(_GIVE.replace("{table}", table), {"users": list(users), "teams": list(teams), "each": EACH})
    await apply_documents(database, workspace, scopes.models, list(load(rules(teams), "bench")))


async def _teams(scope: Scope, numbers: Iterable[int], above: Sequence[UUID] | None) -> Sequence[UUID]:
    named = [({"name": f"{_MARK} {n}"}, {"parent": str(above[n % len(above)])} if above else {}) for n in numbers]
    return (await write(scope, "team", [Create({**name, **parent}) for name, parent in named])).ids


def _person(number: int, team: UUID) -> Create:
    values: dict[str, Any] = {"name": f"Bench {number}", "email": f"crowd{number}@example.com", "role": ["sales_representative"]}
    return Create({**values, "teams": [str(team)]})


def rules(teams: Sequence[UUID]) -> str:
    """Sharing rules, each for a team, as YAML."""
    return "---\n".join(rule(f"bench_{n}", *what, teams[n % len(teams)]) for n, what in enumerate(RULES))


def rule(name: str, object_: str, field: str, value: str, team: UUID) -> str:
    """One sharing rule."""
    where = f"{{field: {field}, op: is, value: {value}}}"
    head = f"kind: sharing_rule\nname: {name}\nlabel: {{en: {name}, de: {name}}}\nobject: {object_}\n"
    return f"{head}where: {where}\nto: ['team:{team}']\n"


_GIVE = """
with people as (select number, u as id, (%(teams)s::uuid[])[1 + (number - 1) %% cardinality(%(teams)s::uuid[])] as team
                  from unnest(%(users)s::uuid[]) with ordinality as u (u, number)),
     known as (select people.*, array(select p.id from {ws}.principal p
                                       where (p.kind, p.ref) in (('user', people.id::text), ('team', people.team::text))
                                       order by p.id) as audience from people),
     free as (select id, row_number() over (order by md5(id::text)) as place, count(*) over () / %(each)s as share
                from {ws}."{table}" where owner_id is null and deleted_at is null),
     mine as (select free.id, known.id as owner, known.team, known.audience
                from free join known on known.number = 1 + free.place %% cardinality(%(users)s::uuid[])
               where free.place <= free.share * cardinality(%(users)s::uuid[])),
     given as (update {ws}."{table}" r set owner_id = mine.owner, team_id = mine.team, audience = mine.audience
                 from mine where mine.id = r.id returning r.id, r.audience),
     told as (update {ws}.timeline_entry t set audience = given.audience from given
               where t.object = '{table}' and t.record = given.id)
update {ws}.search_entry e set audience = given.audience from given where e.object = '{table}' and e.record = given.id
"""
