"""What the columns of a file hold: examples, which texts occur how often, and how numbers and dates seem to be written.

It is made once, when a file comes in or is read in another way, and kept with the import: pages need not open the file again.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import BinaryIO

import msgspec

from kundig.services.transfer.cells import is_empty
from kundig.services.transfer.cells.style import DateOrder, Language
from kundig.services.transfer.cells.words import text_of
from kundig.services.transfer.files import FileShape, Row, read_rows
from kundig.services.transfer.files.recognise import letters
from kundig.services.transfer.files.workbook import sheet_names

LOOKED_AT = 20_000
"""Rows that are looked at, so that files of any size are read in a moment."""
FIRST_ROWS, SAMPLES, MOST_VALUES, LONGEST = 8, 3, 100, 120

_GERMAN = re.compile(r"-?\d{1,3}(\.\d{3})*,\d{1,4}|\d{1,2}\.\d{1,2}\.(\d{2}|\d{4})")
_ENGLISH = re.compile(r"-?\d{1,3}(,\d{3})*\.\d{1,4}|-?\d{1,3}(,\d{3})+")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{2}|\d{4})")
_SIGNS = re.compile(r"^(?:[A-Z]{3}|[€$£])?\s*|\s*(?:[A-Z]{3}|[€$£%])?$")
_VALUE = re.compile(r"\S+@\S+|\w+://.*|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")
_FIGURE = re.compile(r"[\d.,:/+\s-]*\d[\d.,:/+\s-]*")


class ColumnSurvey(msgspec.Struct, frozen=True):
    """One column. `values` are its most frequent texts with their numbers; `more` says that there are others."""

    filled: int = 0
    samples: tuple[str, ...] = ()
    values: tuple[tuple[str, int], ...] = ()
    more: bool = False


class Survey(msgspec.Struct, frozen=True):
    """A file's columns in order, its first rows as texts, and what else was seen."""

    columns: tuple[ColumnSurvey, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    looked_at: int = 0
    sheets: tuple[str, ...] = ()
    language: Language | None = None
    dates: DateOrder | None = None


def survey_file(file: BinaryIO, shape: FileShape) -> Survey:
    """Look at the beginning of a file."""
    sheets = sheet_names(file) if shape.format == "xlsx" else ()
    file.seek(0)
    rows = list(islice(read_rows(file, shape), LOOKED_AT))
    columns = tuple(_column(rows, index) for index in range(len(shape.header)))
    first = tuple(tuple(text_of(cell)[:LONGEST] for cell in row.cells) for row in rows[:FIRST_ROWS])
    language, dates = style_of(text for column in columns for text, _ in column.values)
    return Survey(columns, first, len(rows), sheets, language, dates)


def _column(rows: Sequence[Row], index: int) -> ColumnSurvey:
    counted = Counter(
        text_of(row.cells[index]).strip()[:LONGEST] for row in rows if index < len(row.cells) and not is_empty(row.cells[index])
    )
    # in the order of the file, and those of the same frequency too
    return ColumnSurvey(
        counted.total(), tuple(islice(counted, SAMPLES)), tuple(counted.most_common(MOST_VALUES)), len(counted) > MOST_VALUES
    )


def style_of(texts: Iterable[str]) -> tuple[Language | None, DateOrder | None]:
    """How figures seem to be written, as far as that can be told. Which of 03/04 is the day is only told where a date shows it."""
    counted: Counter[Language] = Counter()
    orders: set[DateOrder] = set()
    for text in texts:
        plain = _SIGNS.sub("", text)
        if _GERMAN.fullmatch(plain):
            counted["de"] += 1
        elif _ENGLISH.fullmatch(plain):
            counted["en"] += 1
        elif slashed := _SLASHED.fullmatch(plain):
            counted["en"] += 1
            orders |= {"dmy"} if int(slashed[1]) > 12 else {"mdy"} if int(slashed[2]) > 12 else set()
    language = counted.most_common(1)[0][0] if counted else None
    return language, next(iter(orders)) if len(orders) == 1 else None


def seems_headed(header: Sequence[str]) -> bool:
    """Whether a first row looks like names of columns: no addresses or dates among them, and few figures."""
    figures = sum(bool(_FIGURE.fullmatch(name)) for name in header)
    return not any(_VALUE.fullmatch(name) for name in header) and figures * 2 < len(header)


def distinct(header: Sequence[str]) -> tuple[str, ...]:
    """The names of columns as mappings can name them: one without a name gets its letter, one that was there before a number."""
    seen: Counter[str] = Counter()
    names = []
    for index, given in enumerate(header):
        name = given or letters(index)
        seen[name] += 1
        names.append(f"{name} ({seen[name]})" if seen[name] > 1 else name)
    return tuple(names)
