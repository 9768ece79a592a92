"""Cells of files: strings as people write them → contract JSON (`reader_for`). Keyed by a field's kind, some types have their own.

`Style` says how people write: language, order of a date's parts, time zone, scale. Reading raises the engine's `Refused`.
"""

from kundig.services.transfer.cells.reading import CellReader, is_empty, reader_for, unguarded
from kundig.services.transfer.cells.style import Style

__all__ = ["CellReader", "Style", "is_empty", "reader_for", "unguarded"]
