"""Rows as a workbook (XLSX), written with constant memory into a file that vanishes with the process."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from types import TracebackType
from typing import Any, Self

import xlsxwriter

from kundig.services.transfer.sheets.columns import Column, Flat
from kundig.services.transfer.sheets.guard import guarded

MOST_ROWS = 1_048_576
LONGEST = 32_767
"""What a sheet and a cell can hold; more rows go on the next sheet, more text is cut."""
_EXACT_DIGITS = 15
_OPTIONS = {
    "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd", "remove_timezone": True,
}  # fmt: skip


class Workbook:
    """A workbook that grows row by row. Texts are written as texts, never as formulas or links."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self._book = xlsxwriter.Workbook(self._file, _OPTIONS)
        self._moment = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._bold = self._book.add_format({"bold": True})
        self._row = MOST_ROWS
        self._sheet: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()

    def add(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Some more rows."""
        for record in records:
            if self._row == MOST_ROWS:
                self._begin_sheet()
            for number, column in enumerate(self._columns):
                self._write(number, column.take(record.get(column.name)))
            self._row += 1

    def blocks(self, size: int = 1 << 16) -> Iterator[bytes]:
        """The finished file. Nothing can be added after."""
        if self._sheet is None:
            self._begin_sheet()
        self._book.close()
        self._file.seek(0)
        while block := self._file.read(size):
            yield block

    def _begin_sheet(self) -> None:
        self._sheet = self._book.add_worksheet()
        self._sheet.freeze_panes(1, 0)
        for number, column in enumerate(self._columns):
            self._sheet.write_string(0, number, guarded(column.header)[:LONGEST], self._bold)
        self._row = 1

    def _write(self, column: int, value: Flat) -> None:
        if value is None or value == "":
            return
        if isinstance(value, bool):
            self._sheet.write_boolean(self._row, column, value)
        elif isinstance(value, Decimal):
            exact = len(value.as_tuple().digits) <= _EXACT_DIGITS
            if exact:
                self._sheet.write_number(self._row, column, float(value))
            else:
                self._sheet.write_string(self._row, column, format(value, "f"))
        elif isinstance(value, datetime):
            self._sheet.write_datetime(self._row, column, value, self._moment)
        elif isinstance(value, date) and value.year >= 1900:  # spreadsheets know no days before
            self._sheet.write_datetime(self._row, column, value)
        else:
            text = value if isinstance(value, str) else value.isoformat()
            self._sheet.write_string(self._row, column, guarded(text)[:LONGEST])
