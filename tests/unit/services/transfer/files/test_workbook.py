"""Workbooks: the first sheet, with typed cells; hostile ones are refused."""

import datetime as dt
import io
import zipfile

import pytest
import xlsxwriter

from kundig.base.errors import Invalid
from kundig.services.transfer.files import read_rows, recognise
from kundig.services.transfer.files.workbook import sheet_names


def workbook(rows, start: int = 0) -> io.BytesIO:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows, start):
            for column, value in enumerate(row):
                sheet.write(number, column, value)
    return file


def test_cells_keep_their_type() -> None:
    file = workbook([["Firma", "Umsatz", "Am", "Ja"], ["Käse", 1234.5, dt.date(2026, 11, 23), True], [], ["Öl", 7, "", False]])
    shape = recognise(file)
    assert (shape.format, shape.header) == ("xlsx", ("Firma", "Umsatz", "Am", "Ja"))
    first, second = read_rows(file, shape)
    assert first.number == 2
    assert first.cells[:2] == ["Käse", 1234.5]
    assert first.cells[3] is True
    assert str(first.cells[2]).startswith("2026-11-23")
    assert second.number == 4
    assert second.cells[1] == 7
    assert isinstance(second.cells[1], int)


def test_a_sheet_may_begin_further_down() -> None:
    file = workbook([["a"], ["1"]], start=5)
    assert [(row.number, row.cells) for row in read_rows(file, recognise(file))] == [(2, ["1"])]


def test_a_damaged_workbook_is_said_to_be_one() -> None:
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("photo.txt", "no workbook")
    for content in (b"PK\x03\x04garbage", other.getvalue()):
        with pytest.raises(Invalid) as caught:
            recognise(io.BytesIO(content))
        assert caught.value.errors[0].field == "file"


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            for _ in range(310):
                part.write(b" " * 1_000_000)
    with pytest.raises(Invalid) as caught:
        recognise(file)
    assert caught.value.errors[0].code == "too_large"


def test_another_sheet_than_the_first() -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        for name, cell in (("Erstes", "a"), ("Zweites", "b")):
            book.add_worksheet(name).write_column(0, 0, [cell, f"{cell}1"])
    assert sheet_names(file) == ("Erstes", "Zweites")
    shape = recognise(file, {"sheet": "Zweites"})
    assert shape.header == ("b",)
    assert [row.cells for row in read_rows(file, shape)] == [["b1"]]
    with pytest.raises(Invalid):
        recognise(file, {"sheet": "Drittes"})
