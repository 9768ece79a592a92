"""Rows of a text file: where one ends, and what makes one unreadable."""

from __future__ import annotations

import io

import pytest

from kundig.services.transfer.files.csv_rows import csv_rows


def rows(content: str) -> list[tuple[int, list[object], bool]]:
    return [(row.number, row.cells, row.fault is not None) for row in csv_rows(io.BytesIO(content.encode()), "utf-8", ";")]


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_quoted_cell_may_end_the_file(end: str) -> None:
    assert rows(f'a;b\n1;"two; and\nthree"{end}') == [(1, ["a", "b"], False), (2, ["1", "two; and\nthree"], False)]


@pytest.mark.parametrize("end", ["", "\n", "\nmore;rows\n"])
def test_a_quotation_mark_that_is_never_closed_makes_the_row_unreadable(end: str) -> None:
    found = rows(f'a;b\n1;2\n3;"four{end}')
    assert found[:2] == [(1, ["a", "b"], False), (2, ["1", "2"], False)]
    assert [(number, fault) for number, _, fault in found[2:]] == [(3, True)]
