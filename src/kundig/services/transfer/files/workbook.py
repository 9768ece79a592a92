"""Rows of one sheet of a workbook (XLSX). The sheet is held in memory, therefore its size is limited."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from typing import BinaryIO

from python_calamine import CalamineError, CalamineWorkbook

from kundig.base.errors import Invalid
from kundig.base.i18n import t
from kundig.services.transfer.files.csv_rows import Cell, Row

LARGEST = 300_000_000
"""Bytes of the workbook's parts once unpacked."""


def is_workbook(file: BinaryIO) -> bool:
    """Whether the file is an XLSX workbook of a bearable size; raises Invalid for one that is damaged or too large."""
    file.seek(0)
    if file.read(4) != b"PK\x03\x04":
        return False
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile as error:
        raise _unreadable() from error
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        raise _unreadable()
    if sum(part.file_size for part in parts) > LARGEST:
        raise Invalid.one("file", "too_large", t("The workbook is too large. Save the sheet as CSV and import that."))
    return True


def sheet_names(file: BinaryIO) -> tuple[str, ...]:
    """The sheets of a workbook, in order."""
    return tuple(_opened(file).sheet_names)


def workbook_rows(file: BinaryIO, name: str = "") -> Iterator[Row]:
    """All rows of a sheet (the first without a name) that aren't blank; numbers, dates and truth values keep their type."""
    book = _opened(file)
    try:
        sheet = book.get_sheet_by_name(name) if name else book.get_sheet_by_index(0)
    except (CalamineError, IndexError, OSError, ValueError) as error:
        raise _unreadable() from error
    first = sheet.start[0] if sheet.start else 0
    headed = False
    for number, cells in enumerate(sheet.to_python(skip_empty_area=True), start=first + 1):
        if all(cell == "" or (isinstance(cell, str) and cell.isspace()) for cell in cells):
            continue
        if not headed:
            headed, offset = True, number - 1
        yield Row(number - offset, [_cell(cell) for cell in cells])


def _opened(file: BinaryIO) -> CalamineWorkbook:
    file.seek(0)
    try:
        return CalamineWorkbook.from_filelike(file)
    except (CalamineError, OSError, ValueError) as error:
        raise _unreadable() from error


def _unreadable() -> Invalid:
    return Invalid.one("file", "bad_file", t("The workbook can't be read. Save the sheet as CSV and import that."))


def _cell(cell: object) -> Cell:
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return int(cell)
    return cell if isinstance(cell, Cell) else str(cell)
