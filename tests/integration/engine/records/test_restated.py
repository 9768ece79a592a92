"""A stage that becomes open, won or lost by configuration takes along when its records were closed, the figures and who sees them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID

import msgspec
import pytest
from tests.integration.world import World

from kundig import wiring
from kundig.base.context import SYSTEM, Workspace
from kundig.base.database import Database
from kundig.base.jobs import JobRun
from kundig.engine.configuration.documents import Document
from kundig.engine.configuration.yaml import load
from kundig.engine.jobs import engine_jobs
from kundig.engine.policy.applying import rollback_plan, settle
from kundig.engine.policy.decisions import visible_ids
from kundig.engine.policy.jobs import FILL, RENEW_ENTRIES
from kundig.engine.records.writing import Change, Update
from kundig.services.identity.scopes import Scopes

RULES = """
kind: sharing_rule
name: won_deals
label: {{en: Won, de: Gewonnen}}
object: opportunity
where: {{field: status, op: is, value: won}}
to: ["user:{user}"]
level: read
---
kind: sharing_rule
name: notes_of_won_deals
label: {{en: Won, de: Gewonnen}}
object: case_note
where: {{field: deal.status, op: is, value: won}}
to: ["user:{user}"]
level: read
---
kind: object
name: case_note
label: {{en: Note, de: Notiz}}
label_plural: {{en: Notes, de: Notizen}}
fields:
  - {{name: name, type: text, label: {{en: Name, de: Name}}}}
  - {{name: deal, type: link, label: {{en: Deal, de: Chance}}, options: {{target: opportunity}}}}
"""


@pytest.fixture
async def sales(database: Database, new_workspace: Callable[[], Awaitable[Workspace]]) -> World:
    workspace = await new_workspace()
    scopes = Scopes(wiring.modules())
    await settle(database, workspace, scopes.models)
    return World(database, workspace, scopes, count(1))


async def jobs_run(world: World, after: int) -> int:
    """Run what has been queued for figures and audiences since then; the last of them."""
    jobs = {job.name: job for job in engine_jobs(world.scopes.of_system) if job.name in (FILL, RENEW_ENTRIES)}
    async with world.database.transaction(None) as connection:
        queued = await connection.rows(
            """select id, task_name, args->'payload' as payload from jobs.procrastinate_jobs
                where args->>'workspace' = %(schema)s and id > %(after)s and task_name = any(%(names)s) order by id""",
            {"schema": world.workspace.schema, "after": after, "names": list(jobs)},
        )
    for row in queued:
        payload = {name: value for name, value in row["payload"].items() if name != "again"}
        await jobs[row["task_name"]].run(JobRun(row["id"], world.database, world.workspace, SYSTEM, payload, 0))
    return max([after, *(row["id"] for row in queued)])


async def with_status(world: World, **statuses: str) -> Any:
    """Give stages of the pipeline of sales another status; the plan."""
    async with world.system() as scope:
        pipeline = scope.model.pipelines["sales"]
    told = {stage.key: {"status": statuses.get(stage.key, stage.status)} for stage in pipeline.stages}
    body = msgspec.to_builtins(pipeline)
    body["stages"] = [{**stage, **told[stage["key"]]} for stage in body["stages"]]
    return await world.apply(Document("pipeline", "sales", body))


async def figures(world: World, account: UUID) -> tuple[int, Any]:
    async with world.system() as scope:
        row = await scope.connection.row(
            "select open_opportunities, won_revenue from {ws}.account_rollup where record = %(id)s", {"id": account}
        )
    assert row is not None
    return row["open_opportunities"], row["won_revenue"]


async def standing(world: World, deal: UUID) -> tuple[str, datetime | None]:
    async with world.system() as scope:
        row = await scope.connection.row(
            "select stage__status, stage__closed_at from {ws}.opportunity where id = %(id)s", {"id": deal}
        )
    assert row is not None
    return row["stage__status"], row["stage__closed_at"]


async def test_deals_of_a_stage_that_means_won_are_won_with_all_that_follows(sales: World) -> None:
    await sales.apply(*load("kind: role\nname: own\nlabel: {en: Own, de: Eigene}\nobjects: {'*': {read: own}}", "r.yaml"))
    user = await sales.user("own")
    await sales.apply(*load(RULES.format(user=user), "r.yaml"))
    account = await sales.create("account", name="Ott")
    amount = {"amount": "100", "currency": "EUR"}
    deal = await sales.create("opportunity", name="Pump", account=account, amount=amount, stage="negotiation")
    note = await sales.create("case_note", name="x", deal=deal)
    done = await jobs_run(sales, await jobs_run(sales, 0))  # the first queues another one for all objects

    async def seen() -> set[UUID]:
        async with sales.scope(user) as scope:
            return {*await visible_ids(scope, "opportunity", [deal]), *await visible_ids(scope, "case_note", [note])}

    assert (await figures(sales, account), await standing(sales, deal), await seen()) == ((1, None), ("open", None), set())
    before = datetime.now(UTC)
    plan = await with_status(sales, negotiation="won")
    done = await jobs_run(sales, done)
    status, closed_at = await standing(sales, deal)
    assert status == "won"
    assert closed_at is not None
    assert closed_at >= before
    assert await figures(sales, account) == (0, 100)
    assert await seen() == {deal, note}
    await rollback_plan(sales.database, sales.workspace, sales.scopes.models, plan.id)
    done = await jobs_run(sales, done)
    assert (await figures(sales, account), await standing(sales, deal), await seen()) == ((1, None), ("open", None), set())


async def test_a_stage_taken_for_open_for_a_while_loses_no_time_of_closing(sales: World) -> None:
    deal = await sales.create("opportunity", name="Pump", stage="negotiation")
    async with sales.system() as scope:
        await Change(scope).write("opportunity", [Update(deal, {"stage": "won"})])
    won = await standing(sales, deal)
    assert won[1] is not None
    plan = await with_status(sales, won="open", negotiation="won")
    assert await standing(sales, deal) == ("open", None)
    await rollback_plan(sales.database, sales.workspace, sales.scopes.models, plan.id)
    assert await standing(sales, deal) == won
    await with_status(sales, won="lost", negotiation="won")
    assert await standing(sales, deal) == ("lost", won[1]), "closed it was before"
