"""A row of a trial mended in its grid: kept, and tried again at once by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from kundig.base.errors import Missing
from kundig.engine.policy.scope import Scope
from kundig.engine.records.writing import Change
from kundig.services.transfer import store
from kundig.services.transfer.chunk import Outcome, import_chunk
from kundig.services.transfer.drafts import changeable
from kundig.services.transfer.files import Row
from kundig.services.transfer.fixes import fixed_cells, keep_fixes
from kundig.services.transfer.plan import Plan, make_plan
from kundig.services.transfer.previews import Sample, read_sample, replace_sample, samples_of
from kundig.services.transfer.store import Run

_COUNTED = ("created", "updated", "skipped", "failed")


class _TakeBack(Exception):
    """Leaves the savepoint of the trial."""


async def fix_row(scope: Scope, id_: UUID, number: int, cells: Mapping[int, str]) -> None:
    """Keep new texts for cells of a row that failed, and see what becomes of it now. Raises Missing for any other."""
    run = (await changeable(scope, id_)).run
    sample = await read_sample(scope.connection, id_, number)
    if sample is None or number in await store.unreadable_rows(scope.connection, id_):
        raise Missing
    await keep_fixes(scope.connection, id_, number, cells)
    row = Row(number, fixed_cells(sample.cells, cells))
    plan = make_plan(scope, run.order, run.shape.header)
    outcome, tried = await _tried(scope, run, plan, row)
    await replace_sample(scope.connection, id_, replace(tried, cells=row.cells))
    await store.replace_errors(scope.connection, id_, number, outcome)
    await scope.connection.execute(
        f"update {{ws}}.import_run set {', '.join(f'{name} = {name} + %({name})s' for name in _COUNTED)} where id = %(id)s",
        {"id": id_, **{name: (tried.outcome == name) - (sample.outcome == name) for name in _COUNTED}},
    )


async def _tried(scope: Scope, run: Run, plan: Plan, row: Row) -> tuple[Outcome, Sample]:
    """What would become of a row; nothing of it stays."""
    change = Change(scope, id_=run.change)
    outcome, samples = Outcome(), []
    try:
        async with scope.connection.savepoint():
            outcome = await import_chunk(change, plan, [row])
            told = [*outcome.brought, *((line, "failed") for line in outcome.failed)]
            samples = await samples_of(scope.connection, change.id, told)
            raise _TakeBack
    except _TakeBack:
        return outcome, samples[0]
