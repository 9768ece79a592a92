"""Planning, applying and rolling back configuration: as a whole, under a lock, in one transaction of the owner."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from kundig.base.context import Actor, Context, Workspace
from kundig.base.database import Connection
from kundig.base.database.workspaces import bump_version, version_of
from kundig.base.errors import Conflict, Missing, Overtaken
from kundig.base.i18n import t
from kundig.base.uuid7 import uuid7
from kundig.engine.audit import Noted, note_all
from kundig.engine.audit.events import CONFIGURATION_TAKEN_BACK, CONFIGURED, RIGHTS_CONFIGURED
from kundig.engine.configuration.differences import Difference, differences, revisions_between
from kundig.engine.configuration.documents import Document
from kundig.engine.configuration.store import TAKEN_BACK, Revision, revisions_of, stored_documents, write_revisions

Realise = Callable[[Connection, Workspace, Sequence[Document]], Awaitable[None]]
"""Checks all documents together and changes tables and what else follows from them (wiring knows how); raises what is wrong."""

_LOCK = "select pg_advisory_xact_lock(hashtextextended('kundig configuration ' || %(schema)s, 0))"
_KEPT_BESIDE = ("language", "time_zone", "region", "currency")
"""Settings that stand in the directory of workspaces too, for those who look them up without the documents."""
_OF_RIGHTS = frozenset({"role", "sharing_rule", "sign_in_provider"})
"""Kinds of documents from which follows who may do what, and who gets in."""
_MOST_NAMED = 50
"""Documents that an event of the audit trail names; the history names all."""
_SETTINGS = """
update kundig.workspace set language = coalesce(%(language)s, language), time_zone = coalesce(%(time_zone)s, time_zone),
  region = coalesce(%(region)s, region), currency = coalesce(%(currency)s, currency)
where schema = %(schema)s
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be done; `id` names it in the history once it is applied."""

    id: UUID
    revisions: tuple[Revision, ...]

    @property
    def differences(self) -> list[Difference]:
        """The same, value by value."""
        return differences(self.revisions)


async def plan(connection: Connection, incoming: Sequence[Document], *, whole: bool = False) -> Plan:
    """What applying the documents would change. With `whole` they are all there should be: others are removed."""
    present = await stored_documents(connection)
    kept = [] if whole else [document for document in present if document.key not in {d.key for d in incoming}]
    return Plan(uuid7(), tuple(revisions_between(present, [*kept, *incoming])))


def documents_after(present: Sequence[Document], made: Plan) -> list[Document]:
    """The documents that there would be."""
    bodies = {document.key: document.body for document in present} | {(r.kind, r.name): r.new for r in made.revisions}
    return [Document(kind, name, body) for (kind, name), body in bodies.items() if body is not None]


async def apply(
    connection: Connection,
    workspace: Workspace,
    incoming: Sequence[Document],
    realise: Realise,
    *,
    by: Actor,
    address: str | None = None,
    note: str | None = None,
    whole: bool = False,
    version: int | None = None,
) -> Plan:
    """Apply documents, tables included, and tell all processes. Nothing is changed if anything is wrong.

    `connection` is a transaction of the owner in the workspace; repeat it when it could not get a lock in time. `address` is where
    the request of `by` came from. `version` is that of the configuration that the documents were made from; raises Overtaken if it
    is another one by now.
    """
    await connection.execute(_LOCK, {"schema": workspace.schema})
    if version is not None and version != await version_of(connection, workspace):
        raise Overtaken
    made = await plan(connection, incoming, whole=whole)
    made = replace(made, revisions=tuple(_from_the_beginning(workspace, revision) for revision in made.revisions))
    await _carry_out(connection, workspace, made, realise, by, note)
    await note_all(Context(connection, workspace, by, "config", address=address), list(_noted(made, note)))
    return made


def back(done: Sequence[Revision]) -> Plan:
    """The plan that undoes what a plan did."""
    return Plan(uuid7(), tuple(Revision(r.kind, r.name, r.new, r.old) for r in reversed(done)))


async def rollback(
    connection: Connection, workspace: Workspace, plan_id: UUID, realise: Realise, *, by: Actor, address: str | None = None
) -> Plan:
    """Undo an applied plan as a whole, as a plan of its own; raises Missing, or Conflict if its documents changed since."""
    await connection.execute(_LOCK, {"schema": workspace.schema})
    done = await revisions_of(connection, plan_id)
    if not done:
        raise Missing(t("There is no applied plan {plan}.", plan=str(plan_id)))
    present = {document.key: document.body for document in await stored_documents(connection)}
    changed = [f"{r.kind} {r.name}" for r in done if present.get((r.kind, r.name)) != r.new]
    if changed:
        raise Conflict(
            t("These documents were changed since: {documents}. Roll back the later plans first.", documents=", ".join(changed))
        )
    made = back(done)
    await _carry_out(connection, workspace, made, realise, by, f"{TAKEN_BACK}{plan_id}")
    context = Context(connection, workspace, by, "config", address=address)
    await note_all(context, [Noted(CONFIGURATION_TAKEN_BACK, detail={"plan": str(plan_id), **_documents(made.revisions)})])
    return made


def _noted(made: Plan, note: str | None) -> Iterator[Noted]:
    """The events of a plan: what it changed of rights, and all else that it changed."""
    why = {} if note is None else {"why": note}
    for event, rights in ((RIGHTS_CONFIGURED, True), (CONFIGURED, False)):
        revisions = [revision for revision in made.revisions if (revision.kind in _OF_RIGHTS) is rights]
        if revisions:
            yield Noted(event, detail={"plan": str(made.id), **why, **_documents(revisions)})


def _documents(revisions: Sequence[Revision]) -> dict[str, Any]:
    return {"count": len(revisions), "documents": [f"{revision.kind} {revision.name}" for revision in revisions[:_MOST_NAMED]]}


def _from_the_beginning(workspace: Workspace, revision: Revision) -> Revision:
    """The first settings that are written replace those that the workspace was made with: these come back when it is undone."""
    if revision.kind != "workspace":
        return revision
    if revision.old is None:
        return replace(revision, old={key: getattr(workspace, key) for key in _KEPT_BESIDE})
    first = [key for key in _KEPT_BESIDE if key in (revision.new or {}) and key not in revision.old]
    return replace(revision, old={**revision.old, **{key: getattr(workspace, key) for key in first}})


async def _carry_out(
    connection: Connection, workspace: Workspace, made: Plan, realise: Realise, by: Actor, note: str | None
) -> None:
    if not made.revisions:
        return
    await write_revisions(connection, made.id, made.revisions, by, note)
    documents = await stored_documents(connection)
    settings: dict[str, Any] = next((dict(d.body) for d in documents if d.kind == "workspace"), {})
    values = {key: settings.get(key) for key in _KEPT_BESIDE}
    await connection.execute(_SETTINGS, {**values, "schema": workspace.schema})
    await realise(connection, workspace, documents)
    await bump_version(connection, workspace)
