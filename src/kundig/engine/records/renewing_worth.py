"""What amounts are worth follows the rates: when some are entered, corrected or removed, a job works it out anew.

It goes through the records in chunks; one that was killed begins again, and finds nothing to do where it has been.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

from kundig.base.jobs import Job, JobRun, queue
from kundig.engine.policy.jobs import RENEW_WORTH, SystemScope
from kundig.engine.policy.scope import Scope
from kundig.engine.records.rollups import fill_rollups
from kundig.engine.records.worth import renew_worth, stored_amounts
from kundig.engine.schema.bound import BoundObject

CHUNK = 1000
_AGAIN = timedelta(minutes=1)
"""By then every transaction that still went by the old rates has ended: statements take ten seconds at most."""


def worth_jobs(system_scope: SystemScope) -> tuple[Job, ...]:
    """The job, given how to open a scope. Its payload names the `currencies`; none: all, the company has got another one."""

    async def renew(run: JobRun) -> None:
        assert run.workspace is not None
        currencies: Collection[str] | None = run.payload.get("currencies")
        async with run.transaction() as connection:
            scope = await system_scope(connection, run.workspace, "job")
            steps = list(_steps(scope, figures=currencies is None))
        for object_, figures in steps:
            after: UUID | None = UUID(int=0)
            while after is not None:
                async with run.transaction() as connection:
                    scope = await system_scope(connection, run.workspace, "job")
                    after = await _chunk(scope, object_, after, currencies, figures=figures)
        if run.payload.get("again"):
            async with run.transaction() as connection:
                payload = {name: value for name, value in run.payload.items() if name != "again"}
                await queue(connection, RENEW_WORTH, payload, at=datetime.now(UTC) + _AGAIN, lock=RENEW_WORTH)

    return (Job(RENEW_WORTH, renew),)


def _steps(scope: Scope, *, figures: bool) -> Iterator[tuple[str, bool]]:
    """The objects with amounts, then with `figures` those whose figures are said in the company's currency."""
    objects = scope.model.objects
    yield from ((name, False) for name, object_ in objects.items() if stored_amounts(object_))
    if figures:
        yield from ((name, True) for name, object_ in objects.items() if object_.rollups is not None)


async def _chunk(scope: Scope, name: str, after: UUID, currencies: Collection[str] | None, *, figures: bool) -> UUID | None:
    """The next records; the last id, or None at the end."""
    object_ = scope.model.objects.get(name)
    if object_ is None:
        return None
    condition = "" if currencies is None else f"and ({_in_currencies(object_)})"
    ids = await scope.connection.values(
        f'select o.id from {{ws}}."{name}" o where o.id > %(after)s {condition} order by o.id limit {CHUNK}',
        {"after": after, "currencies": list(currencies or ())},
    )
    if figures:
        await fill_rollups(scope, name, ids)
    else:
        await renew_worth(scope, object_, ids)
    last: UUID | None = ids[-1] if len(ids) == CHUNK else None
    return last


def _in_currencies(object_: BoundObject) -> str:
    """Records with an amount in one of the currencies, be it where a figure has taken its place."""
    found = []
    for amount in stored_amounts(object_):
        if amount.key == "id":
            found.append(f'o."{amount.currency}" = any(%(currencies)s)')
        else:
            beside = f'select from {{ws}}."{amount.table}" r where r."{amount.key}" = o.id'
            found.append(f'exists ({beside} and r."{amount.currency}" = any(%(currencies)s))')
    return " or ".join(found)
