"""Names, search entries and figures follow the model: when titles, searched fields, what roles hide or roll-ups change, a job
makes them anew.

What each object's were made by is kept, so that nothing is done where nothing changed, and a job that was killed begins again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from kundig.base.jobs import Job, JobRun, queue
from kundig.engine.policy.jobs import RENEW_ENTRIES, SystemScope
from kundig.engine.policy.naming import title_links
from kundig.engine.policy.scope import Scope
from kundig.engine.records.checks import label_of
from kundig.engine.records.draft import Draft
from kundig.engine.records.figures import figures_recipe
from kundig.engine.records.rollups import fill_rollups
from kundig.engine.records.writing import Change
from kundig.engine.schema.bound import BoundObject
from kundig.engine.search.entries import keep_entries, recipe

CHUNK = 1000
_AGAIN = timedelta(minutes=1)
"""By then every transaction that still wrote under the old model has ended: statements take ten seconds at most."""
_KNOWN = "select object, recipe from {ws}.entries_made"
_MADE = """insert into {ws}.entries_made (object, recipe) values (%(object)s, %(recipe)s)
  on conflict (object) do update set recipe = excluded.recipe"""


def renewal_jobs(system_scope: SystemScope) -> tuple[Job, ...]:
    """The job that looks at all objects, given how to open a scope."""

    async def renew(run: JobRun) -> None:
        assert run.workspace is not None
        async with run.transaction() as connection:
            due = await objects_due(await system_scope(connection, run.workspace, "job"))
        wanted = sorted({*due, *run.payload.get("objects", ())})
        for object_ in wanted:
            after: UUID | None = UUID(int=0)
            while after is not None:
                async with run.transaction() as connection:
                    after = await renew_entries(await system_scope(connection, run.workspace, "job"), object_, after)
        if due:
            async with run.transaction() as connection:
                await queue(connection, RENEW_ENTRIES, {"objects": due}, at=datetime.now(UTC) + _AGAIN)

    return (Job(RENEW_ENTRIES, renew),)


async def objects_due(scope: Scope) -> list[str]:
    """The objects whose names, entries or figures were made in another way than the model says now."""
    known = {row["object"]: row["recipe"] for row in await scope.connection.rows(_KNOWN)}
    return [name for name, object_ in scope.model.objects.items() if known.get(name) != _recipe(scope, object_)]


def _recipe(scope: Scope, object_: BoundObject) -> str:
    """How names, entries and figures of an object's records are made at the moment, as a short text to compare."""
    made, figures = recipe(scope.policies, object_), figures_recipe(object_)
    return hashlib.sha256(f"{made}\n{figures}".encode()).hexdigest()[:32] if figures else made


async def renew_entries(scope: Scope, object_: str, after: UUID) -> UUID | None:
    """Make names, entries and figures of the next records anew; the last id, or None at the end, which is remembered."""
    bound = scope.model.objects.get(object_)
    if bound is None:
        return None
    ids = await scope.connection.values(
        f'select id from {{ws}}."{object_}" where id > %(after)s order by id limit {CHUNK}', {"after": after}
    )
    await fill_rollups(scope, object_, ids)  # before the records are locked, as writers of their children do
    rows = await scope.connection.rows(
        f'select * from {{ws}}."{object_}" where id = any(%(ids)s) order by id for update', {"ids": ids}
    )
    if rows:
        await _rename(scope, bound, rows)
        await keep_entries(scope, object_, [row["id"] for row in rows])
    if len(ids) == CHUNK:
        last: UUID = ids[-1]
        return last
    await scope.connection.execute(_MADE, {"object": object_, "recipe": _recipe(scope, bound)})
    return None


async def rename(scope: Scope, object_: BoundObject, ids: Sequence[UUID]) -> None:
    """Make the names of records anew, since the names of linked records in them have changed."""
    statement = f'select * from {{ws}}."{object_.name}" where id = any(%(ids)s) order by id for update'
    await _rename(scope, object_, await scope.connection.rows(statement, {"ids": list(ids)}))


async def _rename(scope: Scope, object_: BoundObject, rows: Sequence[dict[str, Any]]) -> None:
    """Names follow from other values: neither version nor journal knows of it."""
    change, linked = Change(scope), await _linked_names(scope, object_, rows)
    named: dict[UUID, str] = {}
    for row in rows:
        labels = {link.name: linked.get(row[link.column], "") for link in title_links(object_)}
        label = label_of(Draft(change, object_, "update", row["id"], old=row, labels=labels))
        if label != row["label"]:
            named[row["id"]] = label
    if named:
        await scope.connection.execute(
            f"""update {{ws}}."{object_.name}" o set label = n.label
                  from unnest(%(ids)s::uuid[], %(labels)s::text[]) as n (id, label) where o.id = n.id""",
            {"ids": list(named), "labels": list(named.values())},
        )


async def _linked_names(scope: Scope, object_: BoundObject, rows: Sequence[dict[str, Any]]) -> dict[UUID, str]:
    found: dict[UUID, str] = {}
    for link in title_links(object_):
        ids = list({row[link.column] for row in rows} - {None})
        statement = f'select id, label from {{ws}}."{link.target}" where id = any(%(ids)s)'
        found |= {row["id"]: row["label"] for row in await scope.connection.rows(statement, {"ids": ids})}
    return found
