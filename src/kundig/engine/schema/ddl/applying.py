"""Bringing a workspace's tables to its model: instant steps in one transaction, big indexes afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import errors as pg

from kundig.base.context import Workspace
from kundig.base.database.connection import Connection
from kundig.base.database.roles import make_append_only
from kundig.base.database.transactions import Database
from kundig.base.errors import FieldError, Invalid, OutsideFault
from kundig.base.i18n import t
from kundig.engine.schema.ddl.planning import Plan, Step, plan_tables
from kundig.engine.schema.ddl.present import read_present
from kundig.engine.schema.ddl.stages import project_stages
from kundig.engine.schema.model import Model

LOCK_TIMEOUT_MS = 500
"""How long DDL may wait for a lock: everybody else queues behind it meanwhile."""
TRIES = 40
_PASSES = 3
_APPEND_ONLY = ("change", "change_default", "change_entry", "change_entry_default", "audit_event", "document_revision")


@dataclass(frozen=True, slots=True)
class Applied:
    """What was done (`steps`), and what is in the database but not in the model (`unknown`)."""

    steps: tuple[str, ...]
    unknown: tuple[str, ...]


async def apply_model(database: Database, workspace: Workspace, model: Model) -> Applied:
    """Bring the tables of a workspace to its model. May be repeated at any time; tries again while others hold locks."""
    for attempt in range(1, TRIES + 1):
        try:
            async with database.owner(workspace, lock_timeout_ms=LOCK_TIMEOUT_MS) as connection:
                done, later, unknown, _ = await change_tables(connection, model)
            break
        except pg.LockNotAvailable:
            if attempt == TRIES:
                raise OutsideFault(
                    t("The tables are in use all the time, so that they could not be changed. Try again later.")
                ) from None
            await asyncio.sleep(0.1 * min(attempt, 10))
    await build_indexes(database, workspace, later)
    return Applied((*(step.what for step in done), *(step.what for step in later)), unknown)


async def change_tables(connection: Connection, model: Model) -> tuple[list[Step], list[Step], tuple[str, ...], frozenset[str]]:
    """All instant steps and the stages, within a transaction of the owner: what was done, what is for later, what is unknown.

    And the objects of which records have got another status with their stage.

    Raises Invalid for a column that would have to change its type, and for a removed stage that is in use.
    """
    done: list[Step] = []
    for _ in range(_PASSES):
        # A column that is made anew takes its indexes along, which the next pass sees.
        plan = plan_tables(model, await read_present(connection))
        _refuse_conflicts(plan)
        now = [step for step in plan.steps if not step.later]
        for step in now:
            await _run(connection, step)
        done.extend(now)
        if not now:
            break
    for table in _APPEND_ONLY:
        await make_append_only(connection, table)
    restated = await project_stages(connection, model)
    return done, [step for step in plan.steps if step.later], plan.unknown, restated


async def check_tables(connection: Connection, model: Model) -> None:
    """Raise Invalid where `change_tables` could not bring the tables to the model. Nothing is changed."""
    _refuse_conflicts(plan_tables(model, await read_present(connection)))


async def build_indexes(database: Database, workspace: Workspace, steps: Sequence[Step]) -> None:
    """Build indexes beside the running work. One that was left broken is dropped and built again."""
    if not steps:
        return
    async with database.owner_autocommit(workspace) as connection:
        for step in steps:
            await _run(connection, step)


async def _run(connection: Connection, step: Step) -> None:
    try:
        await connection.execute(step.sql)
    except pg.UniqueViolation:
        text = t("Some records have the same value, so that it can't be made unique.")
        raise Invalid.one(step.what, "not_unique", text) from None


def _refuse_conflicts(plan: Plan) -> None:
    if plan.taken:
        text = t("The database has something else of this name. Give the object another name.")
        raise Invalid(FieldError(name, "reserved", text) for name in plan.taken)
    if plan.conflicts:
        text = t("This field is stored as another type already. Give the new field another name.")
        raise Invalid(FieldError(conflict, "type_change", text) for conflict in plan.conflicts)
