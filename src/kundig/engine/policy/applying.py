"""What follows when configuration is applied: checks, tables, principals, and audiences that are filled by jobs."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from psycopg import errors as pg

from kundig import __version__
from kundig.base.context import SYSTEM, Actor, Context, Workspace
from kundig.base.database import Connection, Database
from kundig.base.database.workspaces import version_of
from kundig.base.errors import OutsideFault
from kundig.base.i18n import t
from kundig.base.jobs import queue
from kundig.engine.configuration import changing
from kundig.engine.configuration.changing import Plan
from kundig.engine.configuration.documents import Document
from kundig.engine.configuration.store import stored_documents
from kundig.engine.policy import principals
from kundig.engine.policy.checks import check_layouts, check_policies
from kundig.engine.policy.jobs import FILL, RENEW_ENTRIES
from kundig.engine.policy.models import Models
from kundig.engine.policy.policies import policies_of
from kundig.engine.policy.rates import check_rates, realise_rates
from kundig.engine.policy.readers import readers_of
from kundig.engine.policy.restated import follow_status
from kundig.engine.schema.ddl.applying import LOCK_TIMEOUT_MS, TRIES, build_indexes, change_tables, check_tables
from kundig.engine.schema.ddl.planning import Step
from kundig.engine.schema.defaults import check_defaults
from kundig.engine.schema.definitions import Misfit
from kundig.engine.schema.model import Model

Result = TypeVar("Result")

_FORGET = f"""
delete from {{ws}}.principal p where kind in ('grant', 'forbid', 'rule', 'readers')
and not exists (select from unnest(%(kinds)s::text[], %(refs)s::text[]) as w (kind, ref) where w.kind = p.kind and w.ref = p.ref)
and not ({principals.FORMER} and {principals.PLACE} = any(%(forbidding)s::text[]))
returning kind, ref
"""


async def plan_documents(
    connection: Connection, workspace: Workspace, models: Models, incoming: Sequence[Document], *, whole: bool = False
) -> Plan:
    """What applying documents would change, by a transaction in the workspace; raises Invalid where applying would."""
    made = await changing.plan(connection, incoming, whole=whole)
    await check_tables(connection, await model_after(connection, workspace, models, made))
    return made


async def model_after(connection: Connection, workspace: Workspace, models: Models, made: Plan) -> Model:
    """The model that there would be once a plan is applied; raises Invalid with what does not fit."""
    return await _checked(connection, workspace, models, changing.documents_after(await stored_documents(connection), made))


async def apply_documents(
    database: Database,
    workspace: Workspace,
    models: Models,
    incoming: Sequence[Document],
    *,
    by: Actor = SYSTEM,
    address: str | None = None,
    note: str | None = None,
    whole: bool = False,
    version: int | None = None,
) -> Plan:
    """Apply documents as a whole, with tables and rights; all processes follow with their next transaction. Raises Invalid.

    `version` is that of the model that the documents were made from; raises Overtaken if it is another one by now.
    """

    async def run(connection: Connection, realising: _Realising) -> Plan:
        return await changing.apply(
            connection, workspace, incoming, realising, by=by, address=address, note=note, whole=whole, version=version
        )

    return await _changed(database, workspace, models, run)


async def rollback_plan(
    database: Database, workspace: Workspace, models: Models, plan: UUID, *, by: Actor = SYSTEM, address: str | None = None
) -> Plan:
    """Undo an applied plan as a whole; raises Missing, Conflict, Invalid."""

    async def run(connection: Connection, realising: _Realising) -> Plan:
        return await changing.rollback(connection, workspace, plan, realising, by=by, address=address)

    return await _changed(database, workspace, models, run)


async def refuse_misfit(database: Database, workspace: Workspace, models: Models) -> None:
    """Raise OutsideFault if what this version brings and the workspace's own documents make no model. Changes nothing."""
    async with database.owner(workspace) as connection:
        if not await connection.value("select to_regclass('{ws}.document') is not null"):
            return
        documents = await stored_documents(connection)
        settled = await connection.value(_SETTLED, {"schema": workspace.schema})
    try:
        if _digest(models, documents) != settled:
            models.make(workspace, documents, 0)
    except Misfit as misfit:
        fault = misfit.faults[0]
        raise OutsideFault(
            t(
                "Your own configuration does not fit this version of Kundig: “{place}” ({source}): {text} Nothing was changed."
                " Start the version that you had, rename or remove this there, and upgrade again.",
                place=fault.place,
                source=fault.source,
                text=fault.text,
            )
        ) from misfit


