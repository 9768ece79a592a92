"""Imports as the ways in see them: start one, look at it, stop it, go on with it, get its errors as a file to mend."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from typing import Any, BinaryIO
from uuid import UUID

import msgspec

from kundig.base.errors import Conflict, Invalid, Missing
from kundig.base.i18n import t
from kundig.base.jobs import queue
from kundig.base.uuid7 import uuid7
from kundig.engine.policy.scope import Scope
from kundig.services.transfer import store
from kundig.services.transfer.files import FileShape, count_rows, recognise
from kundig.services.transfer.messages import text_from_json
from kundig.services.transfer.order import ImportOrder
from kundig.services.transfer.plan import make_plan, require_import, require_right
from kundig.services.transfer.pulses import ask_to_stop, forget_pulse

JOB = "transfer.import"
SHOWN_ERRORS = 1000
LARGEST_FILE = 2_000_000_000

_STATE = """
select r.id, r.object, r.file_name, r.created_at, r.by_user, r.request, r.state, r.reason, r.total, r.created, r.updated, r.skipped,
  r.failed, r.position, r.change, exists (
    select from {ws}.change c where c.undoes = r.change and not exists (select from {ws}.change b where b.undoes = c.id)
  ) as undone
from {ws}.import_run r
"""


async def start_import(scope: Scope, order: ImportOrder, file: BinaryIO, file_name: str, *, queued: bool = True) -> UUID:
    """Check an order and its file, keep both and queue the work, all in the caller's transaction; the import's id.

    Raises Invalid (`object`, `mapping`, `mode`, `match`, `file` …) for what can't work, Denied without the right to import.
    `file` must be seekable. With `queued=False` the caller runs it with `run_import`.
    """
    if order.object not in scope.access.objects:
        make_plan(scope, order, ())  # says so before the file is looked at
    shape = await asyncio.to_thread(recognise, file)
    make_plan(scope, order, shape.header)
    digest, size, total = await asyncio.to_thread(_measured, file, shape, order)
    id_, context = uuid7(), scope.context
    await store.insert_run(
        scope.connection,
        {
            "id": id_, "by_kind": context.actor.kind, "by_id": context.actor.id, "by_user": context.actor.user,
            "source": context.source, "object": order.object, "file_name": file_name[:200], "file_size": size, "request": order,
            "shape": shape, "digest": digest, "change": uuid7(), "state": "queued", "total": total,
        },
    )  # fmt: skip
    await store.insert_file(scope.connection, id_, file)
    if queued:
        await queue_import(scope, id_)
    return id_


async def unfinished_import(scope: Scope, order: ImportOrder, file: BinaryIO) -> UUID | None:
    """An import of the same actor with the same order and file that was interrupted, to go on with."""
    shape = await asyncio.to_thread(recognise, file)
    digest, _, _ = await asyncio.to_thread(_measured, file, shape, order)
    found: UUID | None = await scope.connection.value(
        "select id from {ws}.import_run where digest = %(digest)s and state in ('queued', 'running') and source = %(source)s"
        " and by_user is not distinct from %(user)s order by created_at desc limit 1",
        {"digest": digest, "source": scope.context.source, "user": scope.context.actor.user},
    )
    return found


async def import_state(scope: Scope, id_: UUID, *, drafts: bool = False) -> dict[str, Any]:
    """An import as the contract shows it, with up to 1,000 errors.

    Raises Missing for drafts unless these are asked for too, and unless it is the actor's own or theirs to see.
    """
    row = await _own(scope, id_)
    if row["state"] == "draft" and not drafts:
        raise Missing
    errors = await scope.connection.rows(
        "select row, column_name, value, message from {ws}.import_error where import = %(id)s order by row, place limit %(limit)s",
        {"id": id_, "limit": SHOWN_ERRORS},
    )
    language = scope.context.language
    shown = [{**summary(row), "reason": text_from_json(row["reason"]).render(language) if row["reason"] else None}]
    shown[0]["errors"] = [
        {
            "row": error["row"], "column": error["column_name"], "value": error["value"],
            "message": text_from_json(error["message"]).render(language),
        }
        for error in errors
    ]  # fmt: skip
    return shown[0]


async def list_imports(scope: Scope, limit: int = 50) -> list[dict[str, Any]]:
    """The actor's latest imports (all but others' drafts for who may manage data), newest first, without their errors."""
    rows = await scope.connection.rows(
        f"{_STATE} where %(all)s and r.state <> 'draft' or r.by_user is not distinct from %(user)s"
        " order by r.created_at desc limit %(limit)s",
        {"all": _sees_all(scope), "user": scope.context.actor.user, "limit": limit},
    )
    return [summary(row) for row in rows]


def summary(row: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of an import."""
    changes = bool(row["created"] or row["updated"]) and not row["request"].get("dry_run")
    return {
        "id": str(row["id"]),
        "object": row["object"],
        "file": row["file_name"],
        "created_at": row["created_at"],
        "mode": row["request"].get("mode", "create"),
        "dry_run": row["request"].get("dry_run", False),
        "state": "undone" if row["undone"] and row["state"] == "done" else row["state"],
        "total": row["total"],
        **{name: row[name] for name in ("created", "updated", "skipped", "failed")},
        "change": str(row["change"]) if changes else None,
    }


