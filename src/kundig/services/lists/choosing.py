"""Records chosen to do something with all of them: which ones is fixed when they are chosen, whatever changes afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from kundig.base.errors import Denied, Invalid, Missing
from kundig.base.i18n import t
from kundig.base.uuid7 import uuid7
from kundig.engine.policy.scope import Scope
from kundig.engine.records.reading import ListQuery, list_records

MOST_CHOSEN = 100_000
CHUNK = 1000
State = Literal["chosen", "queued", "running", "done", "stopped"]
Deed = Literal["edit", "delete"]


@dataclass(frozen=True, slots=True)
class Run:
    """Chosen records, and what became of them."""

    id: UUID
    object: str
    state: State
    action: Deed | None
    wanted: dict[str, Any] | None
    """Values by field, of an edit."""
    total: int
    position: int
    changed: int
    refused: int
    reason: dict[str, Any] | None
    change: UUID

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in ("done", "stopped")

    @property
    def unchanged(self) -> int:
        """Records that were as wanted already."""
        return self.position - self.changed - self.refused


async def choose(scope: Scope, object_: str, ids: Sequence[UUID]) -> UUID:
    """Choose single records; the id of the run. What the actor may not see of them is told apart later."""
    scope.object(object_)
    return await _keep(scope, object_, list(dict.fromkeys(ids)))


async def choose_matching(scope: Scope, object_: str, where: Any, order: str | None) -> UUID:
    """Choose all records that match now, in the order of their list. Raises Invalid for too many."""
    ids: list[UUID] = []
    cursor: str | None = None
    while True:
        page = await list_records(scope, ListQuery(object_, where, ("id",), order, CHUNK, cursor))
        ids += page.ids
        if len(ids) > MOST_CHOSEN or (len(ids) == MOST_CHOSEN and page.next_cursor):
            text = t("More than {most} records match. Narrow the list by a filter, and do it in several steps.", most=MOST_CHOSEN)
            raise Invalid.one("where", "too_many", text)
        if page.next_cursor is None:
            return await _keep(scope, object_, ids)
        cursor = page.next_cursor


async def _keep(scope: Scope, object_: str, ids: list[UUID]) -> UUID:
    if not 0 < len(ids) <= MOST_CHOSEN:
        raise Invalid.one("id", "required", t("Choose at least one record."))
    if scope.access.user is None:
        raise Denied(t("Only people choose records."))
    run = uuid7()
    await scope.connection.execute(
        "insert into {ws}.bulk_run (id, by_user, object, total, change)"
        " values (%(id)s, %(user)s, %(object)s, %(total)s, %(change)s)",
        {"id": run, "user": scope.access.user, "object": object_, "total": len(ids), "change": uuid7()},
    )
    await scope.connection.execute(
        "insert into {ws}.bulk_record (run, position, record)"
        " select %(run)s, n, record from unnest(%(ids)s::uuid[]) with ordinality c (record, n)",
        {"run": run, "ids": ids},
    )
    return run


async def read_run(scope: Scope, id_: UUID, *, lock: bool = False) -> Run:
    """One's own run; of others it is not there. Raises Missing."""
    row = await scope.connection.row(
        "select id, object, state, action, wanted, total, position, changed, refused, reason, change from {ws}.bulk_run"
        f" where id = %(id)s and by_user = %(user)s{' for update' if lock else ''}",
        {"id": id_, "user": scope.access.user},
    )
    if row is None:
        raise Missing
    return Run(**row)


async def chunk_of(scope: Scope, run: Run, after: int) -> list[UUID]:
    """The next chosen records behind a position."""
    return await scope.connection.values(
        "select record from {ws}.bulk_record where run = %(run)s and position > %(after)s order by position limit %(size)s",
        {"run": run.id, "after": after, "size": CHUNK},
    )


async def chunks_of(scope: Scope, run: Run) -> AsyncIterator[list[UUID]]:
    """All chosen records, chunk by chunk."""
    after = 0
    while ids := await chunk_of(scope, run, after):
        yield ids
        after += len(ids)
