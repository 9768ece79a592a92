"""The audit trail as a file: noted in it, then read page by page, each under the rights of then, like every export."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from kundig.base.errors import Invalid
from kundig.base.i18n import t
from kundig.engine.audit import note
from kundig.engine.history.journal import actor_link
from kundig.engine.history.trail import TrailQuery, read_trail
from kundig.engine.history.trail_words import TrailWords
from kundig.engine.policy.cursors import Place
from kundig.engine.policy.scope import Scope
from kundig.services.transfer.audit_events import TRAIL_EXPORTED
from kundig.services.transfer.export import MEDIA_TYPES, OpenScope
from kundig.services.transfer.sheets.guard import guarded

TrailFormat = Literal["csv", "jsonl"]
TRAIL_FORMATS: tuple[TrailFormat, ...] = ("csv", "jsonl")
PAGE = 1000
_COLUMNS = (
    "id", "at", "who", "by", "by_kind", "token", "token_id", "event", "what", "more", "object", "record", "record_id", "address",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TrailExport:
    """An export of the trail that has been checked and noted."""

    query: TrailQuery
    format: TrailFormat

    @property
    def file_name(self) -> str:
        """What the file is called."""
        return f"audit.{self.format}"

    @property
    def media_type(self) -> str:
        """For the answer's header."""
        return MEDIA_TYPES[self.format]


async def start_trail_export(scope: Scope, query: TrailQuery, format_: str) -> TrailExport:
    """Check an export and note it, in the caller's transaction. Raises Denied without the right, Invalid."""
    if format_ not in TRAIL_FORMATS:
        raise Invalid.one("format", "bad_value", t("Choose csv or jsonl."))
    await read_trail(scope, query, limit=1)
    detail: dict[str, Any] = {"format": format_, **query.given}
    if query.person is not None:
        detail["person"] = actor_link(scope, query.person)
    await note(scope.context, TRAIL_EXPORTED, detail=detail)
    return TrailExport(query, TRAIL_FORMATS[TRAIL_FORMATS.index(format_)])


async def trail_stream(open_scope: OpenScope, export: TrailExport) -> AsyncIterator[bytes]:
    """The bytes of an export, the newest event first."""
    if export.format == "csv":
        yield _csv([_COLUMNS])
    after: Place | None = None
    while True:
        async with open_scope() as scope:
            page = await read_trail(scope, export.query, limit=PAGE, after=after)
            words = TrailWords(scope)
            lines = _csv(_row(words, entry) for entry in page.entries) if export.format == "csv" else _json(page.entries)
        yield lines
        after = page.last
        if after is None:
            return


def _json(entries: Iterable[Mapping[str, Any]]) -> bytes:
    return b"".join(msgspec.json.encode(entry) + b"\n" for entry in entries)


def _row(words: TrailWords, entry: Mapping[str, Any]) -> tuple[str, ...]:
    by, token, record = entry["by"] or {}, entry["token"] or {}, entry["record"] or {}
    more = "; ".join(f"{label}: {value}" for label, value in words.more(entry))
    return (
        entry["id"], entry["at"], words.who(entry), by.get("id", ""), entry["by_kind"], token.get("name", ""), token.get("id", ""),
        entry["event"], words.what(entry), more, entry["object"] or "", record.get("label", ""), record.get("id", ""),
        entry["address"] or "",
    )  # fmt: skip


def _csv(rows: Iterable[tuple[str, ...]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([guarded(cell) for cell in row] for row in rows)
    return text.getvalue().encode()
