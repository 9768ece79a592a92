"""What a file is: workbook or separated text, its encoding and separator, its header. Nobody has to say it."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections import Counter
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
    """What is needed to read a file: `header` holds its columns, trimmed, in order."""

    format: Literal["csv", "xlsx"]
    header: tuple[str, ...]
    encoding: str = ""
    delimiter: str = ""


def recognise(file: BinaryIO) -> FileShape:
    """The shape of a file; raises Invalid (`file`) for what is no file of rows."""
    if is_workbook(file):
        first = next(workbook_rows(file), None)
        return FileShape("xlsx", _header(first.cells if first else []))
    encoding = recognise_encoding(file)
    delimiter = recognise_delimiter(_sample(file, encoding))
    first = next(csv_rows(file, encoding, delimiter), None)
    header = first.cells if first and not first.fault else []
    return FileShape("csv", _header(header), encoding, delimiter)


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


def _header(cells: list[Cell]) -> tuple[str, ...]:
    names = [header_name(cell) for cell in cells]
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