async def cancel_import(scope: Scope, id_: UUID) -> None:
    """Stop an import after its current chunk; what it has brought in stays and can be undone.

    Raises Missing like `import_state`, Denied without the right to import, Conflict when it is over.
    """
    row = await _own(scope, id_)
    require_right(scope, row["object"])
    if row["state"] not in {"queued", "running"}:
        raise Conflict(t("This import is over."))
    if row["request"].get("dry_run"):
        await ask_to_stop(scope.connection, id_)
        free = await scope.connection.value(
            "select true from {ws}.import_run where id = %(id)s for update skip locked", {"id": id_}
        )
        if not free:
            return
    await store.finish(scope.connection, id_, "failed", t("The import was stopped."))


async def resume_import(scope: Scope, id_: UUID) -> None:
    """Go on with an import that was stopped or could not go on, behind the last row that it reached.

    Raises Missing like `import_state`, Denied without the right to import, ProofNeeded, Conflict unless it has stopped.
    """
    row = await _own(scope, id_)
    require_import(scope, row["object"])
    if row["state"] != "failed":
        raise Conflict(t("Only an import that has stopped can go on."))
    await forget_pulse(scope.connection, id_)
    await scope.connection.execute(
        "update {ws}.import_run set state = 'queued', reason = null, ended_at = null where id = %(id)s", {"id": id_}
    )
    await queue_import(scope, id_)


async def _own(scope: Scope, id_: UUID) -> dict[str, Any]:
    row = await scope.connection.row(f"{_STATE} where r.id = %(id)s", {"id": id_})
    if row is None or not (_sees_all(scope) or (row["by_user"] is not None and row["by_user"] == scope.context.actor.user)):
        raise Missing
    return row


def _sees_all(scope: Scope) -> bool:
    return scope.may("manage_data")


async def queue_import(scope: Scope, id_: UUID) -> None:
    """A worker does it, or goes on with it."""
    await queue(scope.connection, JOB, {"id": str(id_)}, actor=scope.context.actor, lock=f"import:{id_}")


def _measured(file: BinaryIO, shape: FileShape, order: ImportOrder) -> tuple[bytes, int, int]:
    """A hash of file and order, the file's size, and how many rows it has."""
    digest = hashlib.sha256(msgspec.json.encode(order, order="deterministic"))
    file.seek(0)
    size = 0
    while block := file.read(1 << 20):
        digest.update(block)
        size += len(block)
    if size > LARGEST_FILE:
        raise Invalid.one("file", "too_large", t("The file is too large."))
    return digest.digest(), size, count_rows(file, shape)
