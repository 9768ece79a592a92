"""Where an import is in its file: rows are read on from there, and from the beginning again where that is not so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from kundig.services.transfer.files import Row, read_rows
from kundig.services.transfer.store import Run


class Reader:
    """Reads a file forward, chunk by chunk. Follows the run: after a chunk that was not committed it goes back."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._rows: Iterator[Row] = iter(())
        self._at: tuple[int, int] | None = None

    def take(self, run: Run, most: int, wanted: frozenset[int] | None) -> list[Row]:
        """Up to `most` rows behind the run's position; with `wanted` only those of these numbers."""
        if self._at != (run.round, run.position):
            self._rows = iter(())  # lets go of the file first
            self._rows = read_rows(self._file, run.shape, run.position)
        taken: list[Row] = []
        while len(taken) < most and (row := next(self._rows, None)) is not None:
            if wanted is None or row.number in wanted:
                taken.append(row)
        self._at = (run.round, taken[-1].number) if taken else None
        return taken
