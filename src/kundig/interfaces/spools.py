"""Files that are made as a whole within a transaction and sent once it is committed: large ones lie on the disk meanwhile."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from typing import IO

_IN_MEMORY = 2**20
_PIECE = 2**16


async def spooled(parts: AsyncIterator[bytes]) -> IO[bytes]:
    """A file of these parts, to be read from its start; it vanishes when it is closed."""
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed when it has been sent
    try:
        async for part in parts:
            file.write(part)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


async def pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    """All of the file bit by bit; then it is closed."""
    with file:
        while piece := file.read(_PIECE):
            yield piece
