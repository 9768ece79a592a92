"""That a request and the raw query it is compared with give the same records in the same order, and the same columns."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from bench.world import Answer

Rows = Sequence[dict[str, Any]]
Agree = Callable[[Answer, Rows, str], None]


def list_agrees(answer: Answer, rows: Rows, name: str) -> None:
    """A list of the API: the same ids, the same columns."""
    data = json.loads(answer.body)["data"]
    _same([record["id"] for record in data], rows, name)
    if data:
        _same_columns(data[0], rows[0], name)


def record_agrees(answer: Answer, rows: Rows, name: str) -> None:
    """One record."""
    record = json.loads(answer.body)
    _same([record["id"]], rows, name)
    _same_columns(record, rows[0], name)


def search_agrees(answer: Answer, rows: Rows, name: str) -> None:
    """Hits: the raw ones come first, what only mentions the words may follow."""
    _same([hit["id"] for hit in json.loads(answer.body)["data"]][: len(rows)], rows, name)


def page_agrees(answer: Answer, rows: Rows, name: str) -> None:
    """A list page."""
    _same(re.findall(r'<tr data-row="([^"]+)"', answer.body.decode()), rows, name)


def board_agrees(answer: Answer, rows: Rows, name: str) -> None:
    """A board, stage by stage."""
    _same(re.findall(r'<h3><a href="/o/[a-z_]+/([^"]+)"', answer.body.decode()), rows, name)


def calendar_agrees(answer: Answer, rows: Rows, name: str) -> None:
    """A calendar, whatever the order that the days give it."""
    found = set(re.findall(r'<a class="k-calev[^"]*" href="/o/[a-z_]+/([^"]+)"', answer.body.decode()))
    _same(sorted(found), sorted(rows, key=lambda row: str(row["id"])), name)


def cards_agree(answer: Answer, rows: Rows, name: str) -> None:
    """The cards of the first page, one after the other."""
    _same(re.findall(r'class="(?:k-cell|font-medium tr block)" href="/o/[a-z_]+/([^"]+)"', answer.body.decode()), rows, name)


def _same(ids: list[str], rows: Rows, name: str) -> None:
    raw = [str(row["id"]) for row in rows]
    if ids != raw:
        place = next((n for n, (a, b) in enumerate(zip(ids, raw, strict=False)) if a != b), min(len(ids), len(raw)))
        raise RuntimeError(f"{name}: {len(ids)} records, raw {len(raw)}; they differ from number {place + 1} on")


def _same_columns(record: dict[str, Any], row: dict[str, Any], name: str) -> None:
    # "object" is the same in all rows, so a hand-written program would not read it.
    own, raw = record.keys() - {"object"}, {column.partition("__")[0] for column in row}
    if own != raw:
        raise RuntimeError(f"{name}: only the request has {sorted(own - raw)}, only the raw query {sorted(raw - own)}")
