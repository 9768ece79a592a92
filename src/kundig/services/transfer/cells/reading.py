"""Which reader a field has: by its kind, unless its type is written in a way of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from kundig.base.i18n import t
from kundig.engine.schema.bound import BoundField
from kundig.engine.schema.fields.contract import Refused
from kundig.engine.schema.kinds import Kind
from kundig.services.transfer.cells import dates, numbers, words
from kundig.services.transfer.cells.style import Style
from kundig.services.transfer.files.csv_rows import Cell

CellReader = Callable[[Cell], Any]
"""A cell that isn't empty → contract JSON; raises Refused."""

Read = Callable[[Cell, Style], Any]


def _unstyled(read: CellReader) -> Read:
    """A reader for which it makes no difference how people write."""
    return lambda cell, _: read(cell)


BY_KIND: Mapping[Kind, Read] = {
    Kind.TEXT: _unstyled(words.text_of),
    Kind.NUMBER: numbers.read_number,
    Kind.BOOLEAN: _unstyled(words.read_boolean),
    Kind.DATE: dates.read_date,
    Kind.LIST: _unstyled(words.items_of),
}

BY_TYPE: Mapping[str, Read] = {
    "decimal": numbers.read_exact,
    "percent": numbers.read_percent,
    "money": numbers.read_money,
    "duration": numbers.read_duration,
    "datetime": dates.read_datetime,
    "rich_text": _unstyled(words.read_rich_text),
    "url": _unstyled(words.read_url),
    "json": _unstyled(words.read_json),
    "secret": _unstyled(words.text_of),
}

_REPEATED = frozenset({Kind.BOOLEAN, Kind.DATE, Kind.NUMBER})
_GUARDED = ("=", "+", "-", "@", "\t", "\r")


def readable(field: BoundField) -> bool:
    """Whether a cell can hold a value of the field at all (links are looked up by the import; translations are parts)."""
    if field.definition.translated:
        return False
    return field.kind is Kind.LINK or bool(field.choices) or field.result.type.name in BY_TYPE or field.kind in BY_KIND


def reader_for(field: BoundField, style: Style) -> CellReader:
    """The reader of a field's cells; not for links."""
    if field.choices:
        one = _remembering(words.choice_reader(field))
        return one if field.kind is not Kind.LIST else lambda cell: [one(item) for item in words.items_of(cell)]
    if field.name.endswith(".country"):
        return words.read_country
    read = BY_TYPE.get(field.result.type.name) or BY_KIND.get(field.kind)
    if read is None:
        raise Refused("bad_field", t("This field can't be filled from a file."))
    return _remembering(lambda cell: read(cell, style)) if field.kind in _REPEATED else lambda cell: read(cell, style)


def _remembering(read: CellReader) -> CellReader:
    """The same reader, which need not think about a cell that it has seen: columns repeat themselves."""
    return lru_cache(maxsize=4096, typed=True)(read)


def is_empty(cell: Cell) -> bool:
    """Whether a cell holds nothing, and so leaves the value alone."""
    return isinstance(cell, str) and (not cell or cell.isspace())


def unguarded(cell: Cell) -> Cell:
    """The cell as it was before an export put `'` before it, to keep spreadsheets from taking it for a formula."""
    if isinstance(cell, str) and cell[:1] == "'" and cell[1:2] in _GUARDED and len(cell) > 1:
        return cell[1:]
    return cell
