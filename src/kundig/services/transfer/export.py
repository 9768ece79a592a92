"""Export: all records that match, page by page. Each page is a transaction of its own under the rights of then.

So no export holds up anything else, and from the moment a right is withdrawn no further record leaves.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal
from uuid import UUID

import msgspec

from kundig.base.database import retrying
from kundig.base.errors import Denied, Invalid
from kundig.base.i18n import t
from kundig.engine.audit import note
from kundig.engine.policy.cursors import Place, read_cursor, write_cursor
from kundig.engine.policy.scope import Scope
from kundig.engine.records.counting import CAP
from kundig.engine.records.ordering import parse_order
from kundig.engine.records.reading import ListQuery, Page, list_records, read_many
from kundig.services.transfer.audit_events import EXPORTED
from kundig.services.transfer.sheets.columns import Column, columns_for
from kundig.services.transfer.sheets.csv_sheet import csv_head, csv_page
from kundig.services.transfer.sheets.workbook import Workbook

Format = Literal["csv", "jsonl", "xlsx"]
FORMATS: tuple[Format, ...] = ("csv", "jsonl", "xlsx")
PAGE = 1000
MEDIA_TYPES = {
    "csv": "text/csv",
    "jsonl": "application/jsonl",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

OpenScope = Callable[[], AbstractAsyncContextManager[Scope]]
"""A new transaction as the one who exports, with the rights of now."""


@dataclass(frozen=True, slots=True)
class Export:
    """A checked export. `localized`: headers, dates, numbers and choices as people read them, in `language`."""

    format: Format
    query: ListQuery
    columns: tuple[Column, ...]
    language: str
    localized: bool
    file_name: str
    ids: tuple[UUID, ...] | None = None
    """The records in their order, where single ones were chosen instead of all that match."""

    @property
    def media_type(self) -> str:
        """For the answer's header."""
        return MEDIA_TYPES[self.format]


async def start_export(
    scope: Scope,
    object_: str,
    format_: str = "csv",
    *,
    where: Any = None,
    fields: list[str] | None = None,
    order: str | None = None,
    localized: bool = False,
    ids: Sequence[UUID] | None = None,
) -> Export:
    """Check an export and note it in the audit trail, in the caller's transaction. With `ids`, of those records only.

    Raises Missing, Denied without the right to export, Invalid for wrong names. Then `export_stream` gives the bytes.
    """
    bound = scope.object(object_)
    _require_export(scope, object_)
    if format_ not in FORMATS:
        raise Invalid.one("format", "bad_value", t("Choose csv, jsonl or xlsx."))
    query = ListQuery(object_, where, fields, order, PAGE)
    columns = columns_for(scope, bound, fields, localized=localized)
    await list_records(scope, ListQuery(object_, where, fields, order, 1))  # what is named wrongly is told before the first byte
    detail = {"format": format_, "fields": fields, "where": where, "order": order} | ({} if ids is None else {"chosen": len(ids)})
    await note(scope.context, EXPORTED, object_=object_, detail=detail)
    chosen = None if ids is None else tuple(ids)
    return Export(
        FORMATS[FORMATS.index(format_)], query, columns, scope.context.language, localized, f"{object_}.{format_}", chosen
    )


def _require_export(scope: Scope, object_: str) -> None:
    if not scope.rights(object_).export:
        raise Denied(t("Your role does not allow exporting {object}.", object=scope.object(object_).definition.label_plural))


async def guessed_size(scope: Scope, export: Export) -> int | None:
    """About how many records there will be; None when that can't be told without counting for long."""
    if export.ids is not None:
        return len(export.ids)
    query = export.query
    found = (await list_records(scope, ListQuery(query.object, query.where, ["id"], limit=1, count="estimate"))).count
    return None if found == CAP else found


async def export_stream(
    open_scope: OpenScope, export: Export, progress: Callable[[int], None] | None = None
) -> AsyncIterator[bytes]:
    """The bytes of an export; `progress` is told how many records have been taken.

    Raises Denied in the middle when the right to export is withdrawn meanwhile.
    """
    pages = _pages(open_scope, export) if progress is None else _told(_pages(open_scope, export), progress)
    if export.format == "jsonl":
        async for page in pages:
            if lines := json_lines(page):
                yield lines
        return
    if export.format == "csv":
        yield csv_head(export.columns, localized=export.localized, language=export.language)
        async for page in pages:
            yield csv_page(export.columns, page.records(), localized=export.localized, language=export.language)
        return
    with Workbook(export.columns) as book:
        async for page in pages:
            book.add(page.records())
        for block in book.blocks():
            yield block


def json_lines(page: Page) -> bytes:
    """A page as one JSON text a line, exactly as PostgreSQL has built them."""
    records = msgspec.json.decode(page.data, type=list[msgspec.Raw])
    return b"".join(bytes(record).replace(b"\n", b" ") + b"\n" for record in records)


async def _told(pages: AsyncIterator[Page], progress: Callable[[int], None]) -> AsyncIterator[Page]:
    """The pages; of each it is told once the next one is asked for."""
    taken = 0
    async for page in pages:
        yield page
        taken += len(page.ids)
        progress(taken)


async def _pages(open_scope: OpenScope, export: Export) -> AsyncIterator[Page]:
    """Page after page. The place of the last one is signed anew for each, since model and policy may have moved."""
    query = export.query
    if export.ids is not None:
        async for page in _chosen(open_scope, query, export.ids):
            yield page
        return
    place: Place | None = None
    while True:
        page, place = await retrying(partial(_page_behind, open_scope, query, place))
        yield page
        if place is None:
            return


async def _page_behind(open_scope: OpenScope, query: ListQuery, place: Place | None) -> tuple[Page, Place | None]:
    """The page behind a place, and its own last place."""
    async with open_scope() as scope:
        bound = scope.object(query.object)
        _require_export(scope, query.object)
        named = [query.object, [key.name for key in parse_order(scope, bound, query.order)], query.where]
        cursor = write_cursor(scope, named, place) if place is not None else None
        page = await list_records(scope, ListQuery(query.object, query.where, query.fields, query.order, PAGE, cursor))
        return page, read_cursor(scope, named, page.next_cursor) if page.next_cursor else None


async def _chosen(open_scope: OpenScope, query: ListQuery, ids: tuple[UUID, ...]) -> AsyncIterator[Page]:
    """The chosen records in their order, as far as they can still be seen."""
    for start in range(0, len(ids), PAGE):
        yield await retrying(partial(_page_of, open_scope, query, ids[start : start + PAGE]))


async def _page_of(open_scope: OpenScope, query: ListQuery, part: tuple[UUID, ...]) -> Page:
    async with open_scope() as scope:
        _require_export(scope, query.object)
        found = await read_many(scope, query.object, part, query.fields)
    there = tuple(id_ for id_ in part if id_ in found)
    return Page(f"[{','.join(found[id_] for id_ in there)}]", ids=there)
