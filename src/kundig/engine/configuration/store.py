"""Documents and their history in the database of a workspace."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from kundig.base.context import Actor
from kundig.base.database import Connection
from kundig.engine.configuration.documents import KINDS, Document

TAKEN_BACK = "rollback "
"""What the note of a plan begins with that undoes another, before the id of that one."""
_BACK = re.compile(rf"{TAKEN_BACK}([0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}})")

_PUT = """
insert into {ws}.document (kind, name, body) values (%(kind)s, %(name)s, %(new)s::jsonb)
on conflict (kind, name) do update set body = excluded.body, updated_at = now()
"""
_REMOVE = "delete from {ws}.document where kind = %(kind)s and name = %(name)s"
_NOTE = """
insert into {ws}.document_revision (plan, kind, name, old, new, by_kind, by_id, note)
values (%(plan)s, %(kind)s, %(name)s, %(old)s::jsonb, %(new)s::jsonb, %(by_kind)s, %(by_id)s, %(note)s)
"""
_PLANS = """
select plan, min(at) as at, min(by_kind) as by_kind, (array_agg(by_id))[1] as by_id, min(note) as note,
  array_agg(kind || ' ' || name order by id) as documents
from {ws}.document_revision group by plan order by min(id) desc limit %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Revision:
    """What an applied plan did to one document; None: it was not there."""

    kind: str
    name: str
    old: Mapping[str, Any] | None
    new: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Applied:
    """An applied plan: when, by whom, why, and the documents it touched."""

    plan: UUID
    at: datetime
    by_kind: str
    by_id: UUID | None
    note: str | None
    documents: tuple[str, ...]

    @property
    def takes_back(self) -> UUID | None:
        """The plan that this one undoes."""
        found = _BACK.fullmatch(self.note or "")
        return UUID(found[1]) if found else None


async def company_of(connection: Connection) -> str:
    """What the company of the connection's workspace is called; empty as long as nobody has said it."""
    return await connection.value("select body ->> 'company' from {ws}.document where kind = 'workspace'") or ""


async def stored_documents(connection: Connection) -> list[Document]:
    """All own documents of the workspace, those first that others build on."""
    rows = await connection.rows("select kind, name, body from {ws}.document order by name")
    found = [Document(row["kind"], row["name"], row["body"]) for row in rows]
    order = list(KINDS)
    return sorted(found, key=lambda document: (order.index(document.kind), document.name))


async def write_revisions(connection: Connection, plan: UUID, revisions: Sequence[Revision], by: Actor, note: str | None) -> None:
    """Store the documents as the revisions leave them, and the revisions as history."""
    for revision in revisions:
        values = {
            "plan": plan,
            "kind": revision.kind,
            "name": revision.name,
            "old": _json(revision.old),
            "new": _json(revision.new),
            "by_kind": by.kind,
            "by_id": by.user or by.id,
            "note": note,
        }
        await connection.execute(_REMOVE if revision.new is None else _PUT, values)
        await connection.execute(_NOTE, values)


async def revisions_of(connection: Connection, plan: UUID) -> list[Revision]:
    """What a plan did, in its order; empty if there is no such plan."""
    rows = await connection.rows(
        "select kind, name, old, new from {ws}.document_revision where plan = %(plan)s order by id", {"plan": plan}
    )
    return [Revision(row["kind"], row["name"], row["old"], row["new"]) for row in rows]


async def history(connection: Connection, limit: int = 100) -> list[Applied]:
    """The plans applied, the latest first."""
    rows = await connection.rows(_PLANS, {"limit": limit})
    return [Applied(r["plan"], r["at"], r["by_kind"], r["by_id"], r["note"], tuple(r["documents"])) for r in rows]


def _json(body: Mapping[str, Any] | None) -> str | None:
    return None if body is None else msgspec.json.encode(body).decode()