async def settle(database: Database, workspace: Workspace, models: Models) -> bool:
    """Bring tables, stages and principals of a workspace to its modules and documents; for every start, safe to repeat.

    Whether there was anything to look at: what the last start left is remembered by a digest of all definitions.
    """
    async with database.owner(workspace) as connection:
        digest = _digest(models, await stored_documents(connection))
        if await connection.value(_SETTLED, {"schema": workspace.schema}) == digest:
            return False

    async def run(connection: Connection, realising: _Realising) -> None:
        await realising(connection, workspace, await stored_documents(connection))

    await _changed(database, workspace, models, run)
    async with database.owner(workspace) as connection:
        await connection.execute(f"comment on schema {{ws}} is '{digest}'")
    return True


_MAKING = 3
"""Raised when names, search entries or tables are made in another way, so that the next start looks at them."""
_SETTLED = "select obj_description(oid, 'pg_namespace') from pg_namespace where nspname = %(schema)s"


def _digest(models: Models, documents: Sequence[Document]) -> str:
    """Equal for two starts that have the same tables and principals to make."""
    definitions = models.define(documents)
    parts = (_MAKING, definitions.objects, definitions.pipelines, definitions.roles, definitions.rules, definitions.ordered)
    content = msgspec.json.encode((__version__, parts), order="deterministic", enc_hook=dict)
    return f"kundig {hashlib.sha256(content).hexdigest()[:32]}"


async def _changed(
    database: Database, workspace: Workspace, models: Models, run: Callable[[Connection, _Realising], Awaitable[Result]]
) -> Result:
    """Run in a transaction of the owner that does not make others wait for its locks; then build what takes long."""
    for attempt in range(1, TRIES + 1):
        realising = _Realising(models)
        try:
            async with database.owner(workspace, lock_timeout_ms=LOCK_TIMEOUT_MS) as connection:
                done = await run(connection, realising)
            break
        except pg.LockNotAvailable:
            if attempt == TRIES:
                raise OutsideFault(
                    t("The tables are in use all the time, so that they could not be changed. Try again later.")
                ) from None
            await asyncio.sleep(0.1 * min(attempt, 10))
    await build_indexes(database, workspace, realising.later)
    return done


class _Realising:
    """Makes the database fit the documents; remembers the indexes to build afterwards."""

    def __init__(self, models: Models) -> None:
        self._models = models
        self.later: list[Step] = []

    async def __call__(self, connection: Connection, workspace: Workspace, documents: Sequence[Document]) -> None:
        model = await _checked(connection, workspace, self._models, documents)
        _, self.later, _, restated = await change_tables(connection, model)
        await _keep_principals(connection, model)
        await follow_status(connection, model, restated)
        await realise_rates(connection, workspace, documents)
        await queue(connection, RENEW_ENTRIES, {}, lock=RENEW_ENTRIES, queueing_lock=RENEW_ENTRIES)


async def _checked(connection: Connection, workspace: Workspace, models: Models, documents: Sequence[Document]) -> Model:
    """The model that modules and documents make; raises Invalid with what does not fit."""
    model = models.make(workspace, documents, await version_of(connection, workspace))
    zone = ZoneInfo(workspace.time_zone)
    context = Context(connection, workspace, SYSTEM, "config", language=workspace.language, time_zone=zone)
    await check_rates(connection, workspace, documents)
    check_defaults(model, context)
    check_policies(model, context)
    check_layouts(model, context)
    return model


async def _keep_principals(connection: Connection, model: Model) -> None:
    """Roles and filters have their principals; records that new filters or readers speak of are found by a job each object.

    A filter that is gone loses its principal, so that it comes back as another one, whose records are found anew. A forbid that is
    changed goes on forbidding what it did until that is done. Users whom a link
    no longer makes readers leave the audiences by a job, too.
    """
    policies = policies_of(model)
    deciding = {
        o.name: [*(item.principal for item in policies.filters(o.definition)), *readers_of(model, o)]
        for o in model.objects.values()
    }
    wanted = [principal for found in deciding.values() for principal in found]
    known = await principals.numbers(connection, wanted)
    await principals.ensure(connection, [*wanted, *map(principals.role, model.roles)])
    forbids = [principal for principal in wanted if principal.kind == "forbid"]
    former = await principals.replace_forbids(connection, wanted, [p for p in forbids if p not in known])
    columns = {"kinds": [p.kind for p in wanted], "refs": [p.ref for p in wanted]}
    gone = await connection.rows(_FORGET, columns | {"forbidding": [principals.place_of(p) for p in forbids]})
    due = {name for name, found in deciding.items() if any(principal not in known for principal in found)}
    due |= {row["ref"].partition("/")[0] for row in gone if row["kind"] == principals.READERS}
    for object_ in sorted(due & deciding.keys()):
        ending = {"former": former[object_]} if object_ in former else {}
        await queue(connection, FILL, {"object": object_, "again": True, **ending})
