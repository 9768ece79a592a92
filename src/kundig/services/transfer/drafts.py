"""Imports in preparation: kept with their file from the first moment, so that nothing is lost by a reload or a step back.

A draft becomes a trial (`rehearse`), goes back to being a draft with every change, and is at last done in earnest (`launch`).
It is one import with one id all the way.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from kundig.base.errors import Conflict, Invalid, Missing
from kundig.base.i18n import t
from kundig.base.uuid7 import uuid7
from kundig.engine.policy.scope import Scope
from kundig.services.transfer import store
from kundig.services.transfer.files import FileShape, count_rows, recognise
from kundig.services.transfer.imports import LARGEST_FILE, queue_import
from kundig.services.transfer.offers import makes_missing
from kundig.services.transfer.order import ImportOrder, Rule
from kundig.services.transfer.plan import make_plan, require_import
from kundig.services.transfer.previews import forget_samples
from kundig.services.transfer.pulses import forget_pulse
from kundig.services.transfer.remembered import remembered
from kundig.services.transfer.store import Run
from kundig.services.transfer.survey import Survey, distinct, seems_headed, survey_file
from kundig.services.transfer.wishes import suggested

_READ = "select file_name, survey from {ws}.import_run where id = %(id)s"
_AGAIN = """
update {ws}.import_run set state = %(state)s, request = %(request)s, created = 0, updated = 0, skipped = 0, failed = 0, round = 0,
  position = 0, is_last = false, reason = null, started_at = null, ended_at = null where id = %(id)s
"""


@dataclass(frozen=True, slots=True)
class Draft:
    """An import in preparation, or one that was tried."""

    run: Run
    survey: Survey
    file_name: str

    @property
    def order(self) -> ImportOrder:
        """What it is to do."""
        return self.run.order


async def begin_draft(scope: Scope, object_: str, file: BinaryIO, file_name: str) -> UUID:
    """Keep a file with what is recognised in it, and with the mapping that was used before or is suggested; the draft's id.

    Raises Invalid (`file`) for what is no file of rows, Denied without the right to import.
    """
    require_import(scope, object_)
    shape, survey, total, size = await asyncio.to_thread(_looked_at, file, None)
    id_, context = uuid7(), scope.context
    await store.insert_run(
        scope.connection,
        {
            "id": id_, "by_kind": context.actor.kind, "by_id": context.actor.id, "by_user": context.actor.user,
            "source": context.source, "object": object_, "file_name": file_name[:200], "file_size": size,
            "request": await _first_order(scope, object_, shape, survey), "shape": shape, "survey": survey, "digest": b"",
            "change": uuid7(), "state": "draft", "total": total,
        },
    )  # fmt: skip
    await store.insert_file(scope.connection, id_, file)
    return id_


async def read_draft(scope: Scope, id_: UUID) -> Draft:
    """A draft or a trial of the actor's own. Raises Missing, also for imports that were done."""
    run = await store.read_run(scope.connection, id_)
    row = await scope.connection.row(_READ, {"id": id_})
    if run is None or row is None or not run.order.dry_run or run.actor.user != scope.context.actor.user:
        raise Missing
    survey = msgspec.convert(row["survey"], Survey) if row["survey"] else (await _read_again(scope, run, None))[1]
    return Draft(run, survey, row["file_name"])


async def change_order(scope: Scope, id_: UUID, order: ImportOrder) -> None:
    """Keep what was chosen, whether it can work already or not. What a trial has shown holds no longer."""
    run = (await changeable(scope, id_)).run
    if order == run.order and run.state == "draft":
        return
    await _begin_anew(scope, id_, msgspec.structs.replace(order, dry_run=True), "draft")


async def reshape(scope: Scope, id_: UUID, given: Mapping[str, str]) -> None:
    """Read the file in another way. Columns that are called as before keep what they fill; mended cells are forgotten."""
    run = (await changeable(scope, id_)).run
    shape, survey, total = await _read_again(scope, run, given)
    order = run.order
    if shape.header != run.shape.header:
        first = await _first_order(scope, order.object, shape, survey)
        kept = {column: rules for column, rules in order.mapping.items() if column in shape.header}
        order = msgspec.structs.replace(order, mapping={**first.mapping, **kept})
    await _begin_anew(scope, id_, order, "draft")
    await scope.connection.execute("delete from {ws}.import_fix where import = %(id)s", {"id": id_})
    await scope.connection.execute(
        "update {ws}.import_run set shape = %(shape)s, survey = %(survey)s, total = %(total)s where id = %(id)s",
        {"id": id_, "shape": _json(shape), "survey": _json(survey), "total": total},
    )


async def choose_object(scope: Scope, id_: UUID, object_: str) -> None:
    """Say that the file holds something else; columns are mapped anew."""
    draft = await changeable(scope, id_)
    require_import(scope, object_)
    await _begin_anew(scope, id_, await _first_order(scope, object_, draft.run.shape, draft.survey), "draft")
    await scope.connection.execute(
        "update {ws}.import_run set object = %(object)s where id = %(id)s", {"id": id_, "object": object_}
    )


