"""Rows of a separated text file, one by one with constant memory, whatever is in it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import BinaryIO

from kundig.base.errors import Invalid
from kundig.base.i18n import Text, t

Cell = str | int | float | bool | date | datetime | time
"""Text as it stands in the file; a workbook also has typed cells."""

LONGEST_CELL = 1_000_000
LONGEST_LINE = 4_000_000
csv.field_size_limit(LONGEST_CELL)  # one limit for the whole process: it can't be set for one reader

_NAMES_DELIMITER = re.compile(r'"?sep=([;,\t|])"?', re.IGNORECASE)
_UNREADABLE = re.compile("[\ud800-\udfff]")
"""What `surrogateescape` makes of bytes that don't belong to the encoding."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as a spreadsheet shows it (the header is 1), its cells, and what makes it unreadable, if anything."""

    number: int
    cells: list[Cell]
    fault: Text | None = None


def csv_rows(file: BinaryIO, encoding: str, delimiter: str) -> Iterator[Row]:
    """All rows that aren't blank, the header first. Blank rows count for the numbers, except those above the header."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, errors="surrogateescape" if encoding != "utf-16" else "replace", newline="")
    try:
        yield from _numbered(text, delimiter)
    finally:
        if not file.closed:
            text.detach()


def _numbered(text: io.TextIOWrapper, delimiter: str) -> Iterator[Row]:
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=delimiter)
    number = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            number += 1
            yield Row(number, [], t("This row can't be read: a cell is too long, probably because a quotation mark is missing."))
            continue
        blank = not any(cell and not cell.isspace() for cell in cells)
        if blank and number == 0:
            continue
        number += 1
        if not blank:
            # a whole row is there before the reader asks for another line
            fault = t("This row can't be read: its last quotation mark is never closed.") if lines.ended else unreadable(cells)
            yield Row(number, list(cells), fault)


def named_delimiter(line: str) -> str | None:
    """The separator that a first line `sep=;` names, as spreadsheets write it; it belongs to no row."""
    found = _NAMES_DELIMITER.fullmatch(line.rstrip("\r\n"))
    return found[1] if found else None


def unreadable(cells: list[str]) -> Text | None:
    """The message for a row with bytes that are no letters in the file's encoding."""
    if any(not cell.isascii() and _UNREADABLE.search(cell) for cell in cells):
        return t("This row holds characters that can't be read. Save the file as UTF-8 and import it again.")
    return None


class _Lines:
    """The lines of a file; `ended` once somebody has asked for one behind the last."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self.ended = False
        self._text = text

    def __iter__(self) -> Iterator[str]:
        begun = False
        while line := self._text.readline(LONGEST_LINE):
            if len(line) == LONGEST_LINE and not line.endswith(("\n", "\r")):
                raise Invalid.one("file", "bad_file", t("A line of the file is too long. Is this really a file of rows?"))
            if begun or named_delimiter(line) is None:
                yield line
            begun = True
        self.ended = True
