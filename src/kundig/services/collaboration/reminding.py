"""Reminders: the owner of a record hears of it at the time that stands in it, unless it is over by then.

Which field that is says the object (`Object.reminder`). A time that is put off reminds again.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa

from kundig.base.database.connection import WORKSPACE_SCHEMA
from kundig.base.jobs import JobRun, queue
from kundig.engine.policy.predicates import FullReading
from kundig.engine.policy.scope import Scope
from kundig.engine.policy.sight import filter_in
from kundig.engine.schema.bound import BoundObject
from kundig.engine.schema.filters import compile_filter
from kundig.services.collaboration.news import TOLD, News
from kundig.services.identity.scopes import Scopes

REMIND = "collaboration.remind"
LATEST = timedelta(days=1)
"""Reminders of a time when nothing ran are given afterwards, but none older than this."""
AT_ONCE = 500
"""How many of an object are given in one run; the next one goes on."""
FORGET_GIVEN = "delete from {ws}.reminded where at < now() - make_interval(days => 2)"

_REMINDED = sa.table(
    "reminded",
    sa.column("object", sa.Text),
    sa.column("record", sa.Uuid),
    sa.column("at", sa.DateTime(timezone=True)),
    schema=WORKSPACE_SCHEMA,
)
_NOTE = """
insert into {ws}.reminded (object, record, at) select %(object)s, * from unnest(%(records)s::uuid[], %(times)s::timestamptz[])
on conflict do nothing returning record
"""


async def remind(run: JobRun, scopes: Scopes) -> None:
    """Queue what is to be told now, noted in the same transaction, so that no reminder is given twice or lost."""
    assert run.workspace is not None
    async with run.transaction() as connection:
        scope = await scopes.of_system(connection, run.workspace, "job")
        for object_ in scope.model.objects.values():
            if object_.definition.reminder is not None:
                for owner, record in await _due(scope, object_):
                    news = News("reminder", object_.name, record, actor=None)
                    await queue(connection, TOLD, {"user": str(owner), "news": msgspec.to_builtins(news)})


async def _due(scope: Scope, object_: BoundObject) -> Iterator[tuple[UUID, UUID]]:
    """Owners and records whose time has come; of two runs at once each record is of one."""
    statement, values = _due_statement(scope, object_)
    rows = await scope.connection.rows(statement, values)
    noted = {"object": object_.name, "records": [row["id"] for row in rows], "times": [row["at"] for row in rows]}
    mine = set(await scope.connection.values(_NOTE, noted)) if rows else set()
    return ((row["owner_id"], row["id"]) for row in rows if row["id"] in mine)


def _due_statement(scope: Scope, object_: BoundObject) -> tuple[sa.Select[Any], dict[str, Any]]:
    definition, row, reading = object_.definition, object_.table.alias("r"), FullReading(scope.model)
    at, interaction = row.c[object_.fields[definition.reminder or ""].column], definition.interaction
    given = sa.select(_REMINDED.c.record).where(
        _REMINDED.c.object == object_.name, _REMINDED.c.record == row.c.id, _REMINDED.c.at == at
    )
    wanted = [
        reading.seen(object_.name, row), row.c.owner_id.is_not(None), at <= sa.func.now(), at > sa.func.now() - LATEST,
        sa.not_(sa.exists(given)),
    ]  # fmt: skip
    values: dict[str, Any] = {}
    if interaction is not None and interaction.done is not None:
        still = filter_in(scope, object_, {"none": [interaction.done]})
        wanted.append(compile_filter(still, row, reading))
        values = dict(still.values)
    return sa.select(row.c.id, row.c.owner_id, at.label("at")).where(*wanted).order_by(at).limit(AT_ONCE), values
