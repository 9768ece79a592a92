"""The rows of an import that failed, as a file to mend and import again: their columns as they were, and what is wrong."""

from __future__ import annotations

import asyncio
import csv
import io
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import islice
from uuid import UUID

from kundig.base.errors import Missing
from kundig.base.i18n import t
from kundig.engine.audit import note
from kundig.engine.policy.scope import Scope
from kundig.services.transfer import store
from kundig.services.transfer.audit_events import ERRORS_DOWNLOADED
from kundig.services.transfer.cells.words import text_of
from kundig.services.transfer.files import Row, read_rows
from kundig.services.transfer.files.recognise import NO_DELIMITER
from kundig.services.transfer.fixes import with_fixes
from kundig.services.transfer.imports import import_state
from kundig.services.transfer.messages import text_from_json

PAGE = 1000


async def errors_file(scope: Scope, id_: UUID) -> AsyncIterator[bytes]:
    """CSV in UTF-8, page by page. Empty but for its header when nothing failed. Raises Missing like `import_state`."""
    await import_state(scope, id_)
    run = await store.read_run(scope.connection, id_)
    if run is None:
        raise Missing
    await note(scope.context, ERRORS_DOWNLOADED, object_=run.order.object, detail={"import": str(id_)})
    heading = t("Error").render(scope.context.language)
    header = run.shape.header[:-1] if run.shape.header[-1] == heading else run.shape.header
    delimiter = ";" if run.shape.delimiter in {"", NO_DELIMITER} else run.shape.delimiter
    yield b"\xef\xbb\xbf" + _written([[*header, heading]], delimiter)
    with tempfile.TemporaryFile() as file:
        await store.copy_file(scope.connection, id_, file)
        rows = read_rows(file, run.shape)
        position = 0
        while messages := await _messages(scope, id_, position):
            found = await with_fixes(scope.connection, id_, await asyncio.to_thread(_rows_of, rows, messages))
            yield _written([_mended(row, len(header), messages[row.number]) for row in found], delimiter)
            position = max(messages)


async def _messages(scope: Scope, id_: UUID, after: int) -> dict[int, str]:
    """What is wrong with the next failed rows, by row."""
    rows = await scope.connection.rows(
        """select row, column_name, message from {ws}.import_error where import = %(id)s and row in (
             select distinct row from {ws}.import_error where import = %(id)s and row > %(after)s order by row limit %(limit)s)
           order by row, place""",
        {"id": id_, "after": after, "limit": PAGE},
    )
    found: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        text = text_from_json(row["message"]).render(scope.context.language)
        found[row["row"]].append(f"{row['column_name']}: {text}" if row["column_name"] else text)
    return {number: " ".join(texts) for number, texts in found.items()}


def _rows_of(rows: Iterator[Row], wanted: dict[int, str]) -> list[Row]:
    return list(islice((row for row in rows if row.number in wanted), len(wanted)))


def _mended(row: Row, width: int, message: str) -> list[str]:
    cells = [text_of(cell) for cell in row.cells]
    return [*(cells + [""] * width)[:width], message]


def _written(rows: Sequence[Sequence[str]], delimiter: str) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(errors="replace")
