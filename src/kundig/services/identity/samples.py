"""Sample data: whether there is some, and taking it away, people included. How it is made is the modules' matter."""

from __future__ import annotations

from uuid import UUID

from kundig.base.jobs import Job, JobRun, queue
from kundig.engine.audit import note
from kundig.engine.policy.configuring import RIGHT as CONFIGURE
from kundig.engine.policy.scope import Scope
from kundig.engine.records.writing import MAX_ITEMS, Change, Delete, Update
from kundig.services.identity.audit_events import SAMPLES_REMOVED
from kundig.services.identity.scopes import Scopes

JOB = "identity.remove_samples"


async def has_samples(scope: Scope) -> bool:
    """Whether any sample record is there."""
    parts = [f'exists (select from {{ws}}."{name}" where is_sample and deleted_at is null)' for name in _objects(scope)]
    return bool(await scope.connection.value(f"select {' or '.join(parts)}"))


async def sample_ids(scope: Scope, object_: str) -> list[UUID]:
    """The sample records of an object."""
    statement = f'select id from {{ws}}."{object_}" where is_sample and deleted_at is null order by id'
    return list(await scope.connection.values(statement))


async def ask_for_removal(scope: Scope) -> None:
    """Have a job remove the sample data, in the name of who asks; raises Denied for who may not configure the workspace."""
    scope.require(CONFIGURE)
    await queue(scope.connection, JOB, {}, actor=scope.context.actor, queueing_lock="samples")


async def remove_samples(scope: Scope) -> int:
    """Move all sample records to the trash, in one change that can be undone, and let the sample users sign in no more."""
    change = Change(scope, trusted=True, reason="sample data removed")
    removed = 0
    for name in _objects(scope):
        ids = await sample_ids(scope, name)
        for start in range(0, len(ids), MAX_ITEMS):
            await change.write(name, [Delete(id_) for id_ in ids[start : start + MAX_ITEMS]])
        removed += len(ids)
    await change.write("user", [Update(id_, {"is_active": False}) for id_ in await _users_to_end(scope)])
    await note(scope.context, SAMPLES_REMOVED, detail={"count": removed})
    return removed


def samples_job(scopes: Scopes) -> Job:
    """The job that removes the sample data; one transaction, so it is done whole or not at all."""

    async def remove(run: JobRun) -> None:
        assert run.workspace is not None
        async with run.transaction() as connection:
            user = run.actor.user
            assert user is not None
            await remove_samples(await scopes.of_user(connection, run.workspace, user, "web", run.actor))

    return Job(JOB, remove)


def _objects(scope: Scope) -> list[str]:
    """Objects whose records are samples by themselves; owned ones go with their parents."""
    return [o.name for o in scope.model.objects.values() if o.definition.storage == "record" and not o.definition.system]


async def _users_to_end(scope: Scope) -> list[UUID]:
    """Sample users, but neither who asks nor the last administrators."""
    statement = """select id from {ws}."user" u where is_sample and is_active and id is distinct from %(actor)s and not (
        role && array['administrator'] and not exists (
          select from {ws}."user" o where o.is_active and not o.is_sample and o.role && array['administrator'])) order by id"""
    return list(await scope.connection.values(statement, {"actor": scope.access.user}))
