"""What a file is: workbook or separated text, its encoding and separator, its header. Nobody has to say it."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections import Counter
from collections.abc import Mapping
from itertools import islice
from typing import BinaryIO, Literal

import msgspec

from kundig.base.errors import Invalid
from kundig.base.i18n import t
from kundig.services.transfer.files.csv_rows import Cell, csv_rows, named_delimiter
from kundig.services.transfer.files.encodings import recognise_encoding
from kundig.services.transfer.files.workbook import is_workbook, workbook_rows

DELIMITERS = (";", ",", "\t", "|")
NO_DELIMITER = "\x1f"
"""For files of one column, whose cells may hold any of the usual separators."""
MOST_COLUMNS = 1000
_SAMPLE = 64 * 1024


class FileShape(msgspec.Struct, frozen=True):
    """What is needed to read a file: `header` holds its columns, trimmed, in order; without names they are called A, B, C."""

    format: Literal["csv", "xlsx"]
    header: tuple[str, ...]
    encoding: str = ""
    delimiter: str = ""
    headed: bool = True
    """Whether the first row holds the names of the columns."""
    sheet: str = ""
    """Of a workbook; empty for its first one."""

    @property
    def before(self) -> int:
        """The number of the row above the first one with data."""
        return 1 if self.headed else 0


def recognise(file: BinaryIO, given: Mapping[str, str] | None = None) -> FileShape:
    """The shape of a file; raises Invalid (`file`) for what is no file of rows.

    What somebody has `given` (`encoding`, `delimiter`, `headed`, `sheet`) is not recognised but taken; nobody has to: then the
    first row is the header.
    """
    given = given or {}
    headed, sheet = given.get("headed", "yes") != "no", given.get("sheet", "")
    if is_workbook(file):
        first = next(workbook_rows(file, sheet), None)
        return FileShape("xlsx", _header(first.cells if first else [], headed=headed), headed=headed, sheet=sheet)
    encoding = given.get("encoding") or recognise_encoding(file)
    delimiter = given.get("delimiter") or recognise_delimiter(_sample(file, encoding))
    first = next(csv_rows(file, encoding, delimiter), None)
    cells = first.cells if first and not first.fault else []
    return FileShape("csv", _header(cells, headed=headed), encoding, delimiter, headed)


def recognise_delimiter(sample: str) -> str:
    """The separator that the first line names, else the one with which the rows of a sample are widest and most alike."""
    if (named := named_delimiter(sample.partition("\n")[0])) is not None:
        return named
    best, best_score = NO_DELIMITER, (0.0, 0)
    for delimiter in DELIMITERS:
        widths = _widths(sample, delimiter)
        if not widths or widths[0] < 2:
            continue
        score = (Counter(widths)[widths[0]] / len(widths), widths[0])
        # a row may lack its last cells, so being alike decides only where it clearly differs
        if (round(score[0], 1), score[1]) > (round(best_score[0], 1), best_score[1]):
            best, best_score = delimiter, score
    return best


def header_name(cell: Cell) -> str:
    """A column's name as mappings write it."""
    return unicodedata.normalize("NFC", str(cell)).strip()


def letters(index: int) -> str:
    """The name of a column as spreadsheets count them: A, B, … Z, AA."""
    name = ""
    while index >= 0:
        name, index = chr(ord("A") + index % 26) + name, index // 26 - 1
    return name


def _header(cells: list[Cell], *, headed: bool = True) -> tuple[str, ...]:
    names = [header_name(cell) for cell in cells] if headed else [letters(index) for index in range(len(cells))]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise Invalid.one("file", "bad_file", t("The file has no rows. Its first row must hold the names of the columns."))
    if any("\0" in name for name in names):
        raise Invalid.one("file", "bad_file", t("This is no file of rows: give a CSV file or an Excel workbook."))
    if len(names) > MOST_COLUMNS:
        raise Invalid.one("file", "bad_file", t("The file has more than {max} columns.", max=MOST_COLUMNS))
    return tuple(names)


def _sample(file: BinaryIO, encoding: str) -> str:
    """The beginning of the file, cut at its last whole line."""
    file.seek(0)
    start = file.read(_SAMPLE)
    text = start.decode(encoding, errors="ignore")
    return text if len(start) < _SAMPLE or "\n" not in text else text[: text.rindex("\n")]


def _widths(sample: str, delimiter: str) -> list[int]:
    try:
        rows = list(islice((row for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter) if row), 100))
    except csv.Error:
        return []
    return [len(row) for row in rows]
