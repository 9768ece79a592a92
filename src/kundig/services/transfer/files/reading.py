"""The data rows of a file whose shape is known."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

from kundig.services.transfer.files.csv_rows import Row, csv_rows
from kundig.services.transfer.files.recognise import FileShape
from kundig.services.transfer.files.workbook import workbook_rows


def read_rows(file: BinaryIO, shape: FileShape, after: int = 0) -> Iterator[Row]:
    """The rows whose number is above `after`, without the header. The file must stay open and untouched meanwhile."""
    rows = workbook_rows(file, shape.sheet) if shape.format == "xlsx" else csv_rows(file, shape.encoding, shape.delimiter)
    return (row for row in islice(rows, shape.before, None) if row.number > after)


def count_rows(file: BinaryIO, shape: FileShape) -> int:
    """How many rows there are to import: one pass over the file."""
    return sum(1 for _ in read_rows(file, shape))