async def suggest_anew(scope: Scope, id_: UUID) -> None:
    """Forget what was chosen and what was used before: begin with what the headings say."""
    draft = await read_draft(scope, id_)
    order = draft.order
    mapping = _suggestion(scope, order.object, draft.run.shape)
    await change_order(scope, id_, ImportOrder(order.object, mapping, language=order.language, dates=order.dates, dry_run=True))


async def rehearse(scope: Scope, id_: UUID) -> None:
    """Try it: the whole work, taken back. Raises Invalid with what can't work at all."""
    run = (await changeable(scope, id_)).run
    make_plan(scope, run.order, run.shape.header)
    await _begin_anew(scope, id_, run.order, "queued")
    await queue_import(scope, id_)


async def launch(scope: Scope, id_: UUID) -> None:
    """Do it in earnest. Raises Invalid with what can't work, Missing if the file was forgotten meanwhile."""
    run = (await changeable(scope, id_)).run
    make_plan(scope, run.order, run.shape.header)
    if not await scope.connection.value("select exists (select from {ws}.import_part where import = %(id)s)", {"id": id_}):
        raise Missing(t("The file is kept for a month only. Please choose it again."))
    await _begin_anew(scope, id_, msgspec.structs.replace(run.order, dry_run=False), "queued")
    await queue_import(scope, id_)


async def discard(scope: Scope, id_: UUID) -> None:
    """Forget a draft with its file."""
    await changeable(scope, id_)
    await forget_pulse(scope.connection, id_)
    await scope.connection.execute("delete from {ws}.import_run where id = %(id)s", {"id": id_})


async def changeable(scope: Scope, id_: UUID) -> Draft:
    """The draft, held until the transaction ends. A trial that is under way holds it itself, and is never waited for."""
    free = await scope.connection.value(
        "select true from {ws}.import_run where id = %(id)s and state in ('draft', 'done', 'failed') for update skip locked",
        {"id": id_},
    )
    draft = await read_draft(scope, id_)
    if not free:
        raise Conflict(t("The trial is under way. Stop it first."))
    return draft


async def _begin_anew(scope: Scope, id_: UUID, order: ImportOrder, state: str) -> None:
    connection = scope.connection
    await connection.execute(_AGAIN, {"id": id_, "request": _json(order), "state": state})
    for table in ("import_late", "import_error"):
        await connection.execute(f"delete from {{ws}}.{table} where import = %(id)s", {"id": id_})
    await forget_samples(connection, id_)
    await forget_pulse(connection, id_)


async def _first_order(scope: Scope, object_: str, shape: FileShape, survey: Survey) -> ImportOrder:
    """What to begin with: as it was done before with the same headings, else as these suggest."""
    before = await remembered(scope, object_, shape.header)
    if before is not None and before.order.mapping:
        # the same columns may come from a program that writes figures in another way
        style = {"language": survey.language, "dates": survey.dates} if survey.language else {}
        return msgspec.structs.replace(before.order, **style)
    language = survey.language or ("en" if scope.context.language == "en" else "de")
    return ImportOrder(object_, _suggestion(scope, object_, shape), language=language, dates=survey.dates, dry_run=True)


def _suggestion(scope: Scope, object_: str, shape: FileShape) -> dict[str, tuple[Rule, ...]]:
    bound = scope.object(object_)
    return {
        column: (Rule(field, create=makes_missing(scope, bound, field)),)
        for column, field in suggested(scope, object_, shape.header).items()
    }


async def _read_again(scope: Scope, run: Run, given: Mapping[str, str] | None) -> tuple[FileShape, Survey, int]:
    with tempfile.TemporaryFile() as file:
        await store.copy_file(scope.connection, run.id, file)
        if not file.tell():
            raise Missing(t("The file is kept for a month only. Please choose it again."))
        if given is None:
            return run.shape, await asyncio.to_thread(survey_file, file, run.shape), run.total
        shape, survey, total, _ = await asyncio.to_thread(_looked_at, file, given)
        return shape, survey, total


def _looked_at(file: BinaryIO, given: Mapping[str, str] | None) -> tuple[FileShape, Survey, int, int]:
    """Shape, survey, number of rows and size of a file. Whether it has headings is recognised unless it is given."""
    size = file.seek(0, 2)
    if size > LARGEST_FILE:
        raise Invalid.one("file", "too_large", t("The file is too large."))
    shape = recognise(file, given)
    if given is None and not seems_headed(shape.header):
        shape = recognise(file, {"headed": "no"})
    shape = msgspec.structs.replace(shape, header=distinct(shape.header))
    return shape, survey_file(file, shape), count_rows(file, shape), size


def _json(value: Any) -> Jsonb:
    return Jsonb(msgspec.to_builtins(value))
